import { withoutNulls, type Queryable, type RowOf } from '../store/index.ts';
import type { NoticeKind } from './notices.ts';

/** Why a notice was not sent, or that it was. Labels of metrics. */
export const noticeOutcomes = ['sent', 'late', 'unreachable', 'erased', 'in doubt', 'refused'] as const;
export type NoticeOutcome = (typeof noticeOutcomes)[number];

/** A notice that is ours to send for a while. */
export interface ClaimedNotice {
  readonly id: string;
  readonly shopId: string;
  readonly kind: NoticeKind;
  readonly dedupe: string;
  readonly payload: Readonly<Record<string, string | number>>;
  readonly delivery: 'at-least-once' | 'at-most-once';
  /** How often it failed before. */
  readonly attempts: number;
  readonly claim: string;
  readonly customerId: string;
  readonly telegramId: number;
  readonly language: string | undefined;
  /** Of the plan that was ordered, per language, where it is about an order: what runs now may be another one. */
  readonly orderTitle: Readonly<Record<string, string>> | undefined;
  /** What it is about, as it is now. */
  readonly subscription:
    | {
        readonly id: string;
        /** Per language. */
        readonly title: Readonly<Record<string, string>>;
        readonly expiresAtMs: number;
        /** By Postgres' clock, when it was claimed. */
        readonly expired: boolean;
      }
    | undefined;
}

interface ClaimedRow extends Omit<ClaimedNotice, 'telegramId' | 'language' | 'orderTitle' | 'subscription'> {
  readonly telegramId: bigint;
  readonly language: string | null;
  readonly orderTitle: Readonly<Record<string, string>> | null;
  readonly subscriptionId: string | null;
  readonly title: Readonly<Record<string, string>> | null;
  readonly expiresAtMs: number | null;
  readonly expired: boolean | null;
}

/** A notice of the front of the queue: taken, or dropped with an outcome. */
type FrontRow = (ClaimedRow & { readonly outcome: null }) | DroppedNotice;

const claimFront = {
  name: 'claim-notices',
  text: `
    with front as (
      select n.id, n.state, n.useful_until, n.customer_id from wayleave.notices n
      where n.shop_id = $1 and n.state in ('waiting', 'sending') and n.next_at <= wayleave.wall_clock()
        and (n.claimed_until is null or n.claimed_until <= wayleave.wall_clock())
      order by n.next_at limit $2 for update skip locked),
    judged as (
      select f.id, c.telegram_id, c.language, case
          when f.state = 'sending' then 'in doubt'
          when f.useful_until <= wayleave.wall_clock() then 'late'
          when c.telegram_id is null then 'erased'
          when c.unreachable_since is not null then 'unreachable' end as outcome
      from front f join wayleave.customers c on c.id = f.customer_id),
    dealt_with as (
      update wayleave.notices n set
        state = case when j.outcome is null then n.state else 'dropped' end,
        outcome = j.outcome,
        closed_at = case when j.outcome is not null then wayleave.wall_clock() end,
        claim = case when j.outcome is null then gen_random_uuid() end,
        claimed_until = case when j.outcome is null
          then wayleave.wall_clock() + make_interval(secs => $3::double precision / 1000) end
      from judged j where n.id = j.id returning n.*, j.telegram_id, j.language)
    select d.id, d.shop_id as "shopId", d.kind, d.dedupe, d.payload, d.delivery, d.attempts, d.claim, d.outcome,
      d.customer_id as "customerId", d.telegram_id as "telegramId", d.language, e.subscription_id as "subscriptionId",
      e.title, e.expires_at as "expiresAtMs", e.expires_at <= wayleave.wall_clock() as expired,
      o.terms -> 'title' as "orderTitle"
    from dealt_with d left join wayleave.entitlements e on e.subscription_id = d.subscription_id
    left join wayleave.orders o on o.id = (d.payload ->> 'orderId')::uuid
    order by d.next_at, d.id`,
};

export interface DroppedNotice {
  readonly kind: NoticeKind;
  readonly outcome: NoticeOutcome;
}

/**
 * Takes notices that are due, the oldest first; nobody else gets them before `leaseMs` is over. What can no longer be
 * sent is dropped on the way: what is of no use any more, customers who are gone, and what a process was sending at most
 * once when it vanished.
 *
 * Only the front of the queue is looked at, so that a claim costs the same whether ten notices wait or a million; what is
 * hopeless further back is dropped when it gets there.
 *
 * @param options.limit of taken and dropped ones together
 */
