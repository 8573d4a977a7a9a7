import { describe, expect, it } from 'vitest';
import {
  banCustomer,
  cancelOrder,
  expireOrders,
  findOrder,
  lastPaymentFor,
  paymentsOf,
  readEntries,
  recordCharge,
  subscriptionsOf,
  writePayload,
  type VerifiedCharge,
} from '../../../src/ledger/index.ts';
import { newCustomer, openTestShop, order, starsCharge, type TestShop } from '../../support/money/shop.ts';
import { day, planTerms } from '../../support/money/terms.ts';

interface ChargeRow {
  readonly charge_id: string;
  readonly disposition: string;
  readonly refunds: number;
}

async function chargesOf({ owner }: TestShop): Promise<ChargeRow[]> {
  const { rows } = await owner.query<ChargeRow>(
    `select charge_id, disposition, (select count(*)::integer from wayleave.refunds r
       where (r.shop_id, r.provider, r.charge_id) = (c.shop_id, c.provider, c.charge_id)) as refunds
     from wayleave.charges c order by charge_id`,
  );
  return rows;
}

async function expiryOf({ owner }: TestShop, subscriptionId: string): Promise<number> {
  const { rows } = await owner.query<{ at: number }>(
    'select extract(epoch from expires_at)::float8 as at from wayleave.entitlements where subscription_id = $1',
    [subscriptionId],
  );
  return rows[0]?.at ?? Number.NaN;
}

