import { trafficPercents, type Queryable, type Store } from '../store/index.ts';
import { notify } from './notices.ts';
import { setTimer } from './refold.ts';
import { dueReminders } from './reminder-schedule.ts';

export interface RemindedSubscriptions {
  /** Subscriptions that were looked at. */
  readonly looked: number;
  readonly queued: number;
  /** Reminders that came too late to be worth sending. */
  readonly late: number;
}

interface DueSubscription {
  readonly subscriptionId: string;
  readonly shopId: string;
  readonly customerId: string;
  /** Epoch seconds. */
  readonly expiresAt: number;
  readonly now: number;
  readonly grantedAt: number;
  /** Access is denied, or the customer banned: he is told nothing meanwhile. */
  readonly silent: boolean;
  /** Somebody ended it by hand or a refund did: he knows. */
  readonly cutOff: boolean;
  readonly trial: boolean;
}

/** Whose moment it is, found by the timers' index whatever the number of subscriptions. */
const selectDue = `
  select t.subscription_id as "subscriptionId", c.shop_id as "shopId", c.id as "customerId",
    extract(epoch from e.expires_at)::float8 as "expiresAt", floor(extract(epoch from wayleave.wall_clock()))::float8 as now,
    extract(epoch from l.granted)::float8 as "grantedAt", l.trial,
    e.access = 'denied' or c.banned_at is not null as silent, coalesce(l.reversed >= e.expires_at, false) as "cutOff"
  from wayleave.timers t
  join wayleave.subscriptions s on s.id = t.subscription_id
  join wayleave.customers c on c.id = s.customer_id and c.shop_id = $1
  join wayleave.entitlements e on e.subscription_id = s.id and e.source = 'ledger'
  cross join lateral (
    select max(at) filter (where kind = 'grant') as granted, max(at) filter (where kind = 'reversal') as reversed,
      coalesce(bool_and(source = 'trial') filter (where kind = 'grant'), false) as trial
    from wayleave.ledger_entries where subscription_id = s.id) l
  where t.purpose = 'remind' and t.due_at <= wayleave.wall_clock()
  order by t.due_at limit $2 for update of t skip locked`;

/**
 * Puts the reminders that are due into the queue and sets each subscription's next moment. Many replicas may do it at a
 * time; each takes others.
 *
 * @param moments seconds from expiry, as the shop has them now
 */
export async function remind(
  store: Store,
  shopId: string,
  moments: readonly number[],
  limit = 200,
): Promise<RemindedSubscriptions> {
  return store.transaction(async (tx) => {
    const due = await tx.query<DueSubscription>({ name: 'due-reminders', text: selectDue }, [shopId, limit]);
    let queued = 0;
    let late = 0;
    for (const one of due) {
      const { expiresAt, now, grantedAt, silent, cutOff } = one;
      // What was told already is in the queue under the same key, which takes it once.
      const plan = dueReminders({ expiresAt, moments, now, grantedAt, sent: new Set() });
      await setTimer(tx, one.subscriptionId, 'remind', cutOff ? undefined : plan.nextAt);
      if (silent || cutOff) continue;
      for (const reminder of plan.notices) if (await queue(tx, one, reminder)) queued += 1;
      for (const reminder of plan.skipped) if (!(await wasTold(tx, one, reminder.dedupe))) late += 1;
    }
    return { looked: due.length, queued, late };
  });
}

async function queue(
  tx: Queryable,
  { shopId, customerId, subscriptionId, expiresAt, trial }: DueSubscription,
  { moment, dedupe, usefulUntil }: { readonly moment: number; readonly dedupe: string; readonly usefulUntil: number },
): Promise<boolean> {
  return notify(tx, {
    shopId,
    customerId,
    subscriptionId,
    kind: 'expiry',
    dedupe: `${subscriptionId}:${dedupe}`,
    payload: { moment, expiresAt, trial: trial ? 1 : 0 },
    delivery: 'at-most-once',
    usefulUntilMs: usefulUntil * 1000,
  });
}

async function wasTold(
  tx: Queryable,
  { shopId, customerId, subscriptionId }: DueSubscription,
  dedupe: string,
): Promise<boolean> {
  const rows = await tx.query(
    `select from wayleave.notices where shop_id = $1 and customer_id = $2 and kind = 'expiry' and dedupe = $3`,
    [shopId, customerId, `${subscriptionId}:${dedupe}`],
  );
  return rows.length > 0;
}

interface NewMark {
  readonly subscriptionId: string;
  readonly customerId: string;
  readonly percent: number;
  readonly sinceMs: number;
  readonly nowMs: number;
  readonly isTold: boolean;
}

/**
 * Tells customers whose traffic has passed a mark; of several that were passed at a time only the highest.
 *
 * @param percents what the shop wants to tell of; what lies between two marks is told at the next
 * @returns how many marks were looked at
 */
export async function noticeTraffic(
  store: Store,
  shopId: string,
  percents: readonly number[],
  limit = 200,
): Promise<number> {
  return store.transaction(async (tx) => {
    const marks = await tx.query<NewMark>(
      `with new as (
         select m.subscription_id, m.percent, m.since, c.id as customer_id,
           m.percent = any($2::integer[]) and c.banned_at is null and e.access = 'granted'
             and e.expires_at > wayleave.wall_clock() and not exists (
             select from wayleave.traffic_marks h where h.subscription_id = m.subscription_id and h.since >= m.since
               and (h.since > m.since or h.percent > m.percent and h.percent = any($2::integer[]))) as told
         from wayleave.traffic_marks m
         join wayleave.subscriptions s on s.id = m.subscription_id
         join wayleave.customers c on c.id = s.customer_id and c.shop_id = $1
         join wayleave.entitlements e on e.subscription_id = s.id
         where m.noticed_at is null order by m.created_at limit $3 for update of m skip locked)
       update wayleave.traffic_marks m set noticed_at = wayleave.wall_clock()
       from new where m.subscription_id = new.subscription_id and m.percent = new.percent and m.since = new.since
       returning m.subscription_id as "subscriptionId", new.customer_id as "customerId", m.percent, m.since as "sinceMs",
         m.noticed_at as "nowMs", new.told as "isTold"`,
      [shopId, percents.map(nextMark), limit],
    );
    for (const { subscriptionId, customerId, percent, sinceMs, nowMs, isTold } of marks) {
      if (!isTold) continue;
      const dedupe = `${subscriptionId}:${String(percent)}:${String(sinceMs)}`;
      const about = { shopId, customerId, subscriptionId, kind: 'traffic', dedupe, payload: { percent } } as const;
      const usefulUntilMs = nowMs + 24 * 3_600_000;
      await notify(tx, { ...about, delivery: 'at-most-once', usefulUntilMs });
    }
    return marks.length;
  });
}

function nextMark(percent: number): number {
  return trafficPercents.find((mark) => mark >= percent) ?? 100;
}
