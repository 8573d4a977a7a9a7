import { addRevocations, findSubscriptions, lockSubscription, type Queryable, type Store } from '../store/index.ts';
import { askFor } from './outbox.ts';
import { refold, retireAfterSeconds, setTimer, type TimerPurpose } from './refold.ts';

/** The subscriptions whose moment has come, the longest overdue first. The same index whatever their number. */
export async function dueTimers(db: Queryable, purpose: TimerPurpose, limit: number): Promise<string[]> {
  const rows = await db.query<{ id: string }>(dueTimersStatement, [purpose, limit]);
  return rows.map(({ id }) => id);
}

/** Exported so that a test can hold its plan to the index. */
export const dueTimersStatement = {
  name: 'due-timers',
  text: `select subscription_id as id from wayleave.timers
         where purpose = $1 and due_at <= wayleave.wall_clock() order by due_at limit $2`,
};

/** Another segment takes over: what a subscription entitles to changes by time alone. */
export async function refoldDue(store: Store, subscriptionId: string): Promise<void> {
  await store.transaction(async (tx) => {
    await lockSubscription(tx, subscriptionId);
    await refold(tx, subscriptionId);
  });
}

/**
 * More removals than max(20, 5 %) from a panel within ten minutes look like an accident and are held. Half of that at
 * most is retired in a namespace, so that what expires by itself neither needs a person nor hides an accident.
 */
const retiredAtATime = 10;
const windowSeconds = 600;

/**
 * Takes a subscription that expired long ago out of the cluster, unless it has time again. Too many at a time wait.
 *
 * @returns whether it is to go now
 */
export async function retireDue(store: Store, subscriptionId: string): Promise<boolean> {
  return store.transaction(async (tx) => {
    await lockSubscription(tx, subscriptionId);
    const folded = await refold(tx, subscriptionId);
    const dueAt = folded === undefined ? undefined : folded.entitlement.expiresAt + retireAfterSeconds;
    const [facts] = await tx.query<{ now: number; recent: number }>(
      `select floor(extract(epoch from wayleave.wall_clock()))::float8 as now, (
         select count(*)::integer from wayleave.subscriptions r
         where r.namespace = s.namespace and r.retired_at > wayleave.wall_clock() - make_interval(secs => $2)) as recent
       from wayleave.subscriptions s where s.id = $1`,
      [subscriptionId, windowSeconds],
    );
    const { now = 0, recent = 0 } = facts ?? {};
    if (dueAt === undefined || dueAt > now) {
      await setTimer(tx, subscriptionId, 'retire', dueAt);
      return false;
    }
    if (recent >= retiredAtATime) {
      await setTimer(tx, subscriptionId, 'retire', now + windowSeconds);
      return false;
    }
    await tx.query(
      'update wayleave.subscriptions set retired_at = wayleave.wall_clock() where id = $1 and retired_at is null',
      [subscriptionId],
    );
    await setTimer(tx, subscriptionId, 'retire', undefined);
    await askFor(tx, 'project', subscriptionId);
    return true;
  });
}

/**
 * Licenses the removal of a retired subscription's clients from panels. Only once its resource is gone: as long as that
 * is there, the operator takes such a licence for a mistake. Its address lives on and answers that it has expired.
 */
export async function revokeRetired(store: Store, subscriptionId: string): Promise<void> {
  await store.transaction(async (tx) => {
    await lockSubscription(tx, subscriptionId);
    const retired = await tx.query('select from wayleave.subscriptions where id = $1 and retired_at is not null', [
      subscriptionId,
    ]);
    const [record] = retired.length === 0 ? [] : await findSubscriptions(tx, [subscriptionId]);
    const by = { reason: 'Expired', decidedBy: 'wayleave' } as const;
    await addRevocations(tx, record?.clients.map((client) => ({ ...client, ...by })) ?? []);
  });
}

/** Undoes a retirement where there is time again. The caller holds the row lock. @param expiresAt epoch seconds */
export async function reviveRetired(tx: Queryable, subscriptionId: string, expiresAt: number): Promise<void> {
  const revived = await tx.query(
    `update wayleave.subscriptions set retired_at = null
     where id = $1 and retired_at is not null and to_timestamp($2) > wayleave.wall_clock() returning id`,
    [subscriptionId, expiresAt + retireAfterSeconds],
  );
  if (revived.length === 0) return;
  await setTimer(tx, subscriptionId, 'retire', expiresAt + retireAfterSeconds);
  await tx.query(
    `with open as (
       select id from wayleave.revocations
       where subscription_id = $1 and reason = 'Expired' and done_at is null and withdrawn_at is null
       order by id for no key update)
     update wayleave.revocations r set withdrawn_at = now() from open where r.id = open.id`,
    [subscriptionId],
  );
}
