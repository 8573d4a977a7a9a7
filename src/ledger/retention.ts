import type { Queryable, Store } from '../store/index.ts';
import { booksJobPrefix } from './jobs.ts';

/** Tables of which a shop forgets what is over, and for how many days it is kept. Labels of a metric. */
export const keptDays = {
  orders: 90,
  notices: 90,
  support_messages: 90,
  transfer_messages: 90,
  traffic_marks: 90,
} as const;

export type ForgetfulTable = keyof typeof keptDays;

export const forgetfulTables = Object.keys(keptDays) as readonly ForgetfulTable[];

/** Where a look at rows goes on that may have to stay. Means nothing to others. */
export interface ForgettingPlace {
  readonly closedAt: string;
  readonly id: string;
}

export interface Forgotten {
  /** How many rows went. */
  readonly rows: number;
  /** There may be more to delete. */
  readonly more: boolean;
  /** Where to go on; absent: at the oldest row. */
  readonly place?: ForgettingPlace;
}

/**
 * Deletes rows of a shop that nothing needs any more, the oldest first. Money is never among them: charges, refunds,
 * receipts, the ledger, the audit, and every order that one of these refers to.
 *
 * @param limit of one statement, so that nobody waits for it
 * @param place where the call before came to; absent: at the oldest row
 */
export async function forget(
  store: Store,
  shopId: string,
  table: ForgetfulTable,
  { limit, place }: { readonly limit: number; readonly place?: ForgettingPlace },
): Promise<Forgotten> {
  if (table === 'orders') return forgetOrders(store, shopId, limit, place);
  const rows = await counted(store, `${deletions[table]} select count(*)::integer as count from gone`, [shopId, limit]);
  return { rows, more: rows === limit };
}

const over = (table: ForgetfulTable, since: string): string =>
  `${since} < wayleave.wall_clock() - make_interval(days => ${String(keptDays[table])})`;

/** Nobody changes such a row: by its place it is found without a second look into an index. */
const deletion = (table: ForgetfulTable, places: string): string => `
  with gone as (delete from wayleave.${table} where ctid = any(array(${places} limit $2)) returning 1)`;

const deletions: Readonly<Record<Exclude<ForgetfulTable, 'orders'>, string>> = {
  // A key that is forgotten could be told again. None is asked for so late: reminders have half a day, a message of
  // Telegram is repeated for one, and everything else is an act of the ledger that is on record.
  notices: deletion(
    'notices',
    `select ctid from wayleave.notices
     where shop_id = $1 and state in ('sent', 'dropped') and ${over('notices', 'closed_at')} order by closed_at`,
  ),
  support_messages: deletion(
    'support_messages',
    `select ctid from wayleave.support_messages
     where shop_id = $1 and ${over('support_messages', 'created_at')} order by created_at`,
  ),
  // While a receipt waits, its row keeps it from being shown to the same admin again; until the message says what was
  // decided, it says where that message is.
  transfer_messages: deletion(
    'transfer_messages',
    `select m.ctid from wayleave.transfer_messages m join wayleave.transfers t on t.id = m.transfer_id
     where t.shop_id = $1 and t.decision is not null and (m.closed_at is not null or m.message_id is null)
       and ${over('transfer_messages', 'coalesce(m.closed_at, m.claimed_until)')}
     order by coalesce(m.closed_at, m.claimed_until)`,
  ),
  // Those of the period that runs keep the operator from marking the same again.
  traffic_marks: deletion(
    'traffic_marks',
    `select m.ctid from wayleave.traffic_marks m
     join wayleave.usage_baselines b on b.subscription_id = m.subscription_id and b.reset_at > m.since
     join wayleave.subscriptions s on s.id = m.subscription_id
     join wayleave.customers c on c.id = s.customer_id and c.shop_id = $1
     where ${over('traffic_marks', 'm.noticed_at')} order by m.noticed_at`,
  ),
};

/** How long after an order was closed its provider's books have to be read, to the end, before it counts as unpaid. */
const booksDays = 30;

