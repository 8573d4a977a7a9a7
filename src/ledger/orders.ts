import { uuidv7 } from 'uuidv7';
import type { Money } from '../api/index.ts';
import { isCurrency } from '../api/index.ts';
import { withoutNulls, type Queryable, type RowOf, type Store } from '../store/index.ts';
import { lockCustomer } from './customers.ts';
import { LedgerError } from './errors.ts';
import type { PlanTerms } from './terms.ts';

export type OrderState = 'pending' | 'paid' | 'canceled' | 'expired' | 'superseded';

export interface OrderRecord {
  readonly id: string;
  readonly shopId: string;
  readonly customerId: string;
  /** Allocated with the order; exists from its first grant on. */
  readonly subscriptionId: string;
  readonly terms: PlanTerms;
  readonly state: OrderState;
  /** A person looks at a receipt since then. */
  readonly reviewSinceMs: number | undefined;
  readonly expiresAtMs: number;
  readonly createdAtMs: number;
  readonly closedAtMs: number | undefined;
  /** The entitlement's revision that its grant made. */
  readonly grantedRevision: number | undefined;
  readonly provisionedAtMs: number | undefined;
  /** Where its one progress message is, once it was sent. */
  readonly message: { readonly chatId: number; readonly messageId: number } | undefined;
}

export interface AttemptRecord {
  readonly orderId: string;
  /** From 1. */
  readonly number: number;
  /** Name of the shop's payment method. */
  readonly method: string;
  readonly provider: string;
  readonly price: Money;
  /** The provider's id of what the customer pays, once there is one. */
  readonly reference: string | undefined;
  readonly closedAtMs: number | undefined;
}

interface OrderRow extends Omit<RowOf<OrderRecord>, 'grantedRevision' | 'message'> {
  readonly grantedRevision: bigint | null;
  readonly chatId: bigint | null;
  readonly messageId: bigint | null;
}

const columns = `o.id, o.shop_id as "shopId", o.customer_id as "customerId", o.subscription_id as "subscriptionId", o.terms,
  o.state, o.review_since as "reviewSinceMs", o.expires_at as "expiresAtMs", o.created_at as "createdAtMs",
  o.closed_at as "closedAtMs", o.granted_revision as "grantedRevision", o.provisioned_at as "provisionedAtMs",
  o.chat_id as "chatId", o.message_id as "messageId"`;

export interface WantedOrder {
  readonly shopId: string;
  readonly customerId: string;
  /** Which subscription to extend; absent: a new one. */
  readonly subscriptionId?: string;
  readonly terms: PlanTerms;
  /** How long the button to pay is shown. */
  readonly validMs: number;
}

/**
 * Places an order, or finds the one that is there: a double click orders once. Another plan takes the place of what was
 * pending for the same subscription.
 *
 * @throws LedgerError LEDGER_CUSTOMER_BANNED, LEDGER_CUSTOMER_UNKNOWN, LEDGER_SUBSCRIPTION_UNKNOWN
 */
export async function placeOrder(store: Store, wanted: WantedOrder): Promise<OrderRecord> {
  const { shopId, customerId, terms } = wanted;
  return store.transaction(async (tx) => {
    const customer = await lockCustomer(tx, shopId, customerId);
    if (customer.bannedAtMs !== undefined) {
      throw new LedgerError('LEDGER_CUSTOMER_BANNED', `customer ${customerId} is banned`, { retry: 'never' });
    }
    const subscriptionId = await subscriptionFor(tx, wanted);
    const pending = await lockPending(tx, shopId, subscriptionId);
    if (pending !== undefined && isSameTerms(pending.terms, terms)) return keepOpen(tx, pending, wanted.validMs);
    if (pending !== undefined) {
      await tx.query(
        `update wayleave.orders set state = 'superseded', closed_at = wayleave.wall_clock() where id = $1`,
        [pending.id],
      );
    }
    const rows = await tx.query<OrderRow>(
      `insert into wayleave.orders as o (id, shop_id, customer_id, subscription_id, plan_name, terms, expires_at, created_at)
       values ($1, $2, $3, $4, $5, $6, wayleave.wall_clock() + make_interval(secs => $7::double precision / 1000), wayleave.wall_clock())
       returning ${columns}`,
      [uuidv7(), shopId, customerId, subscriptionId, terms.plan, JSON.stringify(terms), wanted.validMs],
    );
    const placed = single(rows, 'that was just placed');
    if (pending !== undefined) {
      await tx.query('update wayleave.orders set superseded_by = $2 where id = $1', [pending.id, placed.id]);
    }
    return placed;
  });
}

