import type { Queryable } from '../store/index.ts';
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
  /** What it is about, as it is now. */
  readonly subscription:
    | {
        readonly id: string;
        /** Per language. */
        readonly title: Readonly<Record<string, string>>;
        readonly expiresAtMs: number;
      }
    | undefined;
}

interface ClaimedRow extends Omit<ClaimedNotice, 'telegramId' | 'language' | 'subscription'> {
  readonly telegramId: bigint;
  readonly language: string | null;
  readonly subscriptionId: string | null;
  readonly title: Readonly<Record<string, string>> | null;
  readonly expiresAtMs: number | null;
}

const isFree = `n.next_at <= wayleave.wall_clock() and (n.claimed_until is null or n.claimed_until <= wayleave.wall_clock())`;

/**
 * Takes notices that are due, the oldest first; nobody else gets them before `leaseMs` is over. What can no longer be
 * sent is dropped on the way: what is of no use any more, customers who are gone, and what a process was sending at most
 * once when it vanished.
 */
export async function claimNotices(
  db: Queryable,
  shopId: string,
  { limit, leaseMs }: { readonly limit: number; readonly leaseMs: number },
): Promise<{ readonly notices: ClaimedNotice[]; readonly dropped: readonly DroppedNotice[] }> {
  const dropped = await dropHopeless(db, shopId, limit);
  const rows = await db.query<ClaimedRow>(
    {
      name: 'claim-notices',
      text: `
        with due as (
          select id from wayleave.notices n where n.shop_id = $1 and n.state = 'waiting' and ${isFree}
          order by n.next_at limit $2 for update skip locked),
        taken as (
          update wayleave.notices n set claim = gen_random_uuid(),
            claimed_until = wayleave.wall_clock() + make_interval(secs => $3::double precision / 1000)
          from due where n.id = due.id returning n.*)
        select t.id, t.shop_id as "shopId", t.kind, t.dedupe, t.payload, t.delivery, t.attempts, t.claim,
          c.id as "customerId", c.telegram_id as "telegramId", c.language, e.subscription_id as "subscriptionId", e.title,
          e.expires_at as "expiresAtMs"
        from taken t join wayleave.customers c on c.id = t.customer_id
        left join wayleave.entitlements e on e.subscription_id = t.subscription_id
        where c.telegram_id is not null and c.unreachable_since is null
        order by t.next_at, t.id`,
    },
    [shopId, limit, leaseMs],
  );
  return { notices: rows.map(toNotice), dropped };
}

export interface DroppedNotice {
  readonly kind: NoticeKind;
  readonly outcome: NoticeOutcome;
}

async function dropHopeless(db: Queryable, shopId: string, limit: number): Promise<DroppedNotice[]> {
  return db.query<DroppedNotice>(
    {
      name: 'drop-notices',
      text: `
        with hopeless as (
          select n.id, case
              when n.state = 'sending' then 'in doubt'
              when n.useful_until <= wayleave.wall_clock() then 'late'
              when c.telegram_id is null then 'erased'
              when c.unreachable_since is not null then 'unreachable' end as outcome
          from wayleave.notices n join wayleave.customers c on c.id = n.customer_id
          where n.shop_id = $1 and n.state in ('waiting', 'sending') and ${isFree}
            and (n.state = 'sending' or n.useful_until <= wayleave.wall_clock() or c.telegram_id is null
                 or c.unreachable_since is not null)
          order by n.next_at limit $2 for update of n skip locked)
        update wayleave.notices n set state = 'dropped', outcome = hopeless.outcome, closed_at = wayleave.wall_clock(),
          claim = null, claimed_until = null
        from hopeless where n.id = hopeless.id returning n.kind, n.outcome`,
    },
    [shopId, limit],
  );
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
  const rows = await db.query<Omit<NoticeRecord, 'outcome'> & { outcome: string | null }>(
    `select kind, created_at as "createdAtMs", state, outcome, attempts from wayleave.notices
     where customer_id = $1 order by created_at desc, id desc limit $2 offset $3`,
    [customerId, limit, offset],
  );
  return rows.map((row) => ({ ...row, outcome: row.outcome ?? undefined }));
}

function toNotice({ telegramId, language, subscriptionId, title, expiresAtMs, ...row }: ClaimedRow): ClaimedNotice {
  return {
    ...row,
    telegramId: Number(telegramId),
    language: language ?? undefined,
    subscription:
      subscriptionId === null ? undefined : { id: subscriptionId, title: title ?? {}, expiresAtMs: expiresAtMs ?? 0 },
  };
}
