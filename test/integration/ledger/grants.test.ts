import { describe, expect, it } from 'vitest';
import {
  acceptTerms,
  banCustomer,
  entitlementAt,
  findCustomer,
  findOrder,
  grantTime,
  grantTrial,
  markUnreachable,
  progressOf,
  readEntries,
  recordCharge,
  renewKeys,
  resumeSubscription,
  revokeTime,
  seeCustomer,
  setLanguage,
  subscriptionsOf,
  suspendSubscription,
  unbanCustomer,
  type CustomerRecord,
  type Entitlement,
} from '../../../src/ledger/index.ts';
import { newCustomer, openTestShop, order, starsCharge, type TestShop } from '../../support/money/shop.ts';
import { day, planTerms } from '../../support/money/terms.ts';

const by = { author: 'tg:1', reason: 'a test' };
const trialTerms = planTerms('trial', { lengthSeconds: 3 * day, trafficLimit: '5Gi' });

async function paidFor(test: TestShop, customer: CustomerRecord): Promise<string> {
  const placed = await order(test, customer);
  await recordCharge(test.store, starsCharge(placed, customer));
  return placed.order.subscriptionId;
}

async function entitlementOf(test: TestShop, subscriptionId: string): Promise<Entitlement> {
  const found = entitlementAt(await readEntries(test.store, subscriptionId), Math.floor(await test.now()));
  if (found === undefined) throw new Error('nothing granted');
  return found;
}

interface Row {
  readonly access: string;
  readonly expires: number;
  readonly revision: number;
}

async function rowOf({ owner }: TestShop, subscriptionId: string): Promise<Row> {
  const { rows } = await owner.query<Row>(
    `select access, extract(epoch from expires_at)::float8 as expires, revision::integer from wayleave.entitlements
     where subscription_id = $1`,
    [subscriptionId],
  );
  if (rows[0] === undefined) throw new Error('no entitlement');
  return rows[0];
}

describe('a trial', () => {
  it('is one for 16 taps at once', async () => {
    const test = await openTestShop({ poolSize: 16 });
    const alice = await newCustomer(test);
    const wanted = { shopId: test.shop.id, customerId: alice.id, terms: trialTerms };
    const taken = await Promise.all(Array.from({ length: 16 }, () => grantTrial(test.store, wanted)));
    expect(new Set(taken.map(({ id }) => id)).size).toBe(1);
    expect(await subscriptionsOf(test.store, alice.id)).toMatchObject([
      { isTrial: true, limitBytes: 5n * 1024n ** 3n },
    ]);
    const [first] = taken;
    expect(first).toMatchObject({ state: 'paid' });
    expect(await progressOf(test.store, first?.id ?? '')).toMatchObject({ isTrial: true, provisioned: false });
  });

  it('goes on as what was bought, with its limits and the same subscription', async () => {
    const test = await openTestShop();
    const alice = await newCustomer(test);
    const { subscriptionId } = await grantTrial(test.store, {
      shopId: test.shop.id,
      customerId: alice.id,
      terms: trialTerms,
    });
    const placed = await order(test, alice, { subscriptionId });
    await recordCharge(test.store, starsCharge(placed, alice));
    expect(await subscriptionsOf(test.store, alice.id)).toMatchObject([
      { id: subscriptionId, isTrial: false, limitBytes: 50n * 1024n ** 3n },
    ]);
  });

  it('is none for the banned', async () => {
    const test = await openTestShop();
    const alice = await newCustomer(test);
    await banCustomer(test.store, test.shop.id, alice.id, { by: 'tg:1', reason: 'fraud' });
    await expect(
      grantTrial(test.store, { shopId: test.shop.id, customerId: alice.id, terms: trialTerms }),
    ).rejects.toMatchObject({ code: 'LEDGER_CUSTOMER_BANNED' });
  });
});

