import { withoutNulls, type Queryable, type RowOf } from '../store/index.ts';

/** When what happened to a provisioned order, as Postgres has it. Instants are epoch milliseconds. */
export interface OrderTimeline {
  readonly orderId: string;
  readonly subscriptionId: string;
  /** `namespace/name` of the VPNShop. */
  readonly shop: string;
  readonly plan: string;
  readonly placedAtMs: number;
  /** The attempt that was paid was opened; absent where nobody was asked: a trial, or what a provider collected by itself. */
  readonly askedAtMs: number | undefined;
  /** Of the charge that was granted; all five are absent for a trial. */
  readonly provider: string | undefined;
  readonly attempt: number | undefined;
  /** How we learned of it. */
  readonly source: string | undefined;
  /** By the provider's clock, which may have whole seconds only. */
  readonly paidAtMs: number | undefined;
  readonly recordedAtMs: number | undefined;
  readonly grantedAtMs: number;
  /** Enough panels hold it; absent where only the bot's noting of it is on record, as for every renewal. */
  readonly deliveredAtMs: number | undefined;
  readonly notedAtMs: number;
  /** For how many panels it is meant; absent as long as the operator has not said. */
  readonly panelsWanted: number | undefined;
  /** Those that held it when that was noted, by name. */
  readonly panels: readonly TimelinePanel[];
}

export interface TimelinePanel {
  readonly name: string;
  /** When it was seen to hold what the order changed; null where it held all of that before. */
  readonly confirmedAtMs: number | null;
}

/** Reads them, of those orders that were noted to be provisioned, in no order. */
export async function orderTimelines(db: Queryable, orderIds: readonly string[]): Promise<readonly OrderTimeline[]> {
  const rows = await db.query<RowOf<OrderTimeline>>(
    `select o.id as "orderId", o.subscription_id as "subscriptionId", h.namespace || '/' || h.name as shop,
       o.plan_name as plan, o.created_at as "placedAtMs",
       case when o.renews is null then a.created_at end as "askedAtMs",
       c.provider, c.attempt, c.source, c.paid_at as "paidAtMs", c.recorded_at as "recordedAtMs",
       o.closed_at as "grantedAtMs",
       case when e.provisioned_at between o.closed_at and o.provisioned_at then e.provisioned_at end as "deliveredAtMs",
       o.provisioned_at as "notedAtMs", t.panels_wanted as "panelsWanted", held.panels
     from wayleave.orders o join wayleave.shops h on h.id = o.shop_id
     left join wayleave.charges c on c.order_id = o.id and c.disposition = 'granted'
     left join wayleave.attempts a on a.order_id = o.id and a.number = c.attempt
     left join wayleave.entitlements e on e.subscription_id = o.subscription_id
     left join wayleave.subscription_states t on t.subscription_id = o.subscription_id
     cross join lateral (
       select coalesce(json_agg(json_build_object('name', one.name, 'confirmedAtMs', one.at) order by one.name), '[]') as panels
       from (
         select p.name, floor(extract(epoch from min(case
             when k.first_confirmed_at between o.closed_at and o.provisioned_at then k.first_confirmed_at
             when k.confirmed_at between o.closed_at and o.provisioned_at then k.confirmed_at end)) * 1000)::float8 as at
         from wayleave.panel_clients k join wayleave.panels p on p.id = k.panel_id and p.removed_at is null
         where k.subscription_id = o.subscription_id
         group by p.id, p.name having min(k.first_confirmed_at) <= o.provisioned_at) as one) as held
     where o.id = any($1::uuid[]) and o.provisioned_at is not null`,
    [orderIds],
  );
  return rows.map(withoutNulls);
}
