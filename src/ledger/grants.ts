import { uuidv7 } from 'uuidv7';
import { lockSubscription, type Queryable, type Store } from '../store/index.ts';
import { readEntries } from './append.ts';
import type { EntrySource, LedgerEntry } from './entry.ts';
import { lockCustomer } from './customers.ts';
import { LedgerError } from './errors.ts';
import { foldEntitlement } from './fold.ts';
import { grantOrder } from './grant-order.ts';
import { notify } from './notices.ts';
import { findOrder, lockOrder, type OrderRecord } from './orders.ts';
import { refold } from './refold.ts';
import { getShop } from './shops.ts';
import type { PlanTerms } from './terms.ts';

/**
 * Gives a customer his one trial; a second call finds the first.
 *
 * @returns its order, which is paid from the start
 * @throws LedgerError LEDGER_CUSTOMER_BANNED, LEDGER_CUSTOMER_UNKNOWN, LEDGER_TRIAL_TAKEN when that order is gone
 */
export async function grantTrial(
  store: Store,
  { shopId, customerId, terms }: { readonly shopId: string; readonly customerId: string; readonly terms: PlanTerms },
): Promise<OrderRecord> {
  return store.transaction(async (tx) => {
    const shop = await getShop(tx, shopId);
    const customer = await lockCustomer(tx, shopId, customerId);
    if (customer.bannedAtMs !== undefined) {
      throw new LedgerError('LEDGER_CUSTOMER_BANNED', `customer ${customerId} is banned`, { retry: 'never' });
    }
    if (customer.trialSubscriptionId !== undefined) return trialOrder(tx, shopId, customer.trialSubscriptionId);
    const orderId = uuidv7();
    const subscriptionId = uuidv7();
    await tx.query('update wayleave.customers set trial_subscription_id = $2 where id = $1', [
      customerId,
      subscriptionId,
    ]);
    await tx.query(
      `insert into wayleave.orders (id, shop_id, customer_id, subscription_id, plan_name, terms, expires_at, created_at)
       values ($1, $2, $3, $4, $5, $6, wayleave.wall_clock(), wayleave.wall_clock())`,
      [orderId, shopId, customerId, subscriptionId, terms.plan, JSON.stringify(terms)],
    );
    const by = { source: 'trial', author: 'wayleave', reason: `trial of plan ${terms.plan}` } as const;
    await grantOrder(tx, shop, await lockOrder(tx, orderId), by);
    return trialOrder(tx, shopId, subscriptionId);
  });
}

async function trialOrder(tx: Queryable, shopId: string, subscriptionId: string): Promise<OrderRecord> {
  const [row] = await tx.query<{ id: string }>(
    `select order_id as id from wayleave.ledger_entries
     where subscription_id = $1 and kind = 'grant' and source = 'trial'`,
    [subscriptionId],
  );
  const order = row === undefined ? undefined : await findOrder(tx, shopId, row.id);
  if (order !== undefined) return order;
  throw new LedgerError('LEDGER_TRIAL_TAKEN', `subscription ${subscriptionId} was somebody's trial`, {
    retry: 'never',
  });
}

export interface ActBy {
  readonly author: string;
  readonly reason: string;
  /** What makes a repeated call the same act; a new one when absent. */
  readonly requestId?: string;
}

/**
 * Gives time to a subscription: a grant of an admin, or a compensation for what it went without.
 *
 * @param grant.terms absent: those of what runs, or ran last
 * @throws LedgerError LEDGER_SUBSCRIPTION_UNKNOWN when the ledger knows none, or has no terms to give
 */
export async function grantTime(
  store: Store,
  subscriptionId: string,
  grant: {
    readonly source: 'admin' | 'compensation';
    readonly lengthSeconds: number;
    readonly terms?: PlanTerms;
    /** What may be given under this source within a week; absent: any. */
    readonly weeklySeconds?: number;
  },
  { author, reason, requestId = uuidv7() }: ActBy,
): Promise<void> {
  await store.transaction(async (tx) => {
    const { shopId, customerId } = await lockOwned(tx, subscriptionId);
    const entries = await readEntries(tx, subscriptionId);
    const terms = grant.terms ?? foldEntitlement(entries).at(-1)?.terms;
    if (terms === undefined) throw unknown(subscriptionId);
    const { source, lengthSeconds, weeklySeconds } = grant;
    const cause = `${source}:${requestId}`;
    const isNew = !entries.some((entry) => entry.cause === cause);
    if (isNew && weeklySeconds !== undefined) await checkWeek(tx, entries, grant, weeklySeconds);
    await refold(tx, subscriptionId, [{ kind: 'grant', shopId, source, cause, lengthSeconds, terms, author, reason }]);
    const told = {
      shopId,
      customerId,
      subscriptionId,
      kind: 'granted',
      dedupe: cause,
      payload: { lengthSeconds },
    } as const;
    await notify(tx, { ...told, delivery: 'at-least-once' });
  });
}

