import { describe, expect, it } from 'vitest';
import {
  attemptsOf,
  banCustomer,
  cancelOrder,
  expireOrders,
  findOrder,
  openAttempt,
  ordersOf,
  placeOrder,
  recordCharge,
  setAttemptReference,
  setOrderMessage,
} from '../../../src/ledger/index.ts';
import { newCustomer, openTestShop, order, starsCharge, type TestShop } from '../../support/money/shop.ts';
import { planTerms } from '../../support/money/terms.ts';

const hourMs = 3_600_000;

describe('an order', () => {
  it('is placed once by 32 clicks at once, whichever replica hears them', async () => {
    const test = await openTestShop();
    const stores = [test.store, await test.openReplica()];
    const alice = await newCustomer(test);
    const wanted = { shopId: test.shop.id, customerId: alice.id, terms: planTerms(), validMs: hourMs };
    const placed = await Promise.all(Array.from({ length: 32 }, (_, n) => placeOrder(pick(stores, n), wanted)));
    expect(new Set(placed.map(({ id }) => id)).size).toBe(1);
    expect(await ordersOf(test.store, alice.id)).toHaveLength(1);
  });

  it('is another one for another customer', async () => {
    const test = await openTestShop();
    const first = await order(test, await newCustomer(test));
    const second = await order(test, await newCustomer(test));
    expect(second.order.id).not.toBe(first.order.id);
    expect(second.order.subscriptionId).not.toBe(first.order.subscriptionId);
  });

  it('gives way to another plan, which takes its subscription over', async () => {
    const test = await openTestShop();
    const alice = await newCustomer(test);
    const month = await order(test, alice);
    const year = await order(test, alice, { terms: planTerms('year', { lengthSeconds: 365 * 86_400 }) });
    expect(year.order).toMatchObject({ state: 'pending', subscriptionId: month.order.subscriptionId });
    expect(await findOrder(test.store, test.shop.id, month.order.id)).toMatchObject({ state: 'superseded' });
  });

  it('is the same one whatever the order of the fields of its terms', async () => {
    const test = await openTestShop();
    const alice = await newCustomer(test);
    const { title, ...rest } = planTerms();
    const first = await order(test, alice, { terms: { title, ...rest } });
    const second = await order(test, alice, { terms: { ...rest, title } });
    expect(second.order.id).toBe(first.order.id);
  });

  it('cannot extend what belongs to somebody else', async () => {
    const test = await openTestShop();
    const [alice, bob] = [await newCustomer(test), await newCustomer(test)];
    const placed = await order(test, alice);
    await recordCharge(test.store, starsCharge(placed, alice));
    const { subscriptionId } = placed.order;
    await expect(order(test, bob, { subscriptionId })).rejects.toMatchObject({ code: 'LEDGER_SUBSCRIPTION_UNKNOWN' });
    expect((await order(test, alice, { subscriptionId })).order.subscriptionId).toBe(subscriptionId);
  });

  it('is refused to whom is banned or unknown', async () => {
    const test = await openTestShop();
    const alice = await newCustomer(test);
    await banCustomer(test.store, test.shop.id, alice.id, { by: 'tg:1', reason: 'fraud' });
    await expect(order(test, alice)).rejects.toMatchObject({ code: 'LEDGER_CUSTOMER_BANNED' });
    await expect(order(test, { ...alice, id: test.shop.id })).rejects.toMatchObject({
      code: 'LEDGER_CUSTOMER_UNKNOWN',
    });
  });

  it('expires when its time is over, not before, and not while a person looks at a receipt', async () => {
    const test = await openTestShop();
    const [alice, bob] = [await newCustomer(test), await newCustomer(test)];
    const [short, reviewed] = [await order(test, alice), await order(test, bob)];
    await test.owner.query('update wayleave.orders set review_since = now() where id = $1', [reviewed.order.id]);
    expect(await expireOrders(test.store, test.shop.id)).toEqual([]);
    await test.passTime(3601);
    expect((await expireOrders(test.store, test.shop.id)).map(({ id }) => id)).toEqual([short.order.id]);
    expect(await expireOrders(test.store, test.shop.id)).toEqual([]);
    expect(await findOrder(test.store, test.shop.id, reviewed.order.id)).toMatchObject({ state: 'pending' });
  });

  it('lives longer when it is clicked again', async () => {
    const test = await openTestShop();
    const alice = await newCustomer(test);
    await order(test, alice);
    await test.passTime(3000);
    await order(test, alice);
    await test.passTime(3000);
    expect(await expireOrders(test.store, test.shop.id)).toEqual([]);
  });

  it('is canceled by its customer only, and remembers where its message is', async () => {
    const test = await openTestShop();
    const [alice, bob] = [await newCustomer(test), await newCustomer(test)];
    const { order: placed } = await order(test, alice);
    await setOrderMessage(test.store, placed.id, { chatId: -1_002_003_004_005, messageId: 7 });
    await cancelOrder(test.store, bob.id, placed.id);
    expect(await findOrder(test.store, test.shop.id, placed.id)).toMatchObject({
      state: 'pending',
      message: { chatId: -1_002_003_004_005, messageId: 7 },
    });
    await cancelOrder(test.store, alice.id, placed.id);
    expect(await findOrder(test.store, test.shop.id, placed.id)).toMatchObject({ state: 'canceled' });
  });
});

