import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classifyCharge, type ChargeFacts, type Disposition, type OrderFacts } from './classify.ts';

const charge: ChargeFacts = { provider: 'stars', amountMinor: 100n, currency: 'XTR', live: true, payer: '42' };
const order: OrderFacts = {
  granted: false,
  replacedByPaid: false,
  customerBanned: false,
  expectedPayer: '42',
  attempt: { provider: 'stars', amountMinor: 100n, currency: 'XTR' },
};

interface Case {
  readonly charge?: Partial<ChargeFacts>;
  readonly order?: Partial<OrderFacts>;
  readonly mode?: 'live' | 'test';
}

describe('a charge of a known order', () => {
  it.each<[string, Case, Disposition]>([
    ['pays it', {}, 'granted'],
    ['comes from a payer that the provider does not name', { charge: { payer: undefined } }, 'granted'],
    ['comes from a payer that nobody can check', { order: { expectedPayer: undefined } }, 'granted'],
    ['comes from somebody else', { charge: { payer: '43' } }, 'mismatch'],
    ['is too little', { charge: { amountMinor: 99n } }, 'mismatch'],
    ['is too much', { charge: { amountMinor: 101n } }, 'mismatch'],
    ['is of another currency', { charge: { currency: 'RUB' } }, 'mismatch'],
    ['comes through another provider', { charge: { provider: 'manual' } }, 'mismatch'],
    ['names an attempt that is not there', { order: { attempt: undefined } }, 'mismatch'],
    ['is test money in a live shop', { charge: { live: false } }, 'mismatch'],
    ['is real money in a test shop', { mode: 'test' }, 'mismatch'],
    ['is test money in a test shop', { mode: 'test', charge: { live: false } }, 'granted'],
    ['comes when it is paid', { order: { granted: true } }, 'surplus'],
    ['comes when another took its place and is paid', { order: { replacedByPaid: true } }, 'surplus'],
    ['comes from a banned customer', { order: { customerBanned: true } }, 'blocked'],
    ['comes from a banned customer a second time', { order: { customerBanned: true, granted: true } }, 'blocked'],
    ['is wrong and comes when it is paid', { charge: { amountMinor: 1n }, order: { granted: true } }, 'mismatch'],
  ])('that %s', (_, changes, expected) => {
    const { mode = 'live' } = changes;
    const verdict = classifyCharge({ ...charge, ...changes.charge }, mode, true, { ...order, ...changes.order });
    expect(verdict.disposition).toBe(expected);
    expect(verdict.reason === '').toBe(expected === 'granted');
  });
});

describe('any charge', () => {
  const facts = fc.record({
    provider: fc.constantFrom('stars', 'manual'),
    amountMinor: fc.constantFrom(1n, 100n),
    currency: fc.constantFrom('XTR', 'RUB'),
    live: fc.boolean(),
    payer: fc.constantFrom('42', '43', undefined),
  });
  const known = fc.option(
    fc.record({
      granted: fc.boolean(),
      replacedByPaid: fc.boolean(),
      customerBanned: fc.boolean(),
      expectedPayer: fc.constantFrom('42', undefined),
      attempt: fc.constantFrom(order.attempt, undefined),
    }),
    { nil: undefined },
  );

  it('without our mark is foreign, whatever else it looks like, and ours never is', () => {
    fc.assert(
      fc.property(facts, fc.constantFrom('live', 'test'), fc.boolean(), known, (one, mode, ours, of) => {
        expect(classifyCharge(one, mode, ours, of).disposition === 'foreign').toBe(!ours);
      }),
    );
  });

  it('grants only the exact price of an open order, in the money of the shop, to whom it may', () => {
    fc.assert(
      fc.property(facts, fc.constantFrom('live', 'test'), known, (one, mode, of) => {
        if (classifyCharge(one, mode, true, of).disposition !== 'granted') return;
        expect(of).toMatchObject({ granted: false, replacedByPaid: false, customerBanned: false });
        expect(of?.attempt).toEqual({ provider: one.provider, amountMinor: one.amountMinor, currency: one.currency });
        expect(one.live).toBe(mode === 'live');
      }),
    );
  });
});