describe('a charge', () => {
  it('buys the time of its order, the subscription, its keys and the work that follows', async () => {
    const test = await openTestShop();
    const alice = await newCustomer(test);
    const placed = await order(test, alice);
    const before = Math.floor(await test.now());
    expect(await recordCharge(test.store, starsCharge(placed, alice))).toEqual({
      disposition: 'granted',
      duplicate: false,
      orderId: placed.order.id,
    });
    const { subscriptionId } = placed.order;
    const bought = await expiryOf(test, subscriptionId);
    expect(bought - before - 30 * day).toBeGreaterThanOrEqual(0);
    expect(bought - before - 30 * day).toBeLessThan(60);
    expect(await findOrder(test.store, test.shop.id, placed.order.id)).toMatchObject({
      state: 'paid',
      grantedRevision: 1,
      provisionedAtMs: undefined,
    });
    expect(await subscriptionsOf(test.store, alice.id)).toMatchObject([
      { id: subscriptionId, isTrial: false, access: 'granted', expired: false, generation: 1, provisioned: false },
    ]);
    expect(await paymentsOf(test.store, alice.id)).toMatchObject([{ disposition: 'granted', amountMinor: 100n }]);
    expect(await lastPaymentFor(test.store, alice.id, subscriptionId)).toMatchObject({ refundedMinor: 0n });
    const { rows } = await test.owner.query('select topic, key from wayleave.outbox order by topic');
    expect(rows).toEqual([
      { topic: 'progress', key: placed.order.id },
      { topic: 'project', key: subscriptionId },
    ]);
  });

  it('told 32 times by two replicas beside three others for the same order is granted once, and the three go back', async () => {
    const test = await openTestShop({ poolSize: 16 });
    const stores = [test.store, await test.openReplica()];
    const alice = await newCustomer(test);
    const placed = await order(test, alice);
    const charges = Array.from({ length: 4 }, () => starsCharge(placed, alice));
    const told = await Promise.all(
      Array.from({ length: 32 }, (_, n) => {
        const [store, charge] = [stores[n % 2], charges[(n >> 1) % 4]];
        if (store === undefined || charge === undefined) throw new Error('nothing to tell');
        return recordCharge(store, charge);
      }),
    );
    expect(told.filter(({ duplicate }) => !duplicate)).toHaveLength(4);
    const recorded = await chargesOf(test);
    expect(recorded.filter(({ disposition }) => disposition === 'granted')).toMatchObject([{ refunds: 0 }]);
    expect(recorded.filter(({ disposition }) => disposition === 'surplus')).toMatchObject([
      { refunds: 1 },
      { refunds: 1 },
      { refunds: 1 },
    ]);
    expect((await readEntries(test.store, placed.order.subscriptionId)).map(({ kind }) => kind)).toEqual(['grant']);
  });

  it('told a hundred times gives the same expiry', async () => {
    const test = await openTestShop();
    const alice = await newCustomer(test);
    const placed = await order(test, alice);
    const charge = starsCharge(placed, alice);
    await recordCharge(test.store, charge);
    const once = await expiryOf(test, placed.order.subscriptionId);
    for (let n = 0; n < 99; n += 1) {
      expect(await recordCharge(test.store, { ...charge, source: 'reconciliation' })).toMatchObject({
        disposition: 'granted',
        duplicate: true,
      });
    }
    expect(await expiryOf(test, placed.order.subscriptionId)).toBe(once);
  });

  it.each(['expired', 'canceled', 'superseded'] as const)(
    'that comes late for an order that was %s is granted',
    async (state) => {
      const test = await openTestShop();
      const alice = await newCustomer(test);
      const placed = await order(test, alice);
      if (state === 'expired') {
        await test.passTime(7200);
        await expireOrders(test.store, test.shop.id);
      } else if (state === 'canceled') await cancelOrder(test.store, alice.id, placed.order.id);
      else await order(test, alice, { terms: planTerms('year') });
      expect(await findOrder(test.store, test.shop.id, placed.order.id)).toMatchObject({ state });
      expect(await recordCharge(test.store, starsCharge(placed, alice))).toMatchObject({ disposition: 'granted' });
    },
  );

  it('for an order that another paid one took the place of goes back, however many lie between', async () => {
    const test = await openTestShop();
    const alice = await newCustomer(test);
    const placed = [];
    for (const plan of ['month', 'quarter', 'year']) placed.push(await order(test, alice, { terms: planTerms(plan) }));
    const [month, quarter, year] = placed;
    if (month === undefined || quarter === undefined || year === undefined) throw new Error('nothing placed');
    expect(await recordCharge(test.store, starsCharge(year, alice))).toMatchObject({ disposition: 'granted' });
    expect(await recordCharge(test.store, starsCharge(quarter, alice))).toMatchObject({ disposition: 'surplus' });
    expect(await recordCharge(test.store, starsCharge(month, alice))).toMatchObject({ disposition: 'surplus' });
  });

  it.each<[string, Partial<VerifiedCharge>]>([
    ['another amount', { amountMinor: 1n }],
    ['another currency', { currency: 'USD' }],
    ['another payer', { payer: '1' }],
    ['test money in a live shop', { live: false }],
    ['another provider', { provider: 'cards' }],
  ])('of %s buys nothing, is recorded, and is sent back by nobody', async (_, changes) => {
    const test = await openTestShop();
    const alice = await newCustomer(test);
    const placed = await order(test, alice);
    expect(await recordCharge(test.store, starsCharge(placed, alice, changes))).toMatchObject({
      disposition: 'mismatch',
      orderId: placed.order.id,
    });
    expect(await chargesOf(test)).toMatchObject([{ disposition: 'mismatch', refunds: 0 }]);
    expect(await subscriptionsOf(test.store, alice.id)).toEqual([]);
    expect(await recordCharge(test.store, starsCharge(placed, alice))).toMatchObject({ disposition: 'granted' });
  });

  it('of real money buys nothing in a test shop, and test money does', async () => {
    const test = await openTestShop({ mode: 'test' });
    const alice = await newCustomer(test);
    const placed = await order(test, alice);
    expect(await recordCharge(test.store, starsCharge(placed, alice))).toMatchObject({ disposition: 'mismatch' });
    expect(await recordCharge(test.store, starsCharge(placed, alice, { live: false }))).toMatchObject({
      disposition: 'granted',
    });
  });

  it('of an unknown attempt is a mismatch, of an unknown order an orphan, of another shop foreign', async () => {
    const test = await openTestShop();
    const alice = await newCustomer(test);
    const placed = await order(test, alice);
    const [shopId, orderId] = [test.shop.id, placed.order.id];
    const told = (payload: string): Promise<{ disposition: string }> =>
      recordCharge(test.store, starsCharge(placed, alice, { payload }));
    expect(await told(writePayload({ shopId, orderId, attempt: 9 }))).toMatchObject({ disposition: 'mismatch' });
    expect(await told(writePayload({ shopId, orderId: alice.id, attempt: 1 }))).toMatchObject({
      disposition: 'orphan',
    });
    expect(await told(writePayload({ shopId: alice.id, orderId, attempt: 1 }))).toMatchObject({
      disposition: 'foreign',
    });
    expect(await told('a donation')).toMatchObject({ disposition: 'foreign' });
    expect((await chargesOf(test)).map(({ refunds }) => refunds)).toEqual([0, 0, 0, 0]);
  });

  it('of an orphan told by many at once is recorded once', async () => {
    const test = await openTestShop();
    const alice = await newCustomer(test);
    const placed = await order(test, alice);
    const payload = writePayload({ shopId: test.shop.id, orderId: alice.id, attempt: 1 });
    const charge = starsCharge(placed, alice, { payload });
    const told = await Promise.all(Array.from({ length: 8 }, () => recordCharge(test.store, charge)));
    expect(told.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
    expect(await chargesOf(test)).toHaveLength(1);
  });

  it('of a banned customer is held back', async () => {
    const test = await openTestShop();
    const alice = await newCustomer(test);
    const placed = await order(test, alice);
    await banCustomer(test.store, test.shop.id, alice.id, { by: 'tg:1', reason: 'fraud' });
    expect(await recordCharge(test.store, starsCharge(placed, alice))).toMatchObject({ disposition: 'blocked' });
    expect(await chargesOf(test)).toMatchObject([{ refunds: 0 }]);
  });

  it('that the provider cannot take back asks for no refund when it is surplus', async () => {
    const test = await openTestShop();
    const alice = await newCustomer(test);
    const placed = await order(test, alice);
    await recordCharge(test.store, starsCharge(placed, alice));
    await recordCharge(test.store, starsCharge(placed, alice, { refundable: false }));
    expect((await chargesOf(test)).map(({ refunds }) => refunds)).toEqual([0, 0]);
    const { rows } = await test.owner.query(`select payload from wayleave.notices where kind = 'surplus'`);
    expect(rows).toMatchObject([{ payload: { refundable: 0 } }]);
  });

  it('that a provider collected by itself pays an order of its own on the same subscription', async () => {
    const test = await openTestShop();
    const alice = await newCustomer(test);
    const placed = await order(test, alice);
    await recordCharge(test.store, starsCharge(placed, alice));
    const once = await expiryOf(test, placed.order.subscriptionId);
    const renewal = starsCharge(placed, alice, { recurring: true });
    const told = await Promise.all(Array.from({ length: 8 }, () => recordCharge(test.store, renewal)));
    expect(told.filter(({ duplicate }) => !duplicate)).toMatchObject([{ disposition: 'granted' }]);
    expect(await expiryOf(test, placed.order.subscriptionId)).toBe(once + 30 * day);
  });

  it('is recorded whatever a stranger put into it', async () => {
    const test = await openTestShop();
    const alice = await newCustomer(test);
    const placed = await order(test, alice);
    const raw = { text: 'a\u0000b\uD800c', deep: [{ more: '\u0000' }] };
    expect(await recordCharge(test.store, starsCharge(placed, alice, { raw }))).toMatchObject({
      disposition: 'granted',
    });
  });
});
