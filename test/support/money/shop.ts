import { randomBytes, randomInt } from 'node:crypto';
import pg from 'pg';
import { onTestFinished } from 'vitest';
import { silentLog } from '../../../src/base/log.ts';
import {
  ensureShop,
  openAttempt,
  placeOrder,
  seeCustomer,
  writePayload,
  type AttemptRecord,
  type CustomerRecord,
  type OrderRecord,
  type PlanTerms,
  type ShopMode,
  type ShopRecord,
  type VerifiedCharge,
} from '../../../src/ledger/index.ts';
import { openStore, type Store } from '../../../src/store/index.ts';
import { freshDatabase } from '../database.ts';
import { installClock, passTime, readClock } from './clock.ts';
import { planTerms } from './terms.ts';

/** A shop in a database of its own, with the rights of the bot and no others. */
export interface TestShop {
  readonly store: Store;
  readonly shop: ShopRecord;
  /** Of the same database, for a login with the rights of the bot. */
  readonly databaseUrl: string;
  /** The superuser, for looking on and for moving the clock. */
  readonly owner: pg.Pool;
  /** Of the same database, for the superuser: to open it as another part. */
  readonly ownerUrl: string;
  /** Another replica of the bot. */
  openReplica(): Promise<Store>;
  passTime(seconds: number): Promise<void>;
  /** Epoch seconds. */
  now(): Promise<number>;
}

/** @param options.mode of the shop; `live` when absent */
export async function openTestShop(
  options: { readonly mode?: ShopMode; readonly poolSize?: number } = {},
): Promise<TestShop> {
  const { mode = 'live', poolSize = 10 } = options;
  const { url } = await freshDatabase();
  const owner = new pg.Pool({ connectionString: url, max: 2 });
  onTestFinished(() => owner.end());
  await installClock(owner);
  const databaseUrl = await botLogin(owner, url);
  const openReplica = async (): Promise<Store> => {
    const store = await openStore({
      databaseUrl,
      role: 'bot',
      log: silentLog,
      applicationName: 'ledger-test',
      poolSize,
    });
    onTestFinished(() => store.close());
    return store;
  };
  const store = await openReplica();
  return {
    store,
    shop: await ensureShop(store, { namespace: 'shop', name: 'main', mode }),
    databaseUrl,
    owner,
    ownerUrl: url,
    openReplica,
    passTime: (seconds) => passTime(owner, seconds),
    now: () => readClock(owner),
  };
}

/** A login that was granted what the bot may do, and nothing else. @returns the URL of the same database for it */
export async function botLogin(owner: pg.Pool, superuserUrl: string): Promise<string> {
  const name = `bot_${randomBytes(6).toString('hex')}`;
  const password = randomBytes(12).toString('hex');
  await owner.query(`create role ${name} login password '${password}'; grant wayleave_bot to ${name}`);
  const url = new URL(superuserUrl);
  url.username = name;
  url.password = password;
  return url.href;
}

export async function newCustomer(
  { store, shop }: TestShop,
  telegramId = randomInt(1, 2 ** 40),
): Promise<CustomerRecord> {
  return seeCustomer(store, shop.id, { telegramId, name: 'Alice', userName: 'alice', language: 'en' });
}

export interface PlacedOrder {
  readonly order: OrderRecord;
  readonly attempt: AttemptRecord;
}

/** An order by a customer, with an open attempt to pay it with Stars. */
export async function order(
  { store, shop }: TestShop,
  customer: CustomerRecord,
  options: {
    readonly terms?: PlanTerms;
    readonly subscriptionId?: string;
    readonly stars?: bigint;
    readonly validMs?: number;
  } = {},
): Promise<PlacedOrder> {
  const { terms = planTerms(), subscriptionId, stars = 100n, validMs = 3_600_000 } = options;
  const known = subscriptionId === undefined ? {} : { subscriptionId };
  const placed = await placeOrder(store, { shopId: shop.id, customerId: customer.id, terms, validMs, ...known });
  const price = { currency: 'XTR', minorUnits: stars } as const;
  const attempt = await openAttempt(store, { orderId: placed.id, method: 'stars', provider: 'stars', price });
  return { order: placed, attempt };
}

/** What Telegram reports when the customer has paid that. */
export function starsCharge(
  { order: { id: orderId, shopId }, attempt: { number: attempt, price } }: PlacedOrder,
  customer: CustomerRecord,
  changes: Partial<VerifiedCharge> = {},
): VerifiedCharge {
  return {
    shopId,
    provider: 'stars',
    chargeId: `stx${randomBytes(8).toString('hex')}`,
    payload: writePayload({ shopId, orderId, attempt }),
    payer: String(customer.telegramId),
    amountMinor: price.minorUnits,
    currency: price.currency,
    live: true,
    paidAtMs: Date.now(),
    source: 'update',
    author: 'telegram',
    recurring: false,
    refundable: true,
    raw: { from: 'a test' },
    ...changes,
  };
}
