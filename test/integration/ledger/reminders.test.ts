import { describe, expect, it } from 'vitest';
import {
  banCustomer,
  grantTime,
  noticesOf,
  noticeTraffic,
  parseMoment,
  recordCharge,
  remind,
  revokeTime,
  type CustomerRecord,
} from '../../../src/ledger/index.ts';
import { newCustomer, openTestShop, order, starsCharge, type TestShop } from '../../support/money/shop.ts';
import { day } from '../../support/money/terms.ts';

const moments = ['-72h', '-24h', '0h', '24h'].map(parseMoment);

async function subscriber(
  test: TestShop,
): Promise<{ readonly customer: CustomerRecord; readonly subscriptionId: string }> {
  const customer = await newCustomer(test);
  const placed = await order(test, customer);
  await recordCharge(test.store, starsCharge(placed, customer));
  return { customer, subscriptionId: placed.order.subscriptionId };
}

async function told(test: TestShop): Promise<number[]> {
  const { rows } = await test.owner.query<{ moment: number }>(
    `select (payload ->> 'moment')::integer as moment from wayleave.notices where kind = 'expiry' order by created_at, id`,
  );
  return rows.map(({ moment }) => moment / 3600);
}

const look = ({ store, shop }: TestShop) => remind(store, shop.id, moments);

describe('reminders of an expiry', () => {
  it('are queued once each, at their moments, by whichever replica looks', async () => {
    const test = await openTestShop();
    await subscriber(test);
    await look(test);
    expect(await told(test)).toEqual([]);
    await test.passTime(27 * day + 60);
    await Promise.all([look(test), look(test), look(test)]);
    expect(await told(test)).toEqual([-72]);
    expect(await look(test)).toEqual({ looked: 0, queued: 0, late: 0 });
    for (const days of [2, 1, 1]) {
      await test.passTime(days * day);
      await look(test);
    }
    expect(await told(test)).toEqual([-72, -24, 0, 24]);
    await test.passTime(100 * day);
    expect((await look(test)).looked).toBe(0);
  });

  it('begin anew after a renewal, and leave out what nobody looked at in time', async () => {
    const test = await openTestShop();
    const { subscriptionId } = await subscriber(test);
    await test.passTime(27 * day + 60);
    await look(test);
    const by = { author: 'test', reason: 'more' };
    await grantTime(test.store, subscriptionId, { source: 'admin', lengthSeconds: 30 * day }, by);
    await look(test);
    await test.passTime(30 * day);
    await look(test);
    expect(await told(test)).toEqual([-72, -72]);
    // Nobody looks for two days and 13 hours: -24 h is late, and was never told.
    await test.passTime(2 * day + 13 * 3600);
    expect(await look(test)).toMatchObject({ queued: 0, late: 1 });
    await test.passTime(12 * 3600);
    await look(test);
    expect(await told(test)).toEqual([-72, -72, 0]);
  });

  it('are not for whoever is banned, or was refunded', async () => {
    const test = await openTestShop();
    const banned = await subscriber(test);
    const refunded = await subscriber(test);
    await look(test);
    await banCustomer(test.store, test.shop.id, banned.customer.id, { by: 'test', reason: 'abuse' });
    await revokeTime(test.store, refunded.subscriptionId, undefined, { author: 'test', reason: 'refund' });
    for (const days of [0, 27, 2, 1, 1]) {
      await test.passTime(days * day + 1);
      await look(test);
    }
    expect(await told(test)).toEqual([]);
  });
});

describe('marks of traffic', () => {
  it('are told once, and of two at a time only the higher', async () => {
    const test = await openTestShop();
    const { customer, subscriptionId } = await subscriber(test);
    const pass = (...percents: readonly number[]) =>
      test.owner.query(
        `insert into wayleave.traffic_marks (subscription_id, percent, since)
         select $1, percent, '2026-01-01' from unnest($2::integer[]) as percent`,
        [subscriptionId, [...percents]],
      );
    await pass(50);
    const tell = () => noticeTraffic(test.store, test.shop.id, [75, 100]);
    expect(await Promise.all([tell(), tell()])).toContain(1);
    const traffic = async (): Promise<number> =>
      (await noticesOf(test.store, customer.id)).filter(({ kind }) => kind === 'traffic').length;
    expect(await traffic()).toBe(0);
    await pass(80, 100);
    expect(await tell()).toBe(2);
    expect(await tell()).toBe(0);
    expect(await traffic()).toBe(1);
  });
});
