import { describe, expect, it } from 'vitest';
import { banCustomer, readProjection, recordCharge, type CustomerRecord } from '../../../src/ledger/index.ts';
import { markProvisioned } from '../../../src/store/index.ts';
import { untilLockWait } from '../../support/lock-waits.ts';
import { newCustomer, openTestShop, order, starsCharge, type TestShop } from '../../support/money/shop.ts';
import { WatchedStore } from '../../support/watched-store.ts';

const ban = { by: 'tg:1', reason: 'a test' };

describe('a ban, which locks all subscriptions of a customer,', () => {
  it('never meets the operator, who notes what arrived of them, in a circle', async () => {
    const test = await openTestShop();
    const customer = await newCustomer(test);
    // The younger one is written first, so that whoever takes rows as they come begins at the other end.
    const [older, younger] = await twoSubscriptions(test, customer);
    const arrived = [younger, older].map((subscriptionId) => ({ subscriptionId, revision: 1 }));
    let noting: Promise<void> | undefined;
    const store = new WatchedStore(test.store, async (text) => {
      if (noting !== undefined || !text.includes('insert into wayleave.entitlements')) return;
      noting = markProvisioned(test.store, arrived);
      await untilLockWait(test.owner);
    });
    await banCustomer(store, test.shop.id, customer.id, ban);
    await noting;
    expect(store.begun).toBe(1);
    const { rows } = await test.owner.query('select provisioned_revision from wayleave.entitlements');
    expect(rows).toEqual([{ provisioned_revision: '1' }, { provisioned_revision: '1' }]);
  });

  it('waits for nobody who only refers to one of them', async () => {
    const test = await openTestShop();
    const customer = await newCustomer(test);
    const [older] = await twoSubscriptions(test, customer);
    const store = new WatchedStore(test.store, async (text) => {
      // Another part of the product records something about the subscription while the projector has it.
      if (!text.includes('from wayleave.subscriptions')) return;
      await test.owner.query(
        `insert into wayleave.traffic_marks (subscription_id, percent, since) values ($1, 80, now()) on conflict do nothing`,
        [older],
      );
    });
    expect(await readProjection(store, older)).toMatchObject({ subscriptionId: older });
  });
});

async function twoSubscriptions(test: TestShop, customer: CustomerRecord): Promise<[string, string]> {
  const first = await order(test, customer);
  await recordCharge(test.store, starsCharge(first, customer));
  const second = await order(test, customer);
  await recordCharge(test.store, starsCharge(second, customer));
  const [older, younger] = [first.order.subscriptionId, second.order.subscriptionId];
  await test.owner.query('update wayleave.entitlements set updated_at = now() where subscription_id = $1', [older]);
  return [older, younger];
}
