import { describe, expect, it } from 'vitest';
import { chargeOptions, type ChargeOption } from './charge-options.ts';

type Facts = Parameters<typeof chargeOptions>[0];

const finance = { role: 'finance', telegramId: 1 } as const;

function charge(changes: Partial<Facts> = {}): Facts {
  return {
    disposition: 'surplus',
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
    ['that goes back', { refund: { state: 'requested', refusal: '' } }, []],
    ['that went back', { refundedMinor: 100n, settlement: 'refunded' }, []],
    ['that went back in part', { refundedMinor: 10n }, ['dismiss', 'refund', 'take']],
    ['that became time', { settlement: 'extended' }, []],
    ['that was dealt with', { settlement: 'dismissed' }, ['refund']],
    ['of another shop', { disposition: 'foreign' }, []],
    ['that bought what it should', { disposition: 'granted' }, ['refund']],
    [
      'that bought what it should and cannot be sent back',
      { disposition: 'granted', refund: { state: 'refused', refusal: 'no' } },
      ['dismiss', 'refund', 'returned', 'take'],
    ],
  ])('%s', (_, changes, options) => {
    const sorted = [...chargeOptions(charge(changes), finance)].toSorted((a, b) => a.localeCompare(b));
    expect(sorted).toEqual(options);
  });

  it('is nothing for support', () => {
    expect(chargeOptions(charge(), { role: 'support', telegramId: 1 })).toEqual(new Set());
  });
});
