import type { Currency } from '../api/index.ts';
import type { Queryable } from '../store/index.ts';
import type { Disposition } from './classify.ts';

/** A payment of a customer, with what became of it. */
export interface PaymentOf {
  readonly provider: string;
  readonly chargeId: string;
  /** Of the plan; per language. */
  readonly title: Readonly<Record<string, string>>;
  readonly subscriptionId: string;
  readonly amountMinor: bigint;
  readonly currency: Currency;
  readonly refundedMinor: bigint;
  /** Epoch milliseconds. */
  readonly paidAtMs: number;
  /** Hours since then, by Postgres' clock. */
  readonly ageHours: number;
  readonly disposition: Disposition;
  /** A refund is asked for and not over yet. */
  readonly refundOpen: boolean;
}

const select = `
  select c.provider, c.charge_id as "chargeId", o.terms -> 'title' as title, o.subscription_id as "subscriptionId",
    c.amount_minor as "amountMinor", c.currency, c.refunded_minor as "refundedMinor", c.paid_at as "paidAtMs",
    (extract(epoch from wayleave.wall_clock() - c.paid_at) / 3600)::float8 as "ageHours", c.disposition,
    exists (select from wayleave.refunds r where r.shop_id = c.shop_id and r.provider = c.provider
            and r.charge_id = c.charge_id and r.state = 'requested') as "refundOpen"
  from wayleave.charges c join wayleave.orders o on o.id = c.order_id
  where c.customer_id = $1`;

/** The newest first. */
export async function paymentsOf(db: Queryable, customerId: string, limit = 10): Promise<PaymentOf[]> {
  return db.query<PaymentOf>(`${select} order by c.recorded_at desc, c.charge_id limit $2`, [customerId, limit]);
}

/** What was paid last for a subscription and was not sent back: what a refund would be of. */
export async function lastPaymentFor(
  db: Queryable,
  customerId: string,
  subscriptionId: string,
): Promise<PaymentOf | undefined> {
  const [row] = await db.query<PaymentOf>(
    `${select} and o.subscription_id = $2 and c.disposition = 'granted' and c.refunded_minor < c.amount_minor
     order by c.paid_at desc, c.charge_id limit 1`,
    [customerId, subscriptionId],
  );
  return row;
}
