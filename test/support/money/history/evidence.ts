import { readEntries, type LedgerEntry, type PlanTerms } from '../../../../src/ledger/index.ts';
import type { World } from './world.ts';

export interface ChargeFact {
  readonly provider: string;
  readonly chargeId: string;
  readonly orderId: string | null;
  readonly attempt: number | null;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly live: boolean;
  readonly disposition: string;
  readonly reason: string;
  readonly refundedMinor: bigint;
  readonly settlement: string | null;
}

export interface OrderFact {
  readonly id: string;
  readonly customerId: string;
  readonly subscriptionId: string;
  readonly state: string;
  readonly terms: PlanTerms;
  readonly provisioned: boolean;
  /** The paid orders among those that took its place, one after the other. */
  readonly replacedByPaid: readonly string[];
}

export interface AttemptFact {
  readonly orderId: string;
  readonly number: number;
  readonly provider: string;
  readonly amountMinor: bigint;
  readonly currency: string;
}

export interface RefundFact {
  readonly provider: string;
  readonly chargeId: string;
  readonly amountMinor: bigint;
  readonly state: string;
  readonly requestedBy: string;
}

export interface SubscriptionFact {
  readonly id: string;
  readonly customerId: string;
  readonly banned: boolean;
  readonly expiresAt: number | null;
  readonly access: string | null;
  readonly limitBytes: bigint | null;
  readonly upToDate: boolean;
  readonly entries: readonly LedgerEntry[];
}

/** Everything that the database says about a history that has come to rest. */
export interface Evidence {
  readonly now: number;
  readonly charges: readonly ChargeFact[];
  readonly orders: readonly OrderFact[];
  readonly attempts: readonly AttemptFact[];
  readonly refunds: readonly RefundFact[];
  readonly subscriptions: readonly SubscriptionFact[];
  readonly workLeft: readonly { readonly topic: string; readonly error: string | null }[];
}

/** Reads everything, with the superuser's eyes. */
export async function gather(world: World): Promise<Evidence> {
  const store = world.lane.replicas[0];
  const [clock] = await store.query<{ now: number }>('select extract(epoch from wayleave.wall_clock())::float8 as now');
  const charges = await store.query<ChargeFact>(
    `select provider, charge_id as "chargeId", order_id as "orderId", attempt, amount_minor as "amountMinor", currency, live,
       disposition, reason, refunded_minor as "refundedMinor", settlement from wayleave.charges`,
  );
  const orders = await store.query<OrderFact>(
    `select o.id, customer_id as "customerId", subscription_id as "subscriptionId", state, terms,
       provisioned_at is not null as provisioned,
       array(with recursive later as (
         select r.id, r.state, r.superseded_by from wayleave.orders r where r.id = o.superseded_by
         union all select r.id, r.state, r.superseded_by from wayleave.orders r join later l on r.id = l.superseded_by)
         select id::text from later where state = 'paid') as "replacedByPaid" from wayleave.orders o`,
  );
  const attempts = await store.query<AttemptFact>(
    `select order_id as "orderId", number, provider, amount_minor as "amountMinor", currency from wayleave.attempts`,
  );
  const refunds = await store.query<RefundFact>(
    `select provider, charge_id as "chargeId", amount_minor as "amountMinor", state, requested_by as "requestedBy"
     from wayleave.refunds`,
  );
  const subscriptions = await store.query<Omit<SubscriptionFact, 'entries'>>(
    `select s.id, s.customer_id as "customerId", c.banned_at is not null as banned,
       extract(epoch from e.expires_at)::float8 as "expiresAt", e.access, e.traffic_limit_bytes as "limitBytes",
       e.provisioned_revision is not distinct from e.revision as "upToDate"
     from wayleave.subscriptions s join wayleave.customers c on c.id = s.customer_id
     left join wayleave.entitlements e on e.subscription_id = s.id`,
  );
  const withEntries: SubscriptionFact[] = [];
  for (const one of subscriptions) withEntries.push({ ...one, entries: await readEntries(store, one.id) });
  const workLeft = await store.query<{ topic: string; error: string | null }>(
    'select topic, last_error as error from wayleave.outbox',
  );
  return { now: clock?.now ?? 0, charges, orders, attempts, refunds, subscriptions: withEntries, workLeft };
}