/** Whoever clicks "buy" for a new subscription while such an order is open means that one. */
async function subscriptionFor(tx: Queryable, { shopId, customerId, subscriptionId }: WantedOrder): Promise<string> {
  if (subscriptionId === undefined) {
    const [open] = await tx.query<{ id: string }>(
      `select o.subscription_id as id from wayleave.orders o
       where o.shop_id = $1 and o.customer_id = $2 and o.state = 'pending'
         and not exists (select from wayleave.subscriptions s where s.id = o.subscription_id)
       order by o.created_at desc limit 1`,
      [shopId, customerId],
    );
    return open?.id ?? uuidv7();
  }
  const owned = await tx.query('select from wayleave.subscriptions where id = $1 and customer_id = $2', [
    subscriptionId,
    customerId,
  ]);
  if (owned.length > 0) return subscriptionId;
  throw new LedgerError('LEDGER_SUBSCRIPTION_UNKNOWN', `customer ${customerId} has no subscription ${subscriptionId}`, {
    retry: 'never',
  });
}

async function lockPending(tx: Queryable, shopId: string, subscriptionId: string): Promise<OrderRecord | undefined> {
  const rows = await tx.query<OrderRow>(
    `select ${columns} from wayleave.orders o
     where o.shop_id = $1 and o.subscription_id = $2 and o.state = 'pending' for no key update`,
    [shopId, subscriptionId],
  );
  return rows.map(toOrder)[0];
}

async function keepOpen(tx: Queryable, pending: OrderRecord, validMs: number): Promise<OrderRecord> {
  const rows = await tx.query<OrderRow>(
    `update wayleave.orders o
     set expires_at = greatest(o.expires_at, wayleave.wall_clock() + make_interval(secs => $2::double precision / 1000))
     where o.id = $1 returning ${columns}`,
    [pending.id, validMs],
  );
  return single(rows, pending.id);
}

/** Key order in JSON from Postgres differs from ours. */
function isSameTerms(a: PlanTerms, b: PlanTerms): boolean {
  return canonical(a) === canonical(b);
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? '';
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  return `{${fields
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, field]) => `${JSON.stringify(key)}:${canonical(field)}`)
    .join(',')}}`;
}

/**
 * The way to pay an order by this method: the one that is open already, at the price it was opened with, or a new one.
 *
 * @throws LedgerError LEDGER_ORDER_UNKNOWN, LEDGER_ORDER_CLOSED
 */
export async function openAttempt(
  store: Store,
  wanted: { readonly orderId: string; readonly method: string; readonly provider: string; readonly price: Money },
): Promise<AttemptRecord> {
  const { orderId, method, provider, price } = wanted;
  return store.transaction(async (tx) => {
    const order = await lockOrder(tx, orderId);
    if (order.state !== 'pending') {
      throw new LedgerError('LEDGER_ORDER_CLOSED', `order ${orderId} is ${order.state}`, { retry: 'never' });
    }
    const attempts = await attemptsOf(tx, orderId);
    const open = attempts.find((one) => one.method === method && one.closedAtMs === undefined);
    if (open?.provider === provider && open.price.currency === price.currency) return open;
    const number = attempts.length + 1;
    await tx.query(
      `with replaced as (
         update wayleave.attempts set closed_at = wayleave.wall_clock()
         where order_id = $1 and method = $3 and closed_at is null)
       insert into wayleave.attempts (order_id, number, method, provider, amount_minor, currency, created_at)
       values ($1, $2, $3, $4, $5, $6, wayleave.wall_clock())`,
      [orderId, number, method, provider, price.minorUnits, price.currency],
    );
    return { orderId, number, method, provider, price, reference: undefined, closedAtMs: undefined };
  });
}

/** Remembers what the provider calls what we asked it for. */
export async function setAttemptReference(
  db: Queryable,
  { orderId, number }: Pick<AttemptRecord, 'orderId' | 'number'>,
  reference: string,
): Promise<void> {
  await db.query('update wayleave.attempts set reference = $3 where order_id = $1 and number = $2', [
    orderId,
    number,
    reference,
  ]);
}

/** In order of number. */
export async function attemptsOf(db: Queryable, orderId: string): Promise<AttemptRecord[]> {
  const rows = await db.query<{
    orderId: string;
    number: number;
    method: string;
    provider: string;
    minorUnits: bigint;
    currency: string;
    reference: string | null;
    closedAtMs: number | null;
  }>(
    `select order_id as "orderId", number, method, provider, amount_minor as "minorUnits", currency, reference,
       closed_at as "closedAtMs"
     from wayleave.attempts where order_id = $1 order by number`,
    [orderId],
  );
  return rows.map(({ minorUnits, currency, reference, closedAtMs, ...row }) => {
    if (!isCurrency(currency)) {
      throw new LedgerError('LEDGER_NONSENSE', `attempt ${String(row.number)} of ${orderId} is in ${currency}`, {
        retry: 'never',
      });
    }
    const price = { currency, minorUnits };
    return { ...row, price, reference: reference ?? undefined, closedAtMs: closedAtMs ?? undefined };
  });
}