/**
 * An order that was not paid and surely will not be. A provider that keeps books has told of every charge when they were
 * read to their end long after the order was closed; while they are not, as after a long outage, or where nobody reads
 * them any more, the order stays. A card transfer is a charge only when a person says so of a receipt, and receipts stay.
 *
 * An order that took the place of another is what tells whether that was paid in the end: it goes after it.
 */
const isUnpaid = `
  o.state in ('canceled', 'expired', 'superseded') and ${over('orders', 'o.closed_at')}
  and not exists (select from wayleave.charges c where c.order_id = o.id)
  and not exists (select from wayleave.transfers t where t.order_id = o.id)
  and not exists (select from wayleave.ledger_entries l where l.order_id = o.id)
  and not exists (select from wayleave.orders b where b.superseded_by = o.id)
  and not exists (select from wayleave.orders r where r.renews = o.id)
  and not exists (
    select from wayleave.attempts a where a.order_id = o.id and a.provider <> 'manual' and not exists (
      select from wayleave.jobs j where j.shop_id = o.shop_id and j.name = '${booksJobPrefix}' || a.provider
        and j.last_success_at >= o.closed_at + make_interval(days => ${String(booksDays)})))`;

/**
 * The oldest that were closed long enough ago, whether or not they may go. Those that stay, as where a provider's books are not
 * read any more, may be many: each is looked at once in a run, not again for every batch that goes behind it.
 */
const lookAtClosed = {
  name: 'look-at-closed-orders',
  text: `
    select o.id, o.closed_at::text as "closedAt" from wayleave.orders o
    where o.shop_id = $1 and o.state in ('canceled', 'expired', 'superseded') and ${over('orders', 'o.closed_at')}
      and o.closed_at >= $3::timestamptz and (o.closed_at, o.id) > ($3, $4::uuid)
    order by o.closed_at, o.id limit $2`,
};

/**
 * Orders that somebody holds just now are left for the next time. Joined by their ids, each is found by its own: asked for all
 * at once by id and age, Postgres went through the whole index by age.
 */
const lockUnpaid = {
  name: 'lock-unpaid-orders',
  text: `
    select o.id from unnest($1::uuid[]) as looked (id) join wayleave.orders o on o.id = looked.id where ${isUnpaid}
    order by o.closed_at, o.id for update of o skip locked`,
};

// Whoever recorded a charge before these were locked is seen only by a statement that begins after it.
const deleteUnpaid = {
  name: 'delete-unpaid-orders',
  text: `
    with unpaid as materialized (
      select o.id from unnest($1::uuid[]) as locked (id) join wayleave.orders o on o.id = locked.id where ${isUnpaid}),
    ways as (delete from wayleave.attempts a using unpaid u where a.order_id = u.id),
    gone as (delete from wayleave.orders o using unpaid u where o.id = u.id returning 1)
    select count(*)::integer as count from gone`,
};

const beforeAll: ForgettingPlace = { closedAt: '-infinity', id: '00000000-0000-0000-0000-000000000000' };

async function forgetOrders(store: Store, shopId: string, limit: number, place = beforeAll): Promise<Forgotten> {
  const looked = await store.query<ForgettingPlace>(lookAtClosed, [shopId, limit, place.closedAt, place.id]);
  const last = looked.at(-1);
  if (last === undefined) return { rows: 0, more: false };
  const rows = await store.transaction(async (tx) => {
    const locked = await tx.query<{ id: string }>(lockUnpaid, [looked.map(({ id }) => id)]);
    return locked.length === 0 ? 0 : counted(tx, deleteUnpaid, [locked.map(({ id }) => id)]);
  });
  return looked.length < limit ? { rows, more: false } : { rows, more: true, place: last };
}

async function counted(
  db: Queryable,
  statement: Parameters<Queryable['query']>[0],
  values: readonly unknown[],
): Promise<number> {
  const [row] = await db.query<{ count: number }>(statement, values);
  return row?.count ?? 0;
}
