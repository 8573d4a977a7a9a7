import { uuidv7 } from 'uuidv7';
import { withoutNulls, type Queryable, type RowOf, type Store } from '../store/index.ts';
import { recordAudit } from './audit.ts';
import type { ChargeKey } from './charge-lock.ts';
import type { Disposition } from './classify.ts';

/** What waits for a person: charges by what is odd about them, refunds that a provider will not do, receipts. */
export const queueNames = ['transfers', 'surplus', 'mismatch', 'orphan', 'blocked', 'refused'] as const;
export type QueueName = (typeof queueNames)[number];
export type ChargeQueueName = Exclude<QueueName, 'transfers'>;

/** A charge with what a person has to know who decides about it. */
export interface QueuedCharge extends ChargeKey {
  /** Stands for the charge in buttons. */
  readonly handle: string;
  readonly disposition: Disposition;
  /** Where it waits for a person; absent where it waits for none. */
  readonly queue: ChargeQueueName | undefined;
  readonly reason: string;
  readonly amountMinor: bigint;
  readonly refundedMinor: bigint;
  readonly currency: string;
  readonly live: boolean;
  readonly paidAtMs: number;
  /** Seconds that it waits. */
  readonly ageSeconds: number;
  /** Who took it, as the ledger names him. */
  readonly owner: string | undefined;
  readonly payer: string | undefined;
  readonly orderId: string | undefined;
  /** The subscription of its order, whether or not that began. */
  readonly subscriptionId: string | undefined;
  readonly customer:
    | {
        readonly id: string;
        readonly name: string;
        readonly userName: string | undefined;
        readonly telegramId: number | undefined;
      }
    | undefined;
  readonly refund: { readonly state: 'requested' | 'confirmed' | 'refused'; readonly refusal: string } | undefined;
  readonly settlement: string | undefined;
  readonly settledBy: string | undefined;
}

interface ChargeRow extends RowOf<Omit<QueuedCharge, 'customer' | 'refund'>> {
  readonly customerId: string | null;
  readonly customerName: string | null;
  readonly userName: string | null;
  readonly telegramId: bigint | null;
  readonly refundState: 'requested' | 'confirmed' | 'refused' | null;
  readonly refusal: string | null;
}

/** `r` is the newest refund of the charge. */
const columns = `
  select c.shop_id as "shopId", c.provider, c.charge_id as "chargeId", c.handle, c.disposition, q.queue, c.reason,
    c.amount_minor as "amountMinor", c.refunded_minor as "refundedMinor", c.currency, c.live, c.paid_at as "paidAtMs",
    extract(epoch from wayleave.wall_clock() - q.since)::float8 as "ageSeconds", c.owner, c.payer,
    c.order_id as "orderId", o.subscription_id as "subscriptionId", cu.id as "customerId", cu.name as "customerName",
    cu.user_name as "userName", cu.telegram_id as "telegramId", r.state as "refundState", r.refusal,
    c.settlement, c.settled_by as "settledBy"`;

const joins = `
  join wayleave.charges c on c.shop_id = q.shop_id and c.provider = q.provider and c.charge_id = q.charge_id
  left join wayleave.orders o on o.id = c.order_id
  left join wayleave.customers cu on cu.id = c.customer_id
  left join lateral (
    select state, refusal from wayleave.refunds
    where shop_id = c.shop_id and provider = c.provider and charge_id = c.charge_id
    order by created_at desc, id desc limit 1) r on true`;

/**
 * Everything of a shop that waits for a person, each charge in one queue. Money that is on its way back waits for the
 * provider, and what was refused after somebody had settled it waits again.
 */
const waiting = `
  waiting as (
    select c.shop_id, c.provider, c.charge_id, c.disposition as queue, c.recorded_at as since
    from wayleave.charges c
    where c.shop_id = $1 and c.settled_at is null and c.disposition in ('surplus', 'mismatch', 'orphan', 'blocked')
      and not exists (select from wayleave.refunds r where r.shop_id = c.shop_id and r.provider = c.provider
                      and r.charge_id = c.charge_id and r.state in ('requested', 'refused'))
    union all
    select c.shop_id, c.provider, c.charge_id, 'refused', max(r.closed_at)
    from wayleave.refunds r join wayleave.charges c using (shop_id, provider, charge_id)
    where r.shop_id = $1 and r.state = 'refused' and c.refunded_minor < c.amount_minor
      and (c.settled_at is null or c.settled_at < r.closed_at)
      and not exists (select from wayleave.refunds n where n.shop_id = c.shop_id and n.provider = c.provider
                      and n.charge_id = c.charge_id and n.state = 'requested')
    group by c.shop_id, c.provider, c.charge_id)`;

/** Of the charge `c`, beside `waiting`. */
const queueOf = `
  (select w.queue from waiting w
   where w.shop_id = c.shop_id and w.provider = c.provider and w.charge_id = c.charge_id) as queue`;

/** Where a charge waits for a person. */
export async function queueOfCharge(
  db: Queryable,
  { shopId, provider, chargeId }: ChargeKey,
): Promise<ChargeQueueName | undefined> {
  const [row] = await db.query<{ queue: ChargeQueueName }>(
    `with ${waiting} select queue from waiting where provider = $2 and charge_id = $3`,
    [shopId, provider, chargeId],
  );
  return row?.queue;
}

