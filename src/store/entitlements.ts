import type { SubscriptionState } from './records.ts';
import type { Queryable } from './store.ts';

export interface DeclaredEntitlement {
  readonly subscriptionId: string;
  readonly title: Readonly<Record<string, string>>;
  /** Epoch milliseconds; absent: never. */
  readonly expiresAtMs: number | undefined;
  readonly access: 'granted' | 'denied';
  readonly trafficLimitBytes: bigint | undefined;
  readonly deviceLimit: number | undefined;
}

export interface WrittenEntitlements {
  /** Revision of each entitlement of the batch that belongs to a resource, whether it changed now or not. */
  readonly revisions: ReadonlyMap<string, number>;
  /** Ids that were left alone: unknown, or the ledger's. */
  readonly refused: readonly string[];
}

/**
 * Writes what hand-made subscriptions are entitled to. What the ledger owns is never touched: money decides there. The
 * revision grows only when something differs.
 */
export async function writeEntitlements(
  db: Queryable,
  batch: readonly DeclaredEntitlement[],
): Promise<WrittenEntitlements> {
  const items = [...new Map(batch.map((item) => [item.subscriptionId, item])).values()];
  const rows = await db.query<{ id: string; revision: bigint | null }>(
    // Scalar subqueries instead of joins: one look-up per item, where the planner would read the whole table.
    `with wanted as (
       select w.* from unnest($1::uuid[], $2::jsonb[], $3::timestamptz[], $4::text[], $5::bigint[], $6::integer[])
         as w (subscription_id, title, expires_at, access, traffic_limit_bytes, device_limit)
       where (select s.source from wayleave.subscriptions s where s.id = w.subscription_id) = 'resource'
       order by w.subscription_id
     ), changed as (
       insert into wayleave.entitlements as e
         (subscription_id, source, title, expires_at, access, traffic_limit_bytes, device_limit)
       select subscription_id, 'resource', title, expires_at, access, traffic_limit_bytes, device_limit from wanted
       on conflict (subscription_id) do update set
         title = excluded.title, expires_at = excluded.expires_at, access = excluded.access,
         traffic_limit_bytes = excluded.traffic_limit_bytes, device_limit = excluded.device_limit,
         revision = e.revision + 1, updated_at = now()
       where e.source = 'resource'
         and (e.title, e.expires_at, e.access, e.traffic_limit_bytes, e.device_limit) is distinct from
             (excluded.title, excluded.expires_at, excluded.access, excluded.traffic_limit_bytes, excluded.device_limit)
       returning subscription_id, revision
     ), announced as materialized (
       select wayleave.announce_changes(array_agg(subscription_id)) from changed
     )
     select w.subscription_id as id, coalesce(c.revision, (
              select e.revision from wayleave.entitlements e
              where e.subscription_id = w.subscription_id and e.source = 'resource')) as revision
     from wanted w left join changed c using (subscription_id) cross join announced`,
    [
      items.map((item) => item.subscriptionId),
      items.map((item) => JSON.stringify(item.title)),
      items.map((item) => (item.expiresAtMs === undefined ? null : new Date(item.expiresAtMs).toISOString())),
      items.map((item) => item.access),
      items.map((item) => item.trafficLimitBytes ?? null),
      items.map((item) => item.deviceLimit ?? null),
    ],
  );
  const revisions = new Map(rows.flatMap(({ id, revision }) => (revision === null ? [] : [[id, Number(revision)]])));
  return { revisions, refused: items.map((item) => item.subscriptionId).filter((id) => !revisions.has(id)) };
}

/** Writes what the operator found out about resources and usage; rows that do not differ are not touched. */
export async function writeStates(
  db: Queryable,
  batch: readonly (SubscriptionState & { readonly subscriptionId: string })[],
): Promise<void> {
  const items = [...new Map(batch.map((item) => [item.subscriptionId, item])).values()];
  await db.query(
    `with changed as (
       insert into wayleave.subscription_states as st (subscription_id, suspended, limited, traffic_reset, panels_wanted)
       select * from unnest($1::uuid[], $2::boolean[], $3::boolean[], $4::text[], $5::integer[])
         as w (subscription_id, suspended, limited, traffic_reset, panels_wanted)
       order by subscription_id
       on conflict (subscription_id) do update
         set suspended = excluded.suspended, limited = excluded.limited,
           traffic_reset = coalesce(excluded.traffic_reset, st.traffic_reset),
           panels_wanted = coalesce(excluded.panels_wanted, st.panels_wanted), updated_at = now()
       where (st.suspended, st.limited, st.traffic_reset, st.panels_wanted) is distinct from
             (excluded.suspended, excluded.limited, coalesce(excluded.traffic_reset, st.traffic_reset),
              coalesce(excluded.panels_wanted, st.panels_wanted))
       returning subscription_id)
     select wayleave.announce_changes(array_agg(subscription_id)) from changed`,
    [
      items.map((item) => item.subscriptionId),
      items.map((item) => item.suspended),
      items.map((item) => item.limited),
      items.map((item) => item.trafficReset ?? null),
      items.map((item) => item.panelsWanted ?? null),
    ],
  );
}

/**
 * Records that these revisions reached enough panels. The recorded revision never falls, and never passes the
 * entitlement's own.
 */
export async function markProvisioned(
  db: Queryable,
  batch: readonly { readonly subscriptionId: string; readonly revision: number }[],
): Promise<void> {
  await db.query(
    // In order of id, as a transaction folds several subscriptions: rows taken as a join finds them would deadlock with it.
    `with reached as (
       select e.subscription_id, w.revision
       from unnest($1::uuid[], $2::bigint[]) as w (subscription_id, revision)
       join wayleave.entitlements e on e.subscription_id = w.subscription_id
       where e.provisioned_revision < least(w.revision, e.revision)
       order by e.subscription_id for no key update of e)
     update wayleave.entitlements e
     set provisioned_revision = greatest(e.provisioned_revision, least(reached.revision, e.revision)),
       provisioned_at = coalesce(e.provisioned_at, now())
     from reached where e.subscription_id = reached.subscription_id`,
    [batch.map((item) => item.subscriptionId), batch.map((item) => item.revision)],
  );
}