/** The customer gave it up. What he pays on it all the same is accepted. */
export async function cancelOrder(db: Queryable, customerId: string, orderId: string): Promise<void> {
  await db.query(
    `update wayleave.orders set state = 'canceled', closed_at = wayleave.wall_clock()
     where id = $1 and customer_id = $2 and state = 'pending' and review_since is null`,
    [orderId, customerId],
  );
}

/** Takes the buttons off orders that nobody paid in time; not while a person looks at a receipt. @returns those orders */
export async function expireOrders(db: Queryable, shopId: string, limit = 500): Promise<OrderRecord[]> {
  const rows = await db.query<OrderRow>(
    `with due as (
       select id from wayleave.orders
       where shop_id = $1 and state = 'pending' and review_since is null and expires_at <= wayleave.wall_clock()
       order by expires_at limit $2 for no key update skip locked)
     update wayleave.orders o set state = 'expired', closed_at = wayleave.wall_clock() from due where o.id = due.id
     returning ${columns}`,
    [shopId, limit],
  );
  return rows.map(toOrder);
}

export async function findOrder(db: Queryable, shopId: string, orderId: string): Promise<OrderRecord | undefined> {
  const rows = await db.query<OrderRow>(`select ${columns} from wayleave.orders o where o.shop_id = $1 and o.id = $2`, [
    shopId,
    orderId,
  ]);
  return rows.map(toOrder)[0];
}

/** Newest first. */
export async function ordersOf(db: Queryable, customerId: string, limit = 50): Promise<OrderRecord[]> {
  const rows = await db.query<OrderRow>(
    `select ${columns} from wayleave.orders o where o.customer_id = $1 order by o.created_at desc, o.id desc limit $2`,
    [customerId, limit],
  );
  return rows.map(toOrder);
}

/** Which of these orders asked nobody for money. */
export async function trialsAmong(db: Queryable, orderIds: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await db.query<{ id: string }>(
    `select o.id from wayleave.orders o
     where o.id = any($1::uuid[]) and o.state = 'paid'
       and not exists (select from wayleave.attempts a where a.order_id = o.id)`,
    [orderIds],
  );
  return new Set(rows.map(({ id }) => id));
}

/**
 * Locks an order, and its customer before it: a ban that meets a payment comes wholly before or wholly after it.
 *
 * @throws LedgerError LEDGER_ORDER_UNKNOWN
 */
export async function lockOrder(tx: Queryable, orderId: string): Promise<OrderRecord> {
  const locked = await lockOrderIfAny(tx, orderId);
  return locked ?? single([], orderId);
}

const lockStatement = {
  name: 'lock-order',
  // The order can only be locked when its customer is, because it is joined to what that lock gives.
  text: `
    with customer as materialized (
      select c.id from wayleave.customers c
      where c.id = (select customer_id from wayleave.orders where id = $1 and shop_id = coalesce($2, shop_id))
      for no key update)
    select ${columns} from wayleave.orders o join customer on customer.id = o.customer_id
    where o.id = $1 for no key update of o`,
};

/** {@link lockOrder}, where there is such an order. @param shopId and it is of this shop; absent: of any */
export async function lockOrderIfAny(
  tx: Queryable,
  orderId: string,
  shopId?: string,
): Promise<OrderRecord | undefined> {
  const rows = await tx.query<OrderRow>(lockStatement, [orderId, shopId ?? null]);
  return rows.map(toOrder)[0];
}

/** Remembers where the one message is that shows how far the order is. */
export async function setOrderMessage(
  db: Queryable,
  orderId: string,
  message: { readonly chatId: number; readonly messageId: number },
): Promise<void> {
  await db.query('update wayleave.orders set chat_id = $2, message_id = $3 where id = $1', [
    orderId,
    message.chatId,
    message.messageId,
  ]);
}

function single(rows: readonly OrderRow[], what: string): OrderRecord {
  const [row] = rows;
  if (row !== undefined) return toOrder(row);
  throw new LedgerError('LEDGER_ORDER_UNKNOWN', `there is no order ${what}`, { retry: 'never' });
}

function toOrder(row: OrderRow): OrderRecord {
  const { chatId, messageId, ...rest } = row;
  return {
    ...withoutNulls(rest),
    grantedRevision: row.grantedRevision === null ? undefined : Number(row.grantedRevision),
    message:
      chatId === null || messageId === null ? undefined : { chatId: Number(chatId), messageId: Number(messageId) },
  };
}
