import type { StarTransaction } from 'grammy/types';
import { Registry } from 'prom-client';
import { beforeEach, expect, test } from 'vitest';
import { silentLog } from '../../../src/base/log.ts';
import { jobCursor, writePayload } from '../../../src/ledger/index.ts';
import type { PaymentFailpoint } from '../../../src/payments/failpoints.ts';
import { PaymentMetrics } from '../../../src/payments/metrics.ts';
import { reconcile } from '../../../src/payments/reconcile.ts';
import type { StarsApi } from '../../../src/payments/stars/api.ts';
import { StarsProvider } from '../../../src/payments/stars/provider.ts';
import { newCustomer, openTestShop, order, type PlacedOrder, type TestShop } from '../../support/money/shop.ts';
import { day } from '../../support/money/terms.ts';
import { charges, grantedSeconds } from './money.ts';

let shop: TestShop;
let metrics: PaymentMetrics;
let books: StarTransaction[];
let polls: number;

beforeEach(async () => {
  shop = await openTestShop();
  metrics = new PaymentMetrics(new Registry());
  books = [];
  polls = 0;
});

function run(
  changes: { readonly signal?: AbortSignal; readonly failpoint?: (name: PaymentFailpoint) => void } = {},
): Promise<'done' | 'more'> {
  const { signal = new AbortController().signal, failpoint = () => undefined } = changes;
  const api: StarsApi = {
    getStarTransactions: ({ offset, limit }) => {
      polls += 1;
      return Promise.resolve(books.slice(offset, offset + limit));
    },
    refundStarPayment: () => Promise.resolve(),
  };
  const provider = new StarsProvider(api, { live: true });
  return reconcile({ store: shop.store, shopId: shop.shop.id, provider, metrics, log: silentLog, failpoint }, signal);
}

function write(payload: string, payer = 7): string {
  const id = `stx${String(books.length)}`;
  const user = { id: payer, is_bot: false, first_name: 'Anna' };
  const source = { type: 'user', transaction_type: 'invoice_payment', user, invoice_payload: payload } as const;
  books.push({ id, amount: 100, date: Math.ceil(Date.now() / 1000), source });
  return id;
}

async function bought(): Promise<PlacedOrder> {
  const customer = await newCustomer(shop);
  const placed = await order(shop, customer);
  const { id: orderId, shopId } = placed.order;
  write(writePayload({ shopId, orderId, attempt: placed.attempt.number }), customer.telegramId);
  return placed;
}

function sellElsewhere(count: number): void {
  for (let sold = 0; sold < count; sold += 1) write('of another program');
}

test('long books are read to their end, and only what is new is read next time', async () => {
  const first = await bought();
  sellElsewhere(230);
  const last = await bought();
  expect(await run()).toBe('done');
  for (const { order: placed } of [first, last])
    expect(await grantedSeconds(shop, placed.subscriptionId)).toBe(30 * day);
  expect(await charges(shop)).toHaveLength(232);
  expect(await jobCursor(shop.store, shop.shop.id, 'reconcile-stars')).toBe('232');
  polls = 0;
  await run();
  expect(polls).toBe(2);
});

test('what cannot be recorded is not left behind, however much is paid after it', async () => {
  const bad = await bought();
  await shop.owner.query(`
    create function wayleave.refuse() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$;
    create trigger refuse before insert on wayleave.charges for each row when (new.charge_id = 'stx0')
      execute function wayleave.refuse()`);
  sellElsewhere(230);
  const good = await bought();
  for (const _ of [1, 2]) await expect(run()).rejects.toMatchObject({ code: 'PAYMENT_UNRECORDED' });
  expect(await grantedSeconds(shop, good.order.subscriptionId)).toBe(30 * day);
  await shop.owner.query('drop trigger refuse on wayleave.charges');
  expect(await run()).toBe('done');
  expect(await grantedSeconds(shop, bad.order.subscriptionId)).toBe(30 * day);
  expect(await charges(shop)).toHaveLength(232);
});

test('a run that is told to stop goes on from there', async () => {
  sellElsewhere(230);
  const { order: placed } = await bought();
  const stop = new AbortController();
  const failpoint = (name: PaymentFailpoint): void => {
    if (name === 'reconcile.before-cursor') stop.abort();
  };
  expect(await run({ signal: stop.signal, failpoint })).toBe('more');
  expect(await charges(shop)).toHaveLength(100);
  expect(await run()).toBe('done');
  expect(await grantedSeconds(shop, placed.subscriptionId)).toBe(30 * day);
});

test.each(['reconcile.after-record', 'reconcile.before-cursor'] as const)(
  'a run that dies at %s is made up for',
  async (point) => {
    const { order: placed } = await bought();
    const failpoint = (name: PaymentFailpoint): void => {
      if (name === point) throw new Error('killed');
    };
    await expect(run({ failpoint })).rejects.toBeInstanceOf(Error);
    await Promise.all([run(), run()]);
    expect(await charges(shop)).toHaveLength(1);
    expect(await grantedSeconds(shop, placed.subscriptionId)).toBe(30 * day);
  },
);

test('a database that restored an older cursor, or none, changes nothing', async () => {
  const { order: placed } = await bought();
  await run();
  await shop.store.query(`update wayleave.jobs set cursor = ''`);
  await run();
  expect(await charges(shop)).toHaveLength(1);
  expect(await grantedSeconds(shop, placed.subscriptionId)).toBe(30 * day);
});

test('books that cannot be read are an error and not empty ones', async () => {
  await bought();
  await run();
  const api: StarsApi = {
    getStarTransactions: () => Promise.reject(new Error('away')),
    refundStarPayment: () => Promise.resolve(),
  };
  const provider = new StarsProvider(api, { live: true });
  const { store } = shop;
  const options = { store, shopId: shop.shop.id, provider, metrics, log: silentLog, failpoint: () => undefined };
  await expect(reconcile(options, new AbortController().signal)).rejects.toThrow('away');
  expect(await jobCursor(store, shop.shop.id, 'reconcile-stars')).toBe('1');
});