export async function claimNotices(
  db: Queryable,
  shopId: string,
  { limit, leaseMs }: { readonly limit: number; readonly leaseMs: number },
): Promise<{ readonly notices: readonly ClaimedNotice[]; readonly dropped: readonly DroppedNotice[] }> {
  const notices: ClaimedNotice[] = [];
  const dropped: DroppedNotice[] = [];
  for (const row of await db.query<FrontRow>(claimFront, [shopId, limit, leaseMs])) {
    if (row.outcome === null) notices.push(toNotice(row));
    else dropped.push({ kind: row.kind, outcome: row.outcome });
  }
  return { notices, dropped };
}

/**
 * Says, right before a notice is sent, that it is. What is sent at most once counts as sent from here on, whatever
 * happens to this process.
 *
 * @returns whether it is still ours
 */
export async function beginSending(
  db: Queryable,
  { id, claim, delivery }: ClaimedNotice,
  leaseMs: number,
): Promise<boolean> {
  const rows = await db.query(
    `update wayleave.notices set state = $3,
       claimed_until = wayleave.wall_clock() + make_interval(secs => $4::double precision / 1000)
     where id = $1 and claim = $2 and state = 'waiting' returning id`,
    [id, claim, delivery === 'at-most-once' ? 'sending' : 'waiting', leaseMs],
  );
  return rows.length > 0;
}

/** It is over. What somebody wrote is not kept longer than it takes to deliver it. */
export async function concludeNotice(
  db: Queryable,
  { id, claim }: ClaimedNotice,
  outcome: NoticeOutcome,
): Promise<void> {
  await db.query(
    `update wayleave.notices set state = case when $3 = 'sent' then 'sent' else 'dropped' end, outcome = $3,
       closed_at = wayleave.wall_clock(), claim = null, claimed_until = null,
       payload = case when kind = 'support' then '{}' else payload end
     where id = $1 and claim = $2 and state in ('waiting', 'sending')`,
    [id, claim, outcome],
  );
}

/** It was surely not sent, or may be sent twice: again after `afterMs`. @param failed counts as an attempt */
export async function postponeNotice(
  db: Queryable,
  { id, claim }: ClaimedNotice,
  { afterMs, failed }: { readonly afterMs: number; readonly failed: boolean },
): Promise<void> {
  await db.query(
    `update wayleave.notices set state = 'waiting', claim = null, claimed_until = null,
       attempts = attempts + case when $4 then 1 else 0 end,
       next_at = wayleave.wall_clock() + make_interval(secs => $3::double precision / 1000)
     where id = $1 and claim = $2 and state in ('waiting', 'sending')`,
    [id, claim, afterMs, failed],
  );
}

export interface NoticeRecord {
  readonly kind: NoticeKind;
  readonly createdAtMs: number;
  readonly state: 'waiting' | 'sending' | 'sent' | 'dropped';
  readonly outcome: string | undefined;
  readonly attempts: number;
}

/** What a customer was told, the newest first. */
export async function noticesOf(
  db: Queryable,
  customerId: string,
  { limit = 10, offset = 0 }: { readonly limit?: number; readonly offset?: number } = {},
): Promise<NoticeRecord[]> {
  const rows = await db.query<RowOf<NoticeRecord>>(
    `select kind, created_at as "createdAtMs", state, outcome, attempts from wayleave.notices
     where customer_id = $1 order by created_at desc, id desc limit $2 offset $3`,
    [customerId, limit, offset],
  );
  return rows.map(withoutNulls);
}

function toNotice(claimed: ClaimedRow & { readonly outcome: null }): ClaimedNotice {
  const { telegramId, language, orderTitle, subscriptionId, title, expiresAtMs, expired, outcome: _, ...row } = claimed;
  return {
    ...row,
    telegramId: Number(telegramId),
    language: language ?? undefined,
    orderTitle: orderTitle ?? undefined,
    subscription:
      subscriptionId === null
        ? undefined
        : { id: subscriptionId, title: title ?? {}, expiresAtMs: expiresAtMs ?? 0, expired: expired ?? true },
  };
}
