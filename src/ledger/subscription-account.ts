import { withoutNulls, type Queryable, type RowOf } from '../store/index.ts';
import { chargesFor, type AccountCharge } from './account-charges.ts';
import { readEntries } from './append.ts';
import type { LedgerEntry } from './entry.ts';
import type { OrderState } from './orders.ts';
import { readWallClock } from './wall-clock.ts';

/** Everything that Postgres knows about the money and the time of one subscription. */
export interface SubscriptionAccount {
  /** Epoch seconds by Postgres' clock. */
  readonly now: number;
  readonly entries: readonly LedgerEntry[];
  /** Oldest first. */
  readonly orders: readonly AccountOrder[];
  /** Of its orders, and those that a person turned into time of this subscription; oldest first. */
  readonly charges: readonly AccountCharge[];
  /** How far the entitlement is on its way to phones; absent before the first grant. */
  readonly delivery: AccountDelivery | undefined;
}

export interface AccountOrder {
  readonly id: string;
  readonly plan: string;
  readonly state: OrderState;
  readonly createdAtMs: number;
  readonly closedAtMs: number | undefined;
  /** The entitlement's revision that its grant made. */
  readonly grantedRevision: number | undefined;
  readonly provisionedAtMs: number | undefined;
}

export interface AccountDelivery {
  readonly revision: number;
  /** The newest revision that enough panels were seen to hold. */
  readonly provisionedRevision: number;
  /** Panels that were seen to hold it. */
  readonly panels: number;
  /** By a person with kubectl. */
  readonly suspended: boolean;
  /** The traffic is used up. */
  readonly limited: boolean;
  /** It waits to be carried into the cluster. */
  readonly waiting:
    | { readonly sinceMs: number; readonly attempts: number; readonly error: string | undefined }
    | undefined;
}

/** Reads it all, for a person who wants to know why a subscription ends when it ends. */
export async function readAccount(db: Queryable, subscriptionId: string): Promise<SubscriptionAccount> {
  return {
    now: Math.floor((await readWallClock(db)) / 1000),
    entries: await readEntries(db, subscriptionId),
    orders: await ordersFor(db, subscriptionId),
    charges: await chargesFor(db, subscriptionId),
    delivery: await deliveryOf(db, subscriptionId),
  };
}

async function ordersFor(db: Queryable, subscriptionId: string): Promise<AccountOrder[]> {
  const rows = await db.query<RowOf<AccountOrder>>(
    `select id, plan_name as plan, state, created_at as "createdAtMs", closed_at as "closedAtMs",
       granted_revision::integer as "grantedRevision", provisioned_at as "provisionedAtMs"
     from wayleave.orders where subscription_id = $1 order by created_at, id`,
    [subscriptionId],
  );
  return rows.map(withoutNulls);
}

interface DeliveryRow extends Omit<AccountDelivery, 'waiting'> {
  readonly waitingSinceMs: number | null;
  readonly attempts: number | null;
  readonly error: string | null;
}

async function deliveryOf(db: Queryable, subscriptionId: string): Promise<AccountDelivery | undefined> {
  const [row] = await db.query<DeliveryRow>(
    `select e.revision::integer, e.provisioned_revision::integer as "provisionedRevision",
       (select count(distinct c.panel_id)::integer
        from wayleave.panel_clients c join wayleave.panels p on p.id = c.panel_id and p.removed_at is null
        where c.subscription_id = e.subscription_id) as panels,
       coalesce(s.suspended, false) as suspended, coalesce(s.limited, false) as limited,
       o.created_at as "waitingSinceMs", o.attempts, o.last_error as error
     from wayleave.entitlements e
     left join wayleave.subscription_states s on s.subscription_id = e.subscription_id
     left join wayleave.outbox o on o.topic = 'project' and o.key = e.subscription_id::text
     where e.subscription_id = $1`,
    [subscriptionId],
  );
  if (row === undefined) return undefined;
  const { waitingSinceMs, attempts, error, ...rest } = row;
  const waiting =
    waitingSinceMs === null
      ? undefined
      : { sinceMs: waitingSinceMs, attempts: attempts ?? 0, error: error ?? undefined };
  return { ...rest, waiting };
}
