import { describe, expect, it } from 'vitest';
import {
  confirmRefund,
  findOrder,
  noteProvisioned,
  readEntries,
  recordCharge,
  settleCharge,
  unprovisionedOrders,
} from '../../../src/ledger/index.ts';
import { deliver } from '../../support/money/delivery.ts';
import { newCustomer, openTestShop, order, starsCharge, type TestShop } from '../../support/money/shop.ts';
import { planTerms } from '../../support/money/terms.ts';

async function compensationsOf(test: TestShop, subscriptionId: string): Promise<number[]> {
  const entries = await readEntries(test.store, subscriptionId);
  return entries.flatMap((entry) =>
    entry.kind === 'grant' && entry.source === 'compensation' ? [entry.lengthSeconds] : [],
  );
}

describe('a paid order', () => {
  it('is provisioned when its revision has arrived, by one of many who look', async () => {
    const test = await openTestShop();
    const alice = await newCustomer(test);
    const placed = await order(test, alice);
    await recordCharge(test.store, starsCharge(placed, alice));
    expect(await noteProvisioned(test.store, test.shop.id)).toEqual([]);
    await test.passTime(100);
    const waiting = await unprovisionedOrders(test.store, test.shop.id, 99);
    expect(waiting).toEqual({ oldestSeconds: expect.any(Number) as number, late: 1 });
    expect(waiting.oldestSeconds).toBeGreaterThanOrEqual(100);
    expect(await unprovisionedOrders(test.store, test.shop.id, 200)).toMatchObject({ late: 0 });
    await deliver(test, placed.order.subscriptionId);
    const noted = await Promise.all(Array.from({ length: 4 }, () => noteProvisioned(test.store, test.shop.id)));
    const { id: orderId, subscriptionId } = placed.order;
    expect(noted.flat()).toEqual([
      { orderId, subscriptionId, tookSeconds: expect.any(Number) as number, isRefunded: false },
    ]);
    expect(noted.flat()[0]?.tookSeconds).toBeGreaterThanOrEqual(100);
    expect(await findOrder(test.store, test.shop.id, placed.order.id)).toMatchObject({
      provisionedAtMs: expect.any(Number) as number,
    });
    expect(await unprovisionedOrders(test.store, test.shop.id, 60)).toEqual({ oldestSeconds: 0, late: 0 });
    expect(await compensationsOf(test, placed.order.subscriptionId)).toEqual([]);
  });

  it('that came late gets the delay back once, and no other one of the same subscription does', async () => {
    const test = await openTestShop();
    const alice = await newCustomer(test);
    const placed = await order(test, alice);
    await recordCharge(test.store, starsCharge(placed, alice));
    const { subscriptionId } = placed.order;
    const second = await order(test, alice, { subscriptionId, terms: planTerms('year') });
    await recordCharge(test.store, starsCharge(second, alice));
    await test.passTime(400);
    await deliver(test, subscriptionId);
    expect(await noteProvisioned(test.store, test.shop.id)).toHaveLength(2);
    const [delay, ...more] = await compensationsOf(test, subscriptionId);
    expect(more).toEqual([]);
    expect(delay).toBeGreaterThanOrEqual(400);
    expect(delay).toBeLessThan(460);
  });

  it('that was sent back gets nothing for its delay', async () => {
    const test = await openTestShop();
    const alice = await newCustomer(test);
    const placed = await order(test, alice);
    const charge = starsCharge(placed, alice);
    await recordCharge(test.store, charge);
    await test.passTime(400);
    await confirmRefund(test.store, { ...charge, refundKey: 'theirs', startedBy: 'stars' });
    await deliver(test, placed.order.subscriptionId);
    await noteProvisioned(test.store, test.shop.id);
    expect(await compensationsOf(test, placed.order.subscriptionId)).toEqual([]);
    expect(await unprovisionedOrders(test.store, test.shop.id, 60)).toEqual({ oldestSeconds: 0, late: 0 });
  });

  it('keeps the time for its delay when another charge of it, which was settled into time, is sent back', async () => {
    const test = await openTestShop();
    const alice = await newCustomer(test);
    const placed = await order(test, alice);
    await recordCharge(test.store, starsCharge(placed, alice));
    const wrong = starsCharge(placed, alice, { payer: '1' });
    await recordCharge(test.store, wrong);
    await settleCharge(test.store, wrong, { kind: 'extend' }, { author: 'tg:1', reason: 'a test' });
    await test.passTime(400);
    await deliver(test, placed.order.subscriptionId);
    await noteProvisioned(test.store, test.shop.id);
    await confirmRefund(test.store, { ...wrong, refundKey: 'theirs', startedBy: 'stars' });
    const entries = await readEntries(test.store, placed.order.subscriptionId);
    const delay = entries.find(({ source }) => source === 'compensation');
    expect(delay).toBeDefined();
    expect(entries.filter((entry) => entry.kind === 'reversal' && entry.target === delay?.id)).toEqual([]);
  });

  it('that is sent back takes the time for its delay along', async () => {
    const test = await openTestShop();
    const alice = await newCustomer(test);
    const placed = await order(test, alice);
    const charge = starsCharge(placed, alice);
    await recordCharge(test.store, charge);
    await test.passTime(400);
    await deliver(test, placed.order.subscriptionId);
    await noteProvisioned(test.store, test.shop.id);
    await confirmRefund(test.store, { ...charge, refundKey: 'theirs', startedBy: 'stars' });
    const { rows } = await test.owner.query(
      'select expires_at <= wayleave.wall_clock() as over from wayleave.entitlements',
    );
    expect(rows).toEqual([{ over: true }]);
  });
});