const weekSeconds = 7 * 86_400;

/** Small gifts add up: whoever may give a week must not give ten. */
async function checkWeek(
  tx: Queryable,
  entries: readonly LedgerEntry[],
  { source, lengthSeconds }: { readonly source: EntrySource; readonly lengthSeconds: number },
  weeklySeconds: number,
): Promise<void> {
  const [clock] = await tx.query<{ nowMs: number }>('select wayleave.wall_clock() as "nowMs"');
  const since = (clock?.nowMs ?? 0) / 1000 - weekSeconds;
  const given = entries.reduce(
    (sum, entry) =>
      entry.kind === 'grant' && entry.source === source && entry.at > since ? sum + entry.lengthSeconds : sum,
    0,
  );
  if (given + lengthSeconds <= weeklySeconds) return;
  throw new LedgerError(
    'LEDGER_GIFT_CAP',
    `this subscription was given ${String(Math.round(given / 86_400))} d within the last 7 days, and no more than ${String(weeklySeconds / 86_400)} d may be given: ask an owner`,
    { retry: 'never' },
  );
}

/**
 * Takes back what is left of one grant, or of all of them. Moves no money.
 *
 * @returns how many grants were reversed
 */
export async function revokeTime(
  store: Store,
  subscriptionId: string,
  grantId: string | undefined,
  { author, reason, requestId = uuidv7() }: ActBy,
): Promise<number> {
  return store.transaction(async (tx) => {
    const { shopId } = await lockOwned(tx, subscriptionId);
    const entries = await readEntries(tx, subscriptionId);
    const targets = entries.flatMap((entry) =>
      entry.kind === 'grant' && (grantId === undefined || entry.id === grantId) ? [entry.id] : [],
    );
    if (targets.length === 0) {
      throw new LedgerError('LEDGER_TARGET_UNKNOWN', `subscription ${subscriptionId} has no grant ${grantId ?? ''}`, {
        retry: 'never',
      });
    }
    const reversal = { kind: 'reversal', shopId, source: 'admin', author, reason } as const;
    await refold(
      tx,
      subscriptionId,
      targets.map((target) => ({ ...reversal, target, cause: `revoke:${requestId}:${target}` })),
    );
    return targets.length;
  });
}

/** Denies access until {@link resumeSubscription}; time runs on. Nothing happens where it is suspended already. */
export async function suspendSubscription(
  store: Store,
  subscriptionId: string,
  { author, reason }: ActBy,
): Promise<void> {
  await store.transaction(async (tx) => {
    const { shopId, customerId } = await lockOwned(tx, subscriptionId);
    if ((await openHolds(tx, subscriptionId, 'admin')).length > 0) return;
    const cause = `hold:${uuidv7()}`;
    await refold(tx, subscriptionId, [{ kind: 'hold', shopId, source: 'admin', cause, author, reason }]);
    const told = { shopId, customerId, subscriptionId, kind: 'suspended', dedupe: cause } as const;
    await notify(tx, { ...told, delivery: 'at-least-once' });
  });
}

export async function resumeSubscription(
  store: Store,
  subscriptionId: string,
  { author, reason }: ActBy,
): Promise<void> {
  await store.transaction(async (tx) => {
    const { shopId } = await lockOwned(tx, subscriptionId);
    const release = { kind: 'release', shopId, source: 'admin', author, reason } as const;
    const holds = await openHolds(tx, subscriptionId, 'admin');
    await refold(
      tx,
      subscriptionId,
      holds.map((target) => ({ ...release, target, cause: `release:${target}` })),
    );
  });
}

async function openHolds(tx: Queryable, subscriptionId: string, source: 'admin' | 'ban'): Promise<string[]> {
  const entries = await readEntries(tx, subscriptionId);
  const released = new Set(entries.flatMap((entry) => (entry.kind === 'release' ? [entry.target] : [])));
  return entries.flatMap((entry) =>
    entry.kind === 'hold' && entry.source === source && !released.has(entry.id) ? [entry.id] : [],
  );
}

/**
 * Locks a subscription of the ledger, and tells whose it is.
 *
 * @throws LedgerError LEDGER_SUBSCRIPTION_UNKNOWN
 */
export async function lockOwned(
  tx: Queryable,
  subscriptionId: string,
): Promise<{ readonly shopId: string; readonly customerId: string }> {
  const [row] = await tx.query<{ shopId: string; customerId: string }>(
    `select c.shop_id as "shopId", c.id as "customerId"
     from wayleave.subscriptions s join wayleave.customers c on c.id = s.customer_id
     where s.id = $1 and s.source = 'ledger'`,
    [subscriptionId],
  );
  if (row === undefined) throw unknown(subscriptionId);
  await lockSubscription(tx, subscriptionId);
  return row;
}

function unknown(subscriptionId: string): LedgerError {
  return new LedgerError('LEDGER_SUBSCRIPTION_UNKNOWN', `the ledger has no subscription ${subscriptionId}`, {
    retry: 'never',
  });
}