export interface QueueSummary {
  readonly queue: QueueName;
  readonly count: number;
  /** Of the oldest; 0 for none. */
  readonly oldestSeconds: number;
}

/** How much waits for a person, in the order of `queueNames`; empty queues too. */
export async function summarizeQueues(db: Queryable, shopId: string): Promise<QueueSummary[]> {
  const rows = await db.query<QueueSummary>(
    `with ${waiting},
     counted as (
       select queue, count(*)::integer as count, min(since) as since from waiting group by queue
       union all
       select 'transfers', count(*)::integer, min(created_at) from wayleave.transfers
       where shop_id = $1 and decision is null)
     select queue, count, coalesce(extract(epoch from wayleave.wall_clock() - since), 0)::float8 as "oldestSeconds"
     from counted`,
    [shopId],
  );
  return queueNames.map((queue) => rows.find((row) => row.queue === queue) ?? { queue, count: 0, oldestSeconds: 0 });
}

/** One queue, the oldest first. */
export async function listQueue(
  db: Queryable,
  shopId: string,
  queue: ChargeQueueName,
  { limit, offset = 0 }: { readonly limit: number; readonly offset?: number },
): Promise<QueuedCharge[]> {
  const rows = await db.query<ChargeRow>(
    `with ${waiting} ${columns} from waiting q ${joins}
     where q.queue = $2 order by q.since, q.provider, q.charge_id limit $3 offset $4`,
    [shopId, queue, limit, offset],
  );
  return rows.map(toCharge);
}

/** Any charge of a shop, by what buttons call it. `ageSeconds` counts from when it was recorded. */
export async function findCharge(db: Queryable, shopId: string, handle: string): Promise<QueuedCharge | undefined> {
  const rows = await db.query<ChargeRow>(
    `with ${waiting},
     q as (select c.shop_id, c.provider, c.charge_id, c.recorded_at as since, ${queueOf} from wayleave.charges c
           where c.shop_id = $1 and c.handle = $2)
     ${columns} from q ${joins}`,
    [shopId, handle],
  );
  return rows.map(toCharge)[0];
}

/** What buttons call a charge. */
export async function handleOfCharge(
  db: Queryable,
  { shopId, provider, chargeId }: ChargeKey,
): Promise<string | undefined> {
  const [row] = await db.query<{ handle: string }>(
    'select handle from wayleave.charges where shop_id = $1 and provider = $2 and charge_id = $3',
    [shopId, provider, chargeId],
  );
  return row?.handle;
}

/** Charges of a customer, the newest first. */
export async function chargesOf(
  db: Queryable,
  shopId: string,
  customerId: string,
  { limit, offset = 0 }: { readonly limit: number; readonly offset?: number },
): Promise<QueuedCharge[]> {
  const rows = await db.query<ChargeRow>(
    `with ${waiting},
     q as (select c.shop_id, c.provider, c.charge_id, c.recorded_at as since, ${queueOf} from wayleave.charges c
           where c.shop_id = $1 and c.customer_id = $2 order by c.recorded_at desc, c.charge_id limit $3 offset $4)
     ${columns} from q ${joins} order by q.since desc, q.charge_id`,
    [shopId, customerId, limit, offset],
  );
  return rows.map(toCharge);
}

/**
 * Puts somebody's name on a charge.
 *
 * @param from whose it is as he sees it: with somebody else's name on it by now, nothing changes
 * @returns whose it is now
 */
export async function takeCharge(
  store: Store,
  key: ChargeKey,
  { owner, from }: { readonly owner: string; readonly from: string | undefined },
): Promise<string | undefined> {
  return store.transaction(async (tx) => {
    const taken = await tx.query(
      `update wayleave.charges set owner = $4
       where shop_id = $1 and provider = $2 and charge_id = $3 and owner is not distinct from $5 and owner is distinct from $4
       returning charge_id`,
      [key.shopId, key.provider, key.chargeId, owner, from ?? null],
    );
    const [row] = await tx.query<{ owner: string | null }>(
      'select owner from wayleave.charges where shop_id = $1 and provider = $2 and charge_id = $3',
      [key.shopId, key.provider, key.chargeId],
    );
    if (taken.length > 0) {
      const subject = subjectOfCharge(key);
      // A name may come and go: each time is an act of its own, and a repeated one finds its name there.
      const cause = `take:${uuidv7()}`;
      await recordAudit(tx, { shopId: key.shopId, actor: owner, action: 'take', subject, cause });
    }
    return row?.owner ?? undefined;
  });
}

/** How the audit names a charge. */
export function subjectOfCharge({ provider, chargeId }: Pick<ChargeKey, 'provider' | 'chargeId'>): string {
  return `charge:${provider}:${chargeId}`;
}

function toCharge(row: ChargeRow): QueuedCharge {
  const { customerId, customerName, userName, telegramId, refundState, refusal, ...rest } = row;
  return {
    ...withoutNulls(rest),
    customer:
      customerId === null
        ? undefined
        : {
            id: customerId,
            name: customerName ?? '',
            userName: userName ?? undefined,
            telegramId: telegramId === null ? undefined : Number(telegramId),
          },
    refund: refundState === null ? undefined : { state: refundState, refusal: refusal ?? '' },
  };
}
