import { uuidv7 } from 'uuidv7';
import { withoutNulls, type Queryable, type RowOf, type Store } from '../store/index.ts';
import { LedgerError } from './errors.ts';
import { askingFor } from './outbox.ts';
import { refold } from './refold.ts';

export interface CustomerRecord {
  readonly id: string;
  readonly shopId: string;
  /** Absent after erasure. */
  readonly telegramId: number | undefined;
  readonly name: string;
  readonly userName: string | undefined;
  readonly language: string | undefined;
  readonly termsVersion: string | undefined;
  readonly bannedAtMs: number | undefined;
  readonly unreachableSinceMs: number | undefined;
  /** The subscription of his trial, once he took it. */
  readonly trialSubscriptionId: string | undefined;
  readonly createdAtMs: number;
}

interface CustomerRow extends Omit<RowOf<CustomerRecord>, 'telegramId'> {
  readonly telegramId: bigint | null;
}

const columns = `c.id, c.shop_id as "shopId", c.telegram_id as "telegramId", c.name, c.user_name as "userName",
  c.language, c.terms_version as "termsVersion", c.banned_at as "bannedAtMs",
  c.unreachable_since as "unreachableSinceMs", c.trial_subscription_id as "trialSubscriptionId",
  c.created_at as "createdAtMs"`;

export interface SeenCustomer {
  readonly telegramId: number;
  readonly name: string;
  readonly userName: string | undefined;
  /** What Telegram says; a language that he chose himself stays. */
  readonly language: string | undefined;
}

/** What nobody could show him while he could not be reached, and may still change. */
const unshown = `
  select 'progress', p.id::text from wayleave.customers u join wayleave.orders p on p.customer_id = u.id
  where u.shop_id = $2 and u.telegram_id = $3 and u.unreachable_since is not null
    and (p.state = 'pending' or p.closed_at > wayleave.wall_clock() - interval '1 day')`;

const see = {
  name: 'see-customer',
  // What is asked for is found in what was there before the statement: with an end to his silence, once.
  text: `
    with asked as (${askingFor(unshown)}),
    c as (
      insert into wayleave.customers as c (id, shop_id, telegram_id, name, user_name, language)
      values ($1, $2, $3, $4, $5, $6)
      on conflict (shop_id, telegram_id) do update set name = excluded.name, user_name = excluded.user_name,
        language = coalesce(c.language, excluded.language), seen_at = now(), unreachable_since = null
      returning *)
    select ${columns} from c`,
};

/** Whoever writes to the shop is its customer from then on, and can be reached again: the messages of his orders are brought up to date. */
export async function seeCustomer(db: Queryable, shopId: string, seen: SeenCustomer): Promise<CustomerRecord> {
  const rows = await db.query<CustomerRow>(see, [
    uuidv7(),
    shopId,
    seen.telegramId,
    seen.name,
    seen.userName ?? null,
    seen.language ?? null,
  ]);
  return single(rows, `Telegram user of shop ${shopId}`);
}

export async function findCustomer(
  db: Queryable,
  shopId: string,
  by: { readonly id: string } | { readonly telegramId: number },
): Promise<CustomerRecord | undefined> {
  const rows =
    'id' in by
      ? await db.query<CustomerRow>(`select ${columns} from wayleave.customers c where c.shop_id = $1 and c.id = $2`, [
          shopId,
          by.id,
        ])
      : await db.query<CustomerRow>(
          `select ${columns} from wayleave.customers c where c.shop_id = $1 and c.telegram_id = $2`,
          [shopId, by.telegramId],
        );
  return rows.map(toCustomer)[0];
}

export async function setLanguage(db: Queryable, customerId: string, language: string): Promise<void> {
  await db.query('update wayleave.customers set language = $2 where id = $1', [customerId, language]);
}

export async function acceptTerms(db: Queryable, customerId: string, version: string): Promise<void> {
  await db.query(
    'update wayleave.customers set terms_version = $2, terms_accepted_at = wayleave.wall_clock() where id = $1',
    [customerId, version],
  );
}

