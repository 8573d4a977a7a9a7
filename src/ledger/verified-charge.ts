import type { Disposition } from './classify.ts';

/** A charge that a provider vouches for: signed, fetched from it, or decided by an admin of the shop. */
export interface VerifiedCharge {
  readonly shopId: string;
  readonly provider: string;
  /** Unique within shop and provider. */
  readonly chargeId: string;
  /** What we had the provider echo back, as it came. */
  readonly payload: string;
  /** The provider's id of who paid; absent when it does not say. */
  readonly payer: string | undefined;
  readonly amountMinor: bigint;
  readonly currency: string;
  /** Whether it is real money. */
  readonly live: boolean;
  /** Epoch milliseconds, by the provider. */
  readonly paidAtMs: number;
  /** How we learned of it. */
  readonly source: 'update' | 'reconciliation' | 'admin';
  /** Who vouches, for the ledger: `telegram`, or an admin. */
  readonly author: string;
  /** A renewal that the provider collected by itself: it pays a new order of the same subscription. */
  readonly recurring: boolean;
  /**
   * It is one of a series of payments so far apart, and the provider does not say which: what is on record decides whether
   * it is `recurring`.
   */
  readonly renewsEverySeconds?: number;
  /** Whether money can be sent back through the provider. */
  readonly refundable: boolean;
  /** For the record; never shown. */
  readonly raw: object;
}

export interface RecordedCharge {
  readonly disposition: Disposition;
  /** It was on record before: nothing was done now. */
  readonly duplicate: boolean;
  readonly orderId: string | undefined;
}

/** As a left join with `charges` gives it. */
export interface KnownRow {
  readonly disposition: Disposition | null;
  readonly orderId: string | null;
}

export function toKnown({ disposition, orderId }: KnownRow): RecordedCharge | undefined {
  return disposition === null ? undefined : { disposition, duplicate: true, orderId: orderId ?? undefined };
}
