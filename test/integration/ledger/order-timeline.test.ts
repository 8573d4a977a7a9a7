import { describe, expect, it } from 'vitest';
import {
  confirmRefund,
  grantTrial,
  noteProvisioned,
  orderTimelines,
  recordCharge,
  type OrderTimeline,
} from '../../../src/ledger/index.ts';
import { confirmOnPanel, deliver } from '../../support/money/delivery.ts';
import { newCustomer, openTestShop, order, starsCharge, type TestShop } from '../../support/money/shop.ts';
import { planTerms } from '../../support/money/terms.ts';

/** Notes what arrived, and reads what happened to all of it. */
async function timelines({ store, shop }: TestShop): Promise<readonly OrderTimeline[]> {
  const noted = await noteProvisioned(store, shop.id);
  return orderTimelines(
    store,
    noted.map(({ orderId }) => orderId),
  );
}

function single(found: readonly OrderTimeline[]): OrderTimeline {
  expect(found).toHaveLength(1);
  const [one] = found;
  if (one === undefined) throw new Error('nothing was noted');
  return one;
}

function expectInOrder(...instants: readonly (number | null | undefined)[]): void {
  for (const instant of instants) expect(instant).toBeTypeOf('number');
  expect(instants).toEqual(instants.toSorted((a, b) => Number(a) - Number(b)));
}

describe('what happened to an order', () => {
  it('is known from the click to the panels, in the order in which it happened', async () => {
    const test = await openTestShop();
    const alice = await newCustomer(test);
    const placed = await order(test, alice);
    const { subscriptionId, id: orderId } = placed.order;
    await recordCharge(test.store, starsCharge(placed, alice, { paidAtMs: 1_700_000_000_000 }));
    await confirmOnPanel(test, subscriptionId, 'nl');
    await confirmOnPanel(test, subscriptionId, 'de');
    await test.owner.query('insert into wayleave.subscription_states (subscription_id, panels_wanted) values ($1, 3)', [
      subscriptionId,
    ]);
    await deliver(test, subscriptionId);
    const found = single(await timelines(test));
    expect(found).toMatchObject({
      orderId,
      subscriptionId,
      shop: 'shop/main',
      plan: 'month',
      provider: 'stars',
      attempt: 1,
      source: 'update',
      paidAtMs: 1_700_000_000_000,
      panelsWanted: 3,
    });
    const [de, nl] = found.panels;
    expect([de?.name, nl?.name]).toEqual(['de', 'nl']);
    const { placedAtMs, askedAtMs, recordedAtMs, grantedAtMs, deliveredAtMs, notedAtMs } = found;
    expectInOrder(
      placedAtMs,
      askedAtMs,
      recordedAtMs,
      grantedAtMs,
      nl?.confirmedAtMs,
      de?.confirmedAtMs,
      deliveredAtMs,
      notedAtMs,
    );
    expect(notedAtMs).toBeCloseTo(Date.now(), -5);
  });

  it('of one that extends a subscription is about what changed on panels since', async () => {
    const test = await openTestShop();
    const alice = await newCustomer(test);
    const first = await order(test, alice);
    const { subscriptionId } = first.order;
    await recordCharge(test.store, starsCharge(first, alice));
    for (const panel of ['nl', 'de']) await confirmOnPanel(test, subscriptionId, panel);
    await deliver(test, subscriptionId);
    await timelines(test);
    const second = await order(test, alice, { subscriptionId });
    await recordCharge(test.store, starsCharge(second, alice));
    await confirmOnPanel(test, subscriptionId, 'nl');
    await deliver(test, subscriptionId);
    const found = single(await timelines(test));
    expect(found).toMatchObject({ orderId: second.order.id, deliveredAtMs: undefined, panelsWanted: undefined });
    const [de, nl] = found.panels;
    expect(de).toEqual({ name: 'de', confirmedAtMs: null });
    expectInOrder(found.grantedAtMs, nl?.confirmedAtMs, found.notedAtMs);
  });

  it('of one that a provider collected by itself asks nobody', async () => {
    const test = await openTestShop();
    const alice = await newCustomer(test);
    const first = await order(test, alice);
    const { subscriptionId } = first.order;
    await recordCharge(test.store, starsCharge(first, alice));
    await deliver(test, subscriptionId);
    await timelines(test);
    await recordCharge(test.store, starsCharge(first, alice, { recurring: true, source: 'reconciliation' }));
    await deliver(test, subscriptionId);
    const found = single(await timelines(test));
    expect(found).toMatchObject({ askedAtMs: undefined, provider: 'stars', attempt: 1, source: 'reconciliation' });
    expectInOrder(found.recordedAtMs, found.grantedAtMs, found.notedAtMs);
  });

  it('of a trial has no payment', async () => {
    const test = await openTestShop();
    const alice = await newCustomer(test);
    const trial = { shopId: test.shop.id, customerId: alice.id, terms: planTerms('trial') };
    const { subscriptionId } = await grantTrial(test.store, trial);
    await deliver(test, subscriptionId);
    const found = single(await timelines(test));
    expect(found).toMatchObject({ plan: 'trial', paidAtMs: undefined, recordedAtMs: undefined, panels: [] });
    expect([found.askedAtMs, found.provider, found.attempt, found.source]).toEqual(Array(4).fill(undefined));
  });

  it('counts no panel that came later, and none that is gone', async () => {
    const test = await openTestShop();
    const alice = await newCustomer(test);
    const placed = await order(test, alice);
    const { subscriptionId, id } = placed.order;
    await recordCharge(test.store, starsCharge(placed, alice));
    for (const panel of ['nl', 'gone']) await confirmOnPanel(test, subscriptionId, panel);
    await test.owner.query(`update wayleave.panels set removed_at = now() where name = 'gone'`);
    await deliver(test, subscriptionId);
    await noteProvisioned(test.store, test.shop.id);
    await confirmOnPanel(test, subscriptionId, 'late');
    const { panels } = single(await orderTimelines(test.store, [id]));
    expect(panels.map(({ name }) => name)).toEqual(['nl']);
  });

  it('is not told before it is over, and is told of a refunded one too', async () => {
    const test = await openTestShop();
    const alice = await newCustomer(test);
    const placed = await order(test, alice);
    const charge = starsCharge(placed, alice);
    await recordCharge(test.store, charge);
    expect(await orderTimelines(test.store, [placed.order.id])).toEqual([]);
    await confirmRefund(test.store, { ...charge, refundKey: 'theirs', startedBy: 'stars' });
    await deliver(test, placed.order.subscriptionId);
    expect(await timelines(test)).toHaveLength(1);
  });
});
