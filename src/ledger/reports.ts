import type { Queryable } from '../store/index.ts';

/** What came in during one period by one provider in one currency. */
export interface RevenueLine {
  readonly period: 'today' | 'month';
  readonly provider: string;
  readonly currency: string;
  /** False: test money, which is worth nothing. */
  readonly live: boolean;
  /** Charges that bought time, in minor units. */
  readonly paidMinor: bigint;
  /** Refunds that were confirmed in the period, whenever what they refund was paid. */
  readonly refundedMinor: bigint;
  readonly charges: number;
}

/**
 * Revenue of the day and the month that it is in the shop's time zone, refunds beside it. Money that bought nothing, and
 * refunds of it, are not counted: they are in the queues.
 *
 * @param timeZone an IANA name that Postgres knows
 */
export async function revenueOf(db: Queryable, shopId: string, timeZone: string): Promise<RevenueLine[]> {
  return db.query<RevenueLine>(
    `with periods as (
       select name as period, date_trunc(unit, wayleave.wall_clock() at time zone $2) at time zone $2 as since
       from (values ('today', 'day'), ('month', 'month')) as p (name, unit)),
     bought as (
       select provider, charge_id, currency, live, paid_at, amount_minor from wayleave.charges
       where shop_id = $1 and paid_at >= (select min(since) from periods)
         and (disposition = 'granted' or settlement in ('granted', 'extended'))),
     back as (
       select r.provider, c.currency, c.live, r.closed_at, r.amount_minor
       from wayleave.refunds r join wayleave.charges c using (shop_id, provider, charge_id)
       where r.shop_id = $1 and r.state = 'confirmed' and r.closed_at >= (select min(since) from periods)
         and (c.disposition = 'granted' or c.settlement in ('granted', 'extended'))),
     moved as (
       select p.period, b.provider, b.currency, b.live, b.amount_minor as paid, 0::bigint as refunded, 1 as charges
       from periods p join bought b on b.paid_at >= p.since
       union all
       select p.period, k.provider, k.currency, k.live, 0, k.amount_minor, 0
       from periods p join back k on k.closed_at >= p.since)
     select period, provider, currency, live, sum(paid)::bigint as "paidMinor", sum(refunded)::bigint as "refundedMinor",
       sum(charges)::integer as charges
     from moved group by period, provider, currency, live order by period desc, live desc, provider, currency`,
    [shopId, timeZone],
  );
}
