import type { Queryable } from '../store/index.ts';

/**
 * Work outside Postgres: `project` a subscription into the cluster (key: its id), bring the `progress` message of an
 * order up to date (its id), send a `refund` (its id).
 */
export const outboxTopics = ['project', 'progress', 'refund'] as const;

export type OutboxTopic = (typeof outboxTopics)[number];

/** What is rung for: notices have a table of their own. */
export type WorkTopic = OutboxTopic | 'notice';

/**
 * SQL that rings for those who do this kind of work, when the transaction commits. A doorbell, not a record. What rings without
 * a topic, by `wayleave.ring_outbox()`, rings for everyone.
 */
export function ringingFor(topic: WorkTopic): string {
  return `pg_notify('wayleave_outbox', '${topic}')`;
}

/** Asks for work, in the transaction that makes it necessary. Asked while it is being done, it is done once more. */
export async function askFor(tx: Queryable, topic: OutboxTopic, key: string): Promise<void> {
  await tx.query(`with asked as (${askingFor('values ($1::text, $2::text)')}) select ${ringingFor(topic)}`, [
    topic,
    key,
  ]);
}

/** {@link askFor} as a part of a larger statement, which has to ring. @param work SQL that gives topic and key */
export function askingFor(work: string): string {
  return `
    insert into wayleave.outbox as o (topic, key, next_at, created_at)
    select w.topic, w.key, wayleave.wall_clock(), wayleave.wall_clock() from (${work}) as w (topic, key)
    on conflict (topic, key) do update set version = o.version + 1, next_at = least(o.next_at, excluded.next_at)`;
}

export interface ClaimedWork {
  readonly key: string;
  /** How often it failed in a row before. */
  readonly attempts: number;
  readonly version: bigint;
  readonly claim: string;
  /** Epoch milliseconds at which it was first asked for. */
  readonly createdAtMs: number;
}

/**
 * Takes what is due, for `leaseMs`; nobody else gets it before that is over.
 *
 * @param wanted.namespace of topic `project`, only subscriptions of this namespace: others belong to another cluster or
 *   another tenant's bot; absent: all
 */
export async function claimWork(
  db: Queryable,
  topic: OutboxTopic,
  { limit, leaseMs, namespace }: { readonly limit: number; readonly leaseMs: number; readonly namespace?: string },
): Promise<ClaimedWork[]> {
  return db.query<ClaimedWork>(
    `with due as (
       select topic, key from wayleave.outbox
       where topic = $1 and next_at <= wayleave.wall_clock()
         and (claimed_until is null or claimed_until <= wayleave.wall_clock())
         and ($4::text is null or exists (
           select from wayleave.subscriptions s where s.id = outbox.key::uuid and s.namespace = $4))
       order by next_at limit $2 for update skip locked)
     update wayleave.outbox o set claim = gen_random_uuid(),
       claimed_until = wayleave.wall_clock() + make_interval(secs => $3::double precision / 1000)
     from due where o.topic = due.topic and o.key = due.key
     returning o.key, o.attempts, o.version, o.claim, o.created_at as "createdAtMs"`,
    [topic, limit, leaseMs, namespace ?? null],
  );
}

const finish = {
  name: 'finish-work',
  text: `
    with ours as (
      select topic, key, version from wayleave.outbox where topic = $1 and key = $2 and claim = $3 for update),
    gone as (
      delete from wayleave.outbox o using ours
      where o.topic = ours.topic and o.key = ours.key and ours.version = $4 returning o.key),
    again as (
      update wayleave.outbox o set claim = null, claimed_until = null, attempts = 0, last_error = null,
        created_at = wayleave.wall_clock()
      from ours where o.topic = ours.topic and o.key = ours.key and ours.version <> $4 returning o.key)
    select key from gone union all select key from again`,
};

/**
 * It is done. Where it was asked for again meanwhile it stays, due now.
 *
 * @returns whether it was still ours
 */
export async function finishWork(
  db: Queryable,
  topic: OutboxTopic,
  { key, claim, version }: ClaimedWork,
): Promise<boolean> {
  const rows = await db.query(finish, [topic, key, claim, version]);
  return rows.length > 0;
}

/** What a row keeps of an error. */
const errorLength = 500;

/** It failed, or is not due to be finished yet: again after `afterMs`. @param error is cut; absent: nothing is wrong */
export async function postponeWork(
  db: Queryable,
  topic: OutboxTopic,
  { key, claim, version }: ClaimedWork,
  { afterMs, error }: { readonly afterMs: number; readonly error?: string },
): Promise<void> {
  await db.query(
    `update wayleave.outbox set claim = null, claimed_until = null, last_error = $5,
       attempts = case when $5::text is null then 0 else attempts + 1 end,
       next_at = case when version = $4 then wayleave.wall_clock() + make_interval(secs => $6::double precision / 1000) else next_at end
     where topic = $1 and key = $2 and claim = $3`,
    [topic, key, claim, version, error?.slice(0, errorLength) ?? null, afterMs],
  );
}

export interface OutboxBacklog {
  readonly topic: OutboxTopic;
  readonly depth: number;
  /** Seconds since the oldest was first asked for. */
  readonly oldestSeconds: number;
}

/** What waits or is being done, by topic; topics with nothing are left out. */
export async function outboxBacklog(db: Queryable): Promise<OutboxBacklog[]> {
  return db.query<OutboxBacklog>(
    `select topic, count(*)::integer as depth,
       greatest(0, extract(epoch from wayleave.wall_clock() - min(created_at)))::float8 as "oldestSeconds"
     from wayleave.outbox group by topic`,
  );
}

const firstRetryMs = 500;
const longestRetryMs = 300_000;

/** How long to wait after so many failures in a row: doubling, at most 5 min, for ever. */
export function retryDelayMs(attempts: number, random: () => number): number {
  return Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(attempts, 20)) * (0.75 + random() / 4);
}
