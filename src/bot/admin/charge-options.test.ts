import { describe, expect, it } from 'vitest';
import { chargeOptions, type ChargeOption } from './charge-options.ts';

type Facts = Parameters<typeof chargeOptions>[0];

const finance = { role: 'finance', telegramId: 1 } as const;

function sorted(options: ReadonlySet<ChargeOption>): ChargeOption[] {
  return [...options].toSorted((a, b) => a.localeCompare(b));
}

function charge(changes: Partial<Facts> = {}): Facts {
  return {
    disposition: 'surplus',
    queue: 'surplus',
    owner: undefined,
    amountMinor: 100n,
    refundedMinor: 0n,
    refund: undefined,
    settlement: undefined,
    subscriptionId: 'some',
    ...changes,
  };
}

describe('what finance can do about a charge', () => {
  it.each<[string, Partial<Facts>, ChargeOption[]]>([
    ['that was paid twice', {}, ['dismiss', 'extend', 'refund', 'take']],
    ['of his own', { owner: 'admin:1' }, ['dismiss', 'extend', 'refund']],
    ['of somebody else', { owner: 'admin:2' }, ['dismiss', 'extend', 'refund', 'takeOver']],
    ['of no subscription', { subscriptionId: undefined }, ['dismiss', 'refund', 'take']],
    ['that goes back', { queue: undefined, refund: { state: 'requested', refusal: '' } }, []],
    ['that went back', { queue: undefined, refundedMinor: 100n, settlement: 'refunded' }, []],
    ['that went back in part', { refundedMinor: 10n }, ['dismiss', 'refund', 'take']],
    ['that became time', { queue: undefined, settlement: 'extended' }, ['refund']],
    [
      'that became time and cannot be sent back',
      { queue: 'refused', settlement: 'extended', refund: { state: 'refused', refusal: 'no' } },
      ['dismiss', 'refund', 'returned', 'take'],
    ],
    ['that was dealt with', { queue: undefined, settlement: 'dismissed' }, ['refund']],
    ['of another shop', { disposition: 'foreign', queue: undefined }, []],
    ['that bought what it should', { disposition: 'granted', queue: undefined }, ['refund']],
    [
      'that bought what it should and cannot be sent back',
      { disposition: 'granted', queue: 'refused', refund: { state: 'refused', refusal: 'no' } },
      ['dismiss', 'refund', 'returned', 'take'],
    ],
  ])('%s', (_, changes, options) => {
    expect(sorted(chargeOptions(charge(changes), finance, true))).toEqual(options);
  });

  it.each<[string, Partial<Facts>, ChargeOption[]]>([
    ['that nobody wants back yet', { disposition: 'granted', queue: undefined }, ['refund']],
    ['that is to go back', { queue: undefined, refund: { state: 'requested', refusal: '' } }, ['returned']],
    [
      'that waits for the hand that sends it back',
      { disposition: 'granted', queue: 'refused', refund: { state: 'refused', refusal: 'by hand' } },
      ['dismiss', 'returned', 'take'],
    ],
    ['that went back', { queue: undefined, refundedMinor: 100n, settlement: 'refunded' }, []],
  ])('by a provider that sends nothing back: %s', (_, changes, options) => {
    expect(sorted(chargeOptions(charge(changes), finance, false))).toEqual(options);
  });

  it('is nothing for support', () => {
    expect(chargeOptions(charge(), { role: 'support', telegramId: 1 }, true)).toEqual(new Set());
  });
});