describe('time by hand', () => {
  it('is given once for the same request and taken back', async () => {
    const test = await openTestShop();
    const subscriptionId = await paidFor(test, await newCustomer(test));
    const before = await rowOf(test, subscriptionId);
    const grant = { source: 'admin', lengthSeconds: 5 * day } as const;
    const act = { ...by, requestId: 'press-1' };
    await Promise.all(Array.from({ length: 8 }, () => grantTime(test.store, subscriptionId, grant, act)));
    const given = await rowOf(test, subscriptionId);
    expect(given.expires).toBe(before.expires + 5 * day);
    expect(given.revision).toBe(before.revision + 1);
    const entries = await readEntries(test.store, subscriptionId);
    const grantId = entries.find(({ source }) => source === 'admin')?.id;
    expect(await revokeTime(test.store, subscriptionId, grantId, by)).toBe(1);
    expect((await rowOf(test, subscriptionId)).expires).toBe(before.expires);
    expect(await revokeTime(test.store, subscriptionId, undefined, by)).toBe(2);
    expect((await rowOf(test, subscriptionId)).expires).toBeLessThanOrEqual(Math.ceil(await test.now()));
  });

  it('is for subscriptions of the ledger only, and a grant of another one is not taken', async () => {
    const test = await openTestShop();
    const [one, two] = [await paidFor(test, await newCustomer(test)), await paidFor(test, await newCustomer(test))];
    const [grant] = await readEntries(test.store, two);
    await expect(revokeTime(test.store, one, grant?.id, by)).rejects.toMatchObject({ code: 'LEDGER_TARGET_UNKNOWN' });
    await expect(grantTime(test.store, test.shop.id, { source: 'admin', lengthSeconds: 1 }, by)).rejects.toMatchObject({
      code: 'LEDGER_SUBSCRIPTION_UNKNOWN',
    });
  });
});

describe('a suspension', () => {
  it('denies access while time runs on, however often it is said', async () => {
    const test = await openTestShop();
    const subscriptionId = await paidFor(test, await newCustomer(test));
    const before = await rowOf(test, subscriptionId);
    await Promise.all(Array.from({ length: 4 }, () => suspendSubscription(test.store, subscriptionId, by)));
    expect(await rowOf(test, subscriptionId)).toMatchObject({ access: 'denied', expires: before.expires });
    await resumeSubscription(test.store, subscriptionId, by);
    await resumeSubscription(test.store, subscriptionId, by);
    expect(await rowOf(test, subscriptionId)).toMatchObject({ access: 'granted', expires: before.expires });
    const kinds = (await readEntries(test.store, subscriptionId)).map(({ kind }) => kind);
    expect(kinds).toEqual(['grant', 'hold', 'release']);
  });
});

