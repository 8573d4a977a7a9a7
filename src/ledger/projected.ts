import { isUuid, type Queryable, type Store } from '../store/index.ts';
import type { Entitlement } from './fold.ts';
import { refold } from './refold.ts';
import { reviveRetired } from './retirement.ts';

/** What the cluster must show of a subscription, as the ledger is now. */
export interface Projection {
  readonly subscriptionId: string;
  readonly namespace: string;
  /** Of the resource. */
  readonly name: string;
  /** Name of the VPNShop. */
  readonly shop: string;
  readonly entitlement: Entitlement;
  readonly state: ProjectionState;
}

/** What tells one projection from the next. */
export interface ProjectionState {
  readonly revision: number;
  /** Of the newest keys. */
  readonly generation: number;
  /** Expired for so long that it has no resource. */
  readonly isRetired: boolean;
}

interface StateRow extends Omit<ProjectionState, 'revision'> {
  readonly revision: bigint;
}

const stateColumns = `e.revision, s.retired_at is not null as "isRetired", coalesce((
    select max(generation) from wayleave.credentials where subscription_id = s.id), 1) as generation`;

const lock = {
  name: 'lock-projected',
  text: `
    select namespace, name, shop, retired_at is not null as "isRetired"
    from wayleave.subscriptions where id = $1 and source = 'ledger' for no key update`,
};

/**
 * Folds a subscription's ledger anew and says what the cluster must show of it. One that was retired and has time again
 * is not retired any more.
 *
 * @returns nothing when there is nothing that the ledger entitles to: not its subscription, or nothing was granted
 */
export async function readProjection(store: Store, subscriptionId: string): Promise<Projection | undefined> {
  if (!isUuid(subscriptionId)) return undefined;
  return store.transaction(async (tx) => {
    const [row] = await tx.query<{ namespace: string; name: string; shop: string | null; isRetired: boolean }>(lock, [
      subscriptionId,
    ]);
    if (row === undefined) return undefined;
    const { namespace, name, shop, isRetired } = row;
    const folded = await refold(tx, subscriptionId);
    if (folded === undefined) return undefined;
    const { entitlement } = folded;
    if (isRetired) await reviveRetired(tx, subscriptionId, entitlement.expiresAt);
    const state = await projectionState(tx, subscriptionId);
    if (state === undefined) return undefined;
    return { subscriptionId, namespace, name, shop: shop ?? '', entitlement, state };
  });
}

const stateStatement = {
  name: 'projection-state',
  text: `
    select ${stateColumns} from wayleave.subscriptions s join wayleave.entitlements e on e.subscription_id = s.id
    where s.id = $1 and s.source = 'ledger'`,
};

/** @returns nothing when there is no such entitlement */
export async function projectionState(db: Queryable, subscriptionId: string): Promise<ProjectionState | undefined> {
  const rows = await db.query<StateRow>(stateStatement, [subscriptionId]);
  return rows.map((row) => ({ ...row, revision: Number(row.revision) }))[0];
}

/**
 * The cluster shows a newer revision than ours: the database was restored, or somebody wrote one by hand. Revisions in the
 * cluster never fall, so ours goes on from there.
 */
export async function overtakeRevision(db: Queryable, subscriptionId: string, shown: number): Promise<void> {
  await db.query(
    'update wayleave.entitlements set revision = $2::bigint + 1 where subscription_id = $1 and revision < $2',
    [subscriptionId, shown],
  );
}

/** Namespaces in which the ledger has ever sold. @param only absent: all */
export async function namespacesOfShops(db: Queryable, only: string | undefined): Promise<string[]> {
  const rows = await db.query<{ namespace: string }>(
    'select distinct namespace from wayleave.shops where $1::text is null or namespace = $1 order by namespace',
    [only ?? null],
  );
  return rows.map(({ namespace }) => namespace);
}

/** A subscription that must have a resource. */
export interface Projected {
  readonly id: string;
  readonly name: string;
  readonly revision: number;
  /** It is being carried into the cluster already. */
  readonly isUnderWay: boolean;
}

/** Exported so that a test can hold its plan to the index. */
export const pageOfProjected = {
  name: 'projected-page',
  // A scalar subquery instead of a join: one look-up per row, where the planner would read the whole table.
  text: `
    select s.id, s.name,
      (select e.revision from wayleave.entitlements e where e.subscription_id = s.id and e.source = 'ledger') as revision,
      exists (select from wayleave.outbox o where o.topic = 'project' and o.key = s.id::text) as "isUnderWay"
    from wayleave.subscriptions s
    where s.namespace = $1 and s.source = 'ledger' and s.retired_at is null and s.id > $2
    order by s.id limit $3`,
};

/**
 * Every subscription of a namespace that must have a resource, in order of name, which is that of id. Read page by page,
 * each as of its own moment.
 */
export async function* listProjected(
  db: Queryable,
  namespace: string,
  pageSize = 500,
): AsyncGenerator<Projected, void, undefined> {
  let after = '00000000-0000-0000-0000-000000000000';
  for (;;) {
    const values = [namespace, after, pageSize];
    const rows = await db.query<Omit<Projected, 'revision'> & { readonly revision: bigint | null }>(
      pageOfProjected,
      values,
    );
    // Without a revision nothing was granted yet.
    for (const row of rows) if (row.revision !== null) yield { ...row, revision: Number(row.revision) };
    const last = rows.at(-1);
    if (last === undefined || rows.length < pageSize) return;
    after = last.id;
  }
}

/** Which of these the ledger knows. */
export async function knownToLedger(db: Queryable, subscriptionIds: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await db.query<{ id: string }>(
    `select id from wayleave.subscriptions where id = any($1::uuid[]) and source = 'ledger'`,
    [subscriptionIds.filter(isUuid)],
  );
  return new Set(rows.map(({ id }) => id));
}