/** He blocked the bot. Nothing else follows from it. */
export async function markUnreachable(db: Queryable, customerId: string): Promise<void> {
  await db.query(
    `update wayleave.customers set unreachable_since = coalesce(unreachable_since, wayleave.wall_clock()) where id = $1`,
    [customerId],
  );
}

/** Suspends all of a customer's subscriptions and closes his open orders. Time runs on. */
export async function banCustomer(
  store: Store,
  shopId: string,
  customerId: string,
  { by, reason }: { readonly by: string; readonly reason: string },
): Promise<void> {
  await store.transaction(async (tx) => {
    const customer = await lockCustomer(tx, shopId, customerId);
    if (customer.bannedAtMs !== undefined) return;
    await tx.query(
      'update wayleave.customers set banned_at = wayleave.wall_clock(), banned_by = $2, ban_reason = $3 where id = $1',
      [customerId, by, reason],
    );
    await tx.query(
      `update wayleave.orders set state = 'canceled', closed_at = wayleave.wall_clock()
       where customer_id = $1 and state = 'pending'`,
      [customerId],
    );
    // Who is banned already is left alone above, so this is a new ban whatever the clock says.
    const cause = `ban:${uuidv7()}`;
    for (const subscriptionId of await lockSubscriptionsOf(tx, customerId)) {
      await refold(tx, subscriptionId, [{ kind: 'hold', shopId, source: 'ban', cause, author: by, reason }]);
    }
  });
}

/** Ends a ban: every hold that it put on the customer's subscriptions is released. */
export async function unbanCustomer(
  store: Store,
  shopId: string,
  customerId: string,
  { by, reason }: { readonly by: string; readonly reason: string },
): Promise<void> {
  await store.transaction(async (tx) => {
    await lockCustomer(tx, shopId, customerId);
    await tx.query(
      'update wayleave.customers set banned_at = null, banned_by = null, ban_reason = null where id = $1',
      [customerId],
    );
    for (const subscriptionId of await lockSubscriptionsOf(tx, customerId)) {
      const holds = await tx.query<{ id: string }>(
        `select h.id from wayleave.ledger_entries h
         where h.subscription_id = $1 and h.kind = 'hold' and h.source = 'ban' and not exists (
           select from wayleave.ledger_entries r where r.subscription_id = $1 and r.kind = 'release' and r.target = h.id)`,
        [subscriptionId],
      );
      const release = { kind: 'release', shopId, source: 'ban', author: by, reason } as const;
      await refold(
        tx,
        subscriptionId,
        holds.map(({ id: target }) => ({ ...release, target, cause: `release:${target}` })),
      );
    }
  });
}

/**
 * The first lock of every transaction that changes what a customer has. Not a key lock: rows that refer to him, which
 * come last in such transactions, must not wait for one that waits for their subscription.
 *
 * @throws LedgerError LEDGER_CUSTOMER_UNKNOWN
 */
export async function lockCustomer(tx: Queryable, shopId: string, customerId: string): Promise<CustomerRecord> {
  const rows = await tx.query<CustomerRow>(
    `select ${columns} from wayleave.customers c where c.shop_id = $1 and c.id = $2 for no key update`,
    [shopId, customerId],
  );
  return single(rows, customerId);
}

async function lockSubscriptionsOf(tx: Queryable, customerId: string): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    'select id from wayleave.subscriptions where customer_id = $1 order by id for no key update',
    [customerId],
  );
  return rows.map(({ id }) => id);
}

function single(rows: readonly CustomerRow[], what: string): CustomerRecord {
  const [row] = rows;
  if (row === undefined) {
    throw new LedgerError('LEDGER_CUSTOMER_UNKNOWN', `there is no customer ${what} in this shop`, { retry: 'never' });
  }
  return toCustomer(row);
}

function toCustomer(row: CustomerRow): CustomerRecord {
  return { ...withoutNulls(row), telegramId: row.telegramId === null ? undefined : Number(row.telegramId) };
}
