import type { Queryable } from '../store/index.ts';
import type { OrderRecord } from './orders.ts';

/** What there is to go by when a provider's books do not say which payment of a series a charge is. */
export interface SeriesCharge {
  readonly provider: string;
  readonly chargeId: string;
  readonly payer: string | undefined;
  /** Epoch milliseconds. */
  readonly paidAtMs: number;
  /** How far apart the payments of the series are. */
  readonly renewsEverySeconds: number;
}

/**
 * Whether a charge of a series renews what the same payer paid before. A series is paid once per period, so whoever pays
 * again within half of one has paid twice, and gets that back. The caller holds `first`, the order that the charge names.
 */
export async function isRenewal(tx: Queryable, first: OrderRecord, charge: SeriesCharge): Promise<boolean> {
  const { provider, chargeId, payer, paidAtMs, renewsEverySeconds } = charge;
  const [row] = await tx.query<{ lastPaidAtMs: number | null }>(
    `select max(c.paid_at) as "lastPaidAtMs"
     from wayleave.charges c join wayleave.orders o on o.id = c.order_id
     where (o.id = $1 or o.renews = $1) and c.provider = $2 and c.charge_id <> $3 and c.payer is not distinct from $4
       and c.paid_at <= to_timestamp($5::double precision / 1000)`,
    [first.id, provider, chargeId, payer ?? null, paidAtMs],
  );
  const last = row?.lastPaidAtMs ?? undefined;
  return last !== undefined && paidAtMs - last >= (renewsEverySeconds * 1000) / 2;
}