describe('an attempt', () => {
  it('is the same one for the same method, at the price of its beginning', async () => {
    const test = await openTestShop();
    const { order: placed, attempt } = await order(test, await newCustomer(test));
    const dearer = { currency: 'XTR', minorUnits: 900n } as const;
    const again = await openAttempt(test.store, { ...starsOf(placed.id), price: dearer });
    expect(again).toEqual(attempt);
  });

  it('is one for 16 clicks at once, and another one for another method', async () => {
    const test = await openTestShop();
    const { order: placed } = await order(test, await newCustomer(test));
    const price = { currency: 'RUB', minorUnits: 19_900n } as const;
    const card = { orderId: placed.id, method: 'card', provider: 'manual', price };
    const opened = await Promise.all(Array.from({ length: 16 }, () => openAttempt(test.store, card)));
    expect(new Set(opened.map(({ number }) => number))).toEqual(new Set([2]));
    expect(await attemptsOf(test.store, placed.id)).toHaveLength(2);
  });

  it('is closed by another currency of the same method', async () => {
    const test = await openTestShop();
    const { order: placed, attempt } = await order(test, await newCustomer(test));
    const price = { currency: 'USD', minorUnits: 500n } as const;
    const dollars = await openAttempt(test.store, { ...starsOf(placed.id), price });
    expect(dollars).toMatchObject({ number: 2, price });
    const [first] = await attemptsOf(test.store, placed.id);
    expect(first).toMatchObject({ number: attempt.number, closedAtMs: expect.any(Number) as number });
  });

  it('remembers what the provider calls it, and cannot be opened for what is closed', async () => {
    const test = await openTestShop();
    const alice = await newCustomer(test);
    const { order: placed, attempt } = await order(test, alice);
    await setAttemptReference(test.store, attempt, 'invoice-1');
    expect(await attemptsOf(test.store, placed.id)).toMatchObject([{ reference: 'invoice-1' }]);
    await cancelOrder(test.store, alice.id, placed.id);
    const price = attempt.price;
    await expect(openAttempt(test.store, { ...starsOf(placed.id), price })).rejects.toMatchObject({
      code: 'LEDGER_ORDER_CLOSED',
    });
    await expect(openAttempt(test.store, { ...starsOf(test.shop.id), price })).rejects.toMatchObject({
      code: 'LEDGER_ORDER_UNKNOWN',
    });
  });
});

function starsOf(orderId: string): { orderId: string; method: string; provider: string } {
  return { orderId, method: 'stars', provider: 'stars' };
}

function pick(stores: readonly TestShop['store'][], n: number): TestShop['store'] {
  const store = stores[n % stores.length];
  if (store === undefined) throw new Error('no store');
  return store;
}
