/**
 * What a charge is to us. `granted` bought its order; every other one is money that has to go back or be looked at:
 * `surplus` a second payment of what is paid, `mismatch` not what the order asks for, `orphan` ours but of no order that
 * we know, `blocked` from a banned customer. `foreign` is none of this shop's: counted, and never acted on.
 */
export const dispositions = ['granted', 'surplus', 'mismatch', 'orphan', 'foreign', 'blocked'] as const;
export type Disposition = (typeof dispositions)[number];

export interface ChargeFacts {
  readonly provider: string;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly live: boolean;
  /** The provider's id of who paid; absent when it does not say. */
  readonly payer: string | undefined;
}

export interface OrderFacts {
  /** Whether some charge has its grant. */
  readonly granted: boolean;
  /** Whether another order took its place and was paid. */
  readonly replacedByPaid: boolean;
  readonly customerBanned: boolean;
  /** The customer's id as this provider knows it; absent when it knows none. */
  readonly expectedPayer: string | undefined;
  readonly attempt: { readonly provider: string; readonly amountMinor: bigint; readonly currency: string } | undefined;
}

/**
 * @param ours whether this shop wrote the payload
 * @param order absent when the payload names no order that we know
 * @returns also why, for people
 */
export function classifyCharge(
  charge: ChargeFacts,
  mode: 'live' | 'test',
  ours: boolean,
  order: OrderFacts | undefined,
): { readonly disposition: Disposition; readonly reason: string } {
  if (!ours) return { disposition: 'foreign', reason: 'it does not carry the mark of this shop' };
  if (order === undefined) return { disposition: 'orphan', reason: 'it names an order that is not on record' };
  const mismatch = mismatchOf(charge, mode, order);
  if (mismatch !== undefined) return { disposition: 'mismatch', reason: mismatch };
  if (order.customerBanned) return { disposition: 'blocked', reason: 'the customer is banned' };
  if (order.granted) return { disposition: 'surplus', reason: 'the order is paid already' };
  if (order.replacedByPaid) {
    return { disposition: 'surplus', reason: 'another order took the place of this one and is paid' };
  }
  return { disposition: 'granted', reason: '' };
}

function mismatchOf(charge: ChargeFacts, mode: 'live' | 'test', order: OrderFacts): string | undefined {
  if (charge.live !== (mode === 'live')) {
    return charge.live ? 'it is real money in a test shop' : 'it is test money in a live shop';
  }
  const { attempt, expectedPayer } = order;
  if (attempt === undefined) return 'it names an attempt of the order that is not on record';
  if (attempt.provider !== charge.provider) return `the attempt was meant for ${attempt.provider}`;
  if (attempt.currency !== charge.currency) return `the order asks for ${attempt.currency}`;
  if (attempt.amountMinor !== charge.amountMinor) {
    return `the order asks for ${String(attempt.amountMinor)} minor units`;
  }
  if (charge.payer !== undefined && expectedPayer !== undefined && charge.payer !== expectedPayer) {
    return 'somebody else than the customer paid';
  }
  return undefined;
}
