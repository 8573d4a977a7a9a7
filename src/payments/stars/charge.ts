import type { VerifiedCharge } from '../../ledger/index.ts';

type Told = 'shopId' | 'source' | 'recurring' | 'raw';

/** What a payment in Stars is to the ledger, wherever Telegram told us of it: the same charge, field by field. */
export function starsCharge({
  chargeId,
  payload,
  payer,
  amount,
  currency,
  paidAtSeconds,
  live,
}: {
  readonly chargeId: string;
  readonly payload: string;
  /** Telegram's id of who paid. */
  readonly payer: number | undefined;
  readonly amount: number;
  readonly currency: string;
  readonly paidAtSeconds: number;
  readonly live: boolean;
}): Omit<VerifiedCharge, Told> {
  return {
    provider: 'stars',
    chargeId,
    payload,
    payer: payer === undefined ? undefined : String(payer),
    amountMinor: BigInt(amount),
    currency,
    live,
    paidAtMs: paidAtSeconds * 1000,
    author: 'telegram',
    refundable: true,
  };
}
