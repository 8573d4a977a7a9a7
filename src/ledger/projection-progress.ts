import type { Queryable } from '../store/index.ts';

/** How far the ledger has come into the cluster. */
export interface ProjectionProgress {
  /** Subscriptions that must have a resource. */
  readonly wanted: number;
  /** Of those, what is still to be carried. */
  readonly waiting: number;
  /** Of what waits, what failed at the last try; it is tried again by itself. */
  readonly failing: number;
  /** Why, for one of them. */
  readonly error: string | undefined;
}

/** @param namespace only of this one; absent: all */
export async function projectionProgress(db: Queryable, namespace: string | undefined): Promise<ProjectionProgress> {
  const [row] = await db.query<Omit<ProjectionProgress, 'error'> & { readonly error: string | null }>(
    `select count(*)::integer as wanted, count(o.key)::integer as waiting,
       count(o.last_error)::integer as failing, min(o.last_error) as error
     from wayleave.subscriptions s
     join wayleave.entitlements e on e.subscription_id = s.id and e.source = 'ledger'
     left join wayleave.outbox o on o.topic = 'project' and o.key = s.id::text
     where s.source = 'ledger' and s.retired_at is null and ($1::text is null or s.namespace = $1)`,
    [namespace ?? null],
  );
  return { wanted: 0, waiting: 0, failing: 0, ...row, error: row?.error ?? undefined };
}
