import { describe, expect, it } from 'vitest';
import {
  banCustomer,
  cancelOrder,
  checkPayable,
  closeDialog,
  expireDialogs,
  expireOrders,
  findDialog,
  openDialog,
  progressOf,
  recordCharge,
  renewKeys,
  writePayload,
  type CustomerRecord,
  type PayableVerdict,
  type PaymentQuestion,
} from '../../../src/ledger/index.ts';
import {
  newCustomer,
  openTestShop,
  order,
  starsCharge,
  type PlacedOrder,
  type TestShop,
} from '../../support/money/shop.ts';

function questionOf(
  { shop }: TestShop,
  { order: { id: orderId } }: PlacedOrder,
  payer: CustomerRecord,
): PaymentQuestion {
  return {
    shopId: shop.id,
    payload: writePayload({ shopId: shop.id, orderId, attempt: 1 }),
    payer: payer.telegramId ?? 0,
    currency: 'XTR',
    amountMinor: 100n,
  };
}

describe('a question before a payment', () => {
  it('is answered yes for the customer, the price and an open order, and else says why not', async () => {
    const test = await openTestShop();
    const [alice, bob] = [await newCustomer(test), await newCustomer(test)];
    const placed = await order(test, alice);
    const right = questionOf(test, placed, alice);
    const ask = async (changes: Partial<PaymentQuestion> = {}): Promise<PayableVerdict> =>
      (await checkPayable(test.store, { ...right, ...changes })).verdict;
    expect(await ask()).toBe('payable');
    expect(await ask({ payer: bob.telegramId ?? 0 })).toBe('payer');
    expect(await ask({ amountMinor: 99n })).toBe('price');
    expect(await ask({ currency: 'RUB' })).toBe('price');
    expect(await ask({ payload: 'something else' })).toBe('unknown');
    const { id: shopId } = test.shop;
    expect(await ask({ payload: writePayload({ shopId, orderId: shopId, attempt: 1 }) })).toBe('unknown');
    expect(
      await ask({ payload: writePayload({ shopId: placed.order.id, orderId: placed.order.id, attempt: 1 }) }),
    ).toBe('unknown');
    expect(await ask({ payload: writePayload({ shopId, orderId: placed.order.id, attempt: 2 }) })).toBe('closed');
    await test.passTime(3601);
    expect(await ask()).toBe('expired');
    await expireOrders(test.store, shopId);
    expect(await ask()).toBe('expired');
  });

  it('is answered no for what is paid, given up, or of somebody who is banned', async () => {
    const test = await openTestShop();
    const [alice, bob, carol] = [await newCustomer(test), await newCustomer(test), await newCustomer(test)];
    const [paid, left, banned] = [await order(test, alice), await order(test, bob), await order(test, carol)];
    await recordCharge(test.store, starsCharge(paid, alice));
    await cancelOrder(test.store, bob.id, left.order.id);
    await banCustomer(test.store, test.shop.id, carol.id, { by: 'test', reason: 'test' });
    const verdicts = await Promise.all([
      checkPayable(test.store, questionOf(test, paid, alice)),
      checkPayable(test.store, questionOf(test, left, bob)),
      checkPayable(test.store, questionOf(test, banned, carol)),
    ]);
    expect(verdicts).toMatchObject([{ verdict: 'paid' }, { verdict: 'closed' }, { verdict: 'banned' }]);
  });
});

describe('the progress of an order', () => {
  it('begins unpaid, and is entitled and not provisioned once it is paid', async () => {
    const test = await openTestShop();
    const alice = await newCustomer(test);
    const placed = await order(test, alice);
    expect(await progressOf(test.store, placed.order.id)).toMatchObject({
      state: 'pending',
      entitled: false,
      isTrial: false,
    });
    await recordCharge(test.store, starsCharge(placed, alice));
    expect(await progressOf(test.store, placed.order.id)).toMatchObject({
      state: 'paid',
      entitled: true,
      provisioned: false,
      confirmedPanels: 0,
      revision: 1,
    });
    await test.passTime(31 * 86_400);
    expect(await progressOf(test.store, placed.order.id)).toMatchObject({ entitled: false });
  });
});

describe('new keys', () => {
  it('are made once for a double click, and asked to be projected', async () => {
    const test = await openTestShop();
    const alice = await newCustomer(test);
    const placed = await order(test, alice);
    await recordCharge(test.store, starsCharge(placed, alice));
    const { subscriptionId } = placed.order;
    await test.owner.query('delete from wayleave.outbox');
    expect(await Promise.all([1, 2, 3].map(() => renewKeys(test.store, subscriptionId, 1)))).toEqual([2, 2, 2]);
    await test.passTime(601);
    expect(await renewKeys(test.store, subscriptionId, 2)).toBe(3);
    const { rows } = await test.owner.query("select key from wayleave.outbox where topic = 'project'");
    expect(rows).toEqual([{ key: subscriptionId }]);
  });

  it('are not made again for ten minutes', async () => {
    const test = await openTestShop();
    const alice = await newCustomer(test);
    const placed = await order(test, alice);
    await recordCharge(test.store, starsCharge(placed, alice));
    const { subscriptionId } = placed.order;
    expect(await renewKeys(test.store, subscriptionId, 1)).toBe(2);
    await expect(renewKeys(test.store, subscriptionId, 2)).rejects.toMatchObject({ code: 'LEDGER_KEYS_FRESH' });
    expect(await renewKeys(test.store, subscriptionId, 1)).toBe(2);
    await test.passTime(601);
    expect(await renewKeys(test.store, subscriptionId, 2)).toBe(3);
  });
});

describe('a dialog', () => {
  it('is what was opened last, until it is closed or its time is over', async () => {
    const test = await openTestShop();
    const chat = { shopId: test.shop.id, telegramId: 7_000_000_001, validMs: 60_000 };
    const find = () => findDialog(test.store, chat.shopId, chat.telegramId);
    expect(await find()).toBeUndefined();
    await openDialog(test.store, chat, { kind: 'a', number: 1 });
    await openDialog(test.store, chat, { kind: 'b', text: 'x' });
    expect(await find()).toEqual({ kind: 'b', text: 'x' });
    await closeDialog(test.store, chat.shopId, chat.telegramId);
    expect(await find()).toBeUndefined();
    await openDialog(test.store, chat, { kind: 'c' });
    await test.passTime(61);
    expect(await find()).toBeUndefined();
    await expireDialogs(test.store, chat.shopId);
    expect(await test.store.query('select from wayleave.dialogs')).toEqual([]);
  });
});
