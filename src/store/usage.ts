import type { Queryable } from './store.ts';
import { isUuid } from './uuid.ts';

export interface UsageReading {
  readonly subscriptionId: string;
  readonly email: string;
  /** Bytes by the panel's own counters: whole numbers from 0. */
  readonly upBytes: number;
  readonly downBytes: number;
  /** Epoch milliseconds, 0 for never seen. */
  readonly lastOnlineMs: number;
}

export interface RecordedUsage {
  /** Subscriptions whose counters moved. */
  readonly changed: readonly string[];
  /** E-mails whose counters fell: the panel was reset or wiped. */
  readonly newEpochs: readonly string[];
  /** E-mails that were left out: the subscription is unknown, or a counter is not a number that a counter can have. */
  readonly refused: readonly string[];
}

const record = {
  name: 'record-usage',
  // Both counters of a client fall together, so that after a reset both start from zero.
  text: `
    with wanted as (
      select w.* from unnest($2::uuid[], $3::text[], $4::bigint[], $5::bigint[], $6::float8[])
        as w (subscription_id, email, up, down, online_ms)
      join wayleave.subscriptions s on s.id = w.subscription_id
      order by w.subscription_id, w.email
    ), written as (
      insert into wayleave.panel_usage as u (panel_id, subscription_id, email, counter_up, counter_down, last_online)
      select $1, subscription_id, email, up, down, to_timestamp(nullif(online_ms, 0) / 1000) from wanted
      on conflict (subscription_id, panel_id, email) do update set
        epoch = u.epoch + case when excluded.counter_up < u.counter_up or excluded.counter_down < u.counter_down then 1 else 0 end,
        past_up = u.past_up
          + case when excluded.counter_up < u.counter_up or excluded.counter_down < u.counter_down then u.counter_up else 0 end,
        past_down = u.past_down
          + case when excluded.counter_up < u.counter_up or excluded.counter_down < u.counter_down then u.counter_down else 0 end,
        counter_up = excluded.counter_up,
        counter_down = excluded.counter_down,
        last_online = greatest(u.last_online, excluded.last_online),
        updated_at = now()
      where (u.counter_up, u.counter_down) is distinct from (excluded.counter_up, excluded.counter_down)
         or excluded.last_online > coalesce(u.last_online, '-infinity')
      returning subscription_id, email, epoch
    )
    select w.subscription_id as id, w.email, n.epoch > o.epoch as "newEpoch",
           n.email is not null and (o.email is null or (o.counter_up, o.counter_down) is distinct from (w.up, w.down)) as changed
    from wanted w
    left join written n using (subscription_id, email)
    left join wayleave.panel_usage o
      on o.subscription_id = w.subscription_id and o.panel_id = $1 and o.email = w.email`,
};

/**
 * Keeps a panel's counters. Counters grow within an epoch; one that fell opens the next, and what the old epoch had
 * counted is kept, so that a subscription's total never falls and nothing is counted twice. What a panel counted between
 * our last reading and its reset is lost: the panel has forgotten it.
 *
 * Readings of one panel must arrive in the order in which they were taken.
 */
export async function recordUsage(
  db: Queryable,
  panelId: string,
  readings: readonly UsageReading[],
): Promise<RecordedUsage> {
  const sane = readings.filter(
    (one) =>
      isUuid(one.subscriptionId) && isCounter(one.upBytes) && isCounter(one.downBytes) && isCounter(one.lastOnlineMs),
  );
  const items = [...new Map(sane.map((one) => [`${one.subscriptionId} ${one.email}`, one])).values()];
  const rows = await db.query<{ id: string; email: string; newEpoch: boolean | null; changed: boolean }>(record, [
    panelId,
    items.map((one) => one.subscriptionId),
    items.map((one) => one.email),
    items.map((one) => one.upBytes),
    items.map((one) => one.downBytes),
    items.map((one) => one.lastOnlineMs),
  ]);
  const taken = new Set(rows.map((row) => row.email));
  return {
    changed: [...new Set(rows.filter((row) => row.changed).map((row) => row.id))],
    newEpochs: rows.filter((row) => row.newEpoch === true).map((row) => row.email),
    refused: readings.map((one) => one.email).filter((email) => !taken.has(email)),
  };
}

function isCounter(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

export interface UsageTotal {
  /** Bytes over all panels since the last reset or renewal. */
  readonly upBytes: bigint;
  readonly downBytes: bigint;
}

const totals = (condition: string): string => `
  select u.subscription_id as id,
         greatest(sum(u.past_up + u.counter_up) - coalesce(b.up, 0), 0)::bigint as "upBytes",
         greatest(sum(u.past_down + u.counter_down) - coalesce(b.down, 0), 0)::bigint as "downBytes"
  from wayleave.panel_usage u left join wayleave.usage_baselines b using (subscription_id)
  ${condition}
  group by u.subscription_id, b.up, b.down`;

// Two statements, because "all or these" in one condition would keep the planner from the index.
const totalsOfAll = { name: 'usage-totals', text: totals('') };
const totalsOfSome = { name: 'usage-totals-of', text: totals('where u.subscription_id = any($1::uuid[])') };

/** Totals of these subscriptions, or of all; those without any usage are left out. */
export async function usageTotals(
  db: Queryable,
  subscriptionIds?: readonly string[],
): Promise<ReadonlyMap<string, UsageTotal>> {
  type Row = UsageTotal & { readonly id: string };
  const rows = await (subscriptionIds === undefined
    ? db.query<Row>(totalsOfAll)
    : db.query<Row>(totalsOfSome, [subscriptionIds]));
  return new Map(rows.map(({ id, ...total }) => [id, total]));
}

/** Starts counting from zero by moving the baseline; the panels' own counters are never reset. */
export async function resetUsage(db: Queryable, subscriptionId: string, reason: string): Promise<void> {
  await db.query(
    `with moved as (
       insert into wayleave.usage_baselines (subscription_id, up, down, reason)
       select $1, coalesce(sum(past_up + counter_up), 0), coalesce(sum(past_down + counter_down), 0), $2
       from wayleave.panel_usage where subscription_id = $1
       on conflict (subscription_id) do update
         set up = excluded.up, down = excluded.down, reset_at = now(), reason = excluded.reason
       returning subscription_id)
     select wayleave.announce_changes(array_agg(subscription_id)) from moved`,
    [subscriptionId, reason],
  );
}
