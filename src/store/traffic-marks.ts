import type { Queryable } from './store.ts';

/** Parts of the traffic limit whose passing is recorded: those that a shop may have its customers told of. */
export const trafficPercents = [50, 80, 90, 95, 100] as const;

const mark = {
  name: 'mark-traffic',
  // Everything is as Postgres has it: a memory from before a renewal must not say that the new period is used up.
  text: `
    insert into wayleave.traffic_marks (subscription_id, percent, since, created_at)
    select s.id, p.percent, coalesce(b.reset_at, s.created_at), wayleave.wall_clock()
    from wayleave.subscriptions s
    join wayleave.entitlements e on e.subscription_id = s.id
    left join wayleave.usage_baselines b on b.subscription_id = s.id
    cross join lateral (
      select coalesce(sum(past_up + counter_up + past_down + counter_down), 0) as bytes
      from wayleave.panel_usage where subscription_id = s.id) u
    cross join unnest($2::integer[]) as p (percent)
    where s.id = any($1::uuid[]) and s.source = 'ledger'
      and (u.bytes - coalesce(b.up + b.down, 0)) * 100 >= e.traffic_limit_bytes::numeric * p.percent
    order by s.id, p.percent
    on conflict do nothing returning subscription_id`,
};

/**
 * Records which of these subscriptions that were bought have passed a mark of their traffic limit, once in each period: from
 * a reset, or from the beginning, to the next reset.
 *
 * @returns how many marks are new
 */
export async function markTraffic(db: Queryable, subscriptionIds: readonly string[]): Promise<number> {
  const rows = await db.query(mark, [subscriptionIds, trafficPercents]);
  return rows.length;
}