describe('a ban', () => {
  it('holds every subscription, closes orders, and ends as if it had not been', async () => {
    const test = await openTestShop();
    const alice = await newCustomer(test);
    const [one, two] = [await paidFor(test, alice), await paidFor(test, alice)];
    const { order: open } = await order(test, alice);
    const ban = { by: 'tg:1', reason: 'fraud' };
    for (let round = 1; round <= 2; round += 1) {
      await Promise.all(Array.from({ length: 4 }, () => banCustomer(test.store, test.shop.id, alice.id, ban)));
      for (const id of [one, two]) expect(await rowOf(test, id)).toMatchObject({ access: 'denied' });
      expect(await findOrder(test.store, test.shop.id, open.id)).toMatchObject({ state: 'canceled' });
      await Promise.all(Array.from({ length: 4 }, () => unbanCustomer(test.store, test.shop.id, alice.id, ban)));
      for (const id of [one, two]) expect(await rowOf(test, id)).toMatchObject({ access: 'granted' });
    }
  });

  it('leaves the suspension of an admin alone', async () => {
    const test = await openTestShop();
    const alice = await newCustomer(test);
    const id = await paidFor(test, alice);
    await suspendSubscription(test.store, id, by);
    await banCustomer(test.store, test.shop.id, alice.id, { by: 'tg:1', reason: 'fraud' });
    await unbanCustomer(test.store, test.shop.id, alice.id, { by: 'tg:1', reason: 'a mistake' });
    expect(await rowOf(test, id)).toMatchObject({ access: 'denied' });
    await resumeSubscription(test.store, id, by);
    expect(await rowOf(test, id)).toMatchObject({ access: 'granted' });
  });

  it('that meets a payment never leaves access behind', async () => {
    const test = await openTestShop({ poolSize: 8 });
    for (let round = 0; round < 12; round += 1) {
      const alice = await newCustomer(test);
      const placed = await order(test, alice);
      // What is pending is locked by the ban as well; what is expired only by the customer.
      await test.owner.query(`update wayleave.orders set state = 'expired' where id = $1`, [placed.order.id]);
      const [recorded] = await Promise.all([
        recordCharge(test.store, starsCharge(placed, alice)),
        banCustomer(test.store, test.shop.id, alice.id, { by: 'tg:1', reason: 'fraud' }),
      ]);
      if (recorded.disposition === 'blocked') continue;
      expect(recorded.disposition).toBe('granted');
      expect(await rowOf(test, placed.order.subscriptionId)).toMatchObject({ access: 'denied' });
    }
  });
});

describe('a plan with other terms', () => {
  it('takes over when the running segment ends, and the timer says when', async () => {
    const test = await openTestShop();
    const alice = await newCustomer(test);
    const subscriptionId = await paidFor(test, alice);
    const big = planTerms('big', { trafficLimit: '500Gi' });
    await recordCharge(test.store, starsCharge(await order(test, alice, { subscriptionId, terms: big }), alice));
    const entitlement = await entitlementOf(test, subscriptionId);
    expect(entitlement).toMatchObject({ terms: { plan: 'month' }, changesAt: entitlement.expiresAt - 30 * day });
    const { rows } = await test.owner.query<{ at: number }>(
      `select extract(epoch from due_at)::float8 as at from wayleave.timers where purpose = 'refold'`,
    );
    expect(rows).toEqual([{ at: entitlement.changesAt }]);
    await test.passTime(31 * day);
    expect(await entitlementOf(test, subscriptionId)).toMatchObject({ terms: { plan: 'big' }, changesAt: undefined });
  });
});

describe('new keys', () => {
  it('are made once by a double click', async () => {
    const test = await openTestShop();
    const subscriptionId = await paidFor(test, await newCustomer(test));
    const made = await Promise.all(Array.from({ length: 4 }, () => renewKeys(test.store, subscriptionId, 1)));
    expect(new Set(made)).toEqual(new Set([2]));
  });
});

describe('a customer', () => {
  it('is whoever writes, keeps the language that he chose, and comes back', async () => {
    const test = await openTestShop();
    const alice = await newCustomer(test, 42);
    await setLanguage(test.store, alice.id, 'ru');
    await acceptTerms(test.store, alice.id, '2');
    await markUnreachable(test.store, alice.id);
    expect(await findCustomer(test.store, test.shop.id, { telegramId: 42 })).toMatchObject({
      id: alice.id,
      language: 'ru',
      termsVersion: '2',
      unreachableSinceMs: expect.any(Number) as number,
    });
    const seen = { telegramId: 42, name: 'Alicia', userName: undefined, language: 'en' };
    expect(await seeCustomer(test.store, test.shop.id, seen)).toMatchObject({
      id: alice.id,
      name: 'Alicia',
      language: 'ru',
      unreachableSinceMs: undefined,
    });
    expect(await findCustomer(test.store, test.shop.id, { id: alice.id })).toMatchObject({ telegramId: 42 });
    expect(await findCustomer(test.store, test.shop.id, { id: test.shop.id })).toBeUndefined();
  });
});
