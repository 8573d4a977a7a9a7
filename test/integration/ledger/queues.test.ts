import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  auditOf,
  banCustomer,
  chargesOf,
  confirmByPerson,
  confirmRefund,
  findCharge,
  handleOfCharge,
  LedgerError,
  listQueue,
  queueNames,
  recordCharge,
  refuseRefund,
  requestRefund,
  revenueOf,
  settleByPerson,
  settleCharge,
  subjectOfCharge,
  summarizeQueues,
  takeCharge,
  writePayload,
  type QueueName,
} from '../../../src/ledger/index.ts';
import { newCustomer, openTestShop, order, starsCharge, type TestShop } from '../../support/money/shop.ts';

async function lengths({ store, shop }: TestShop): Promise<Partial<Record<QueueName, number>>> {
  const all = await summarizeQueues(store, shop.id);
  expect(all.map(({ queue }) => queue)).toEqual(queueNames);
  return Object.fromEntries(all.filter(({ count }) => count > 0).map(({ queue, count }) => [queue, count]));
}

describe('queues of charges that need a person', () => {
  it('hold each odd charge once, with its age, until it is settled', async () => {
    const test = await openTestShop();
    const { store, shop } = test;
    const alice = await newCustomer(test);
    const placed = await order(test, alice);
    await recordCharge(store, starsCharge(placed, alice));
    expect(await lengths(test)).toEqual({});
    const unrefundable = starsCharge(placed, alice, { refundable: false });
    await recordCharge(store, unrefundable);
    await recordCharge(store, starsCharge(placed, alice));
    const other = await order(test, alice);
    await recordCharge(store, starsCharge(other, alice, { amountMinor: 1n }));
    const payload = writePayload({ shopId: shop.id, orderId: randomUUID(), attempt: 1 });
    await recordCharge(store, starsCharge(other, alice, { payload }));
    const bob = await newCustomer(test);
    const late = await order(test, bob);
    await banCustomer(store, shop.id, bob.id, { by: 'test', reason: 'abuse' });
    await recordCharge(store, starsCharge(late, bob));
    await test.passTime(7200);
    const seen = await lengths(test);
    // The second surplus is on its way back by itself.
    expect(seen).toEqual({ surplus: 1, mismatch: 1, orphan: 1, blocked: 1 });
    const [surplus] = await listQueue(store, shop.id, 'surplus', { limit: 5 });
    expect(surplus).toMatchObject({ chargeId: unrefundable.chargeId, customer: { id: alice.id }, owner: undefined });
    expect(surplus?.ageSeconds).toBeGreaterThanOrEqual(7200);
    await settleCharge(store, unrefundable, { kind: 'extend' }, { author: 'admin:1', reason: 'asked' });
    expect((await lengths(test)).surplus).toBeUndefined();
    const handle = await handleOfCharge(store, unrefundable);
    expect(await findCharge(store, shop.id, handle ?? '')).toMatchObject({
      settlement: 'extended',
      settledBy: 'admin:1',
    });
    expect(await chargesOf(store, shop.id, bob.id, { limit: 10 })).toMatchObject([{ disposition: 'blocked' }]);
  });

  it('bring back a refund that was refused, until it is dismissed or tried again', async () => {
    const test = await openTestShop();
    const { store, shop } = test;
    const alice = await newCustomer(test);
    const charge = starsCharge(await order(test, alice), alice);
    await recordCharge(store, charge);
    const by = { requestedBy: 'admin:1', reason: 'asked' };
    await refuseRefund(store, await requestRefund(store, { ...charge, ...by }), 'CHARGE_ALREADY_REFUNDED');
    expect(await lengths(test)).toEqual({ refused: 1 });
    const [refused] = await listQueue(store, shop.id, 'refused', { limit: 5 });
    expect(refused?.refund).toEqual({ state: 'refused', refusal: 'CHARGE_ALREADY_REFUNDED' });
    const again = await requestRefund(store, { ...charge, ...by });
    expect(await lengths(test)).toEqual({});
    await refuseRefund(store, again, 'still not');
    expect(await lengths(test)).toEqual({ refused: 1 });
    const dismissal = { author: 'admin:1', reason: 'sent by hand' };
    await settleCharge(store, charge, { kind: 'dismiss' }, dismissal);
    expect(await lengths(test)).toEqual({});
    await expect(settleCharge(store, charge, { kind: 'dismiss' }, dismissal)).rejects.toThrow(LedgerError);
  });

  it('hold what became time and could not be sent back, until it is dismissed, each time on record', async () => {
    const test = await openTestShop();
    const { store, shop } = test;
    const alice = await newCustomer(test);
    const charge = starsCharge(await order(test, alice), alice, { amountMinor: 1n });
    await recordCharge(store, charge);
    const queue = async () => (await findCharge(store, shop.id, (await handleOfCharge(store, charge)) ?? ''))?.queue;
    expect(await queue()).toBe('mismatch');
    await settleCharge(store, charge, { kind: 'extend' }, { author: 'admin:1', reason: 'asked' });
    expect(await queue()).toBeUndefined();
    for (const requestId of ['one', 'two']) {
      const asked = { ...charge, requestedBy: 'admin:1', reason: 'asked' };
      const id = await requestRefund(store, asked);
      expect(await queue()).toBeUndefined();
      await refuseRefund(store, id, 'no');
      expect(await queue()).toBe('refused');
      const act = { author: 'admin:1', reason: 'sent by hand', requestId };
      expect(await settleByPerson(store, charge, { kind: 'dismiss' }, act)).toBe(true);
      expect(await settleByPerson(store, charge, { kind: 'dismiss' }, act)).toBe(false);
      expect(await queue()).toBeUndefined();
    }
    const acts = await auditOf(store, shop.id, [subjectOfCharge(charge)]);
    expect(acts.map(({ action }) => action)).toEqual(['dismiss', 'dismiss']);
  });

  it('let go of a charge of which a part went back when it is dismissed', async () => {
    const test = await openTestShop();
    const { store } = test;
    const alice = await newCustomer(test);
    const charge = starsCharge(await order(test, alice), alice, { amountMinor: 50n });
    await recordCharge(store, charge);
    await confirmRefund(store, { ...charge, refundKey: 'theirs', amountMinor: 20n, startedBy: 'stars' });
    expect(await lengths(test)).toEqual({ mismatch: 1 });
    await settleCharge(store, charge, { kind: 'dismiss' }, { author: 'admin:1', reason: 'asked' });
    expect(await lengths(test)).toEqual({});
  });

  it('take a part that was sent back by hand once, however often that is said', async () => {
    const test = await openTestShop();
    const { store, shop } = test;
    const alice = await newCustomer(test);
    const charge = starsCharge(await order(test, alice), alice);
    await recordCharge(store, charge);
    const part = { ...charge, amountMinor: 30n, requestedBy: 'admin:1', reason: 'asked' };
    await refuseRefund(store, await requestRefund(store, part), 'no');
    const act = { author: 'admin:1', reason: 'sent by hand', requestId: 'one' };
    expect(await confirmByPerson(store, charge, act)).toBe(true);
    expect(await confirmByPerson(store, charge, act)).toBe(false);
    const handle = await handleOfCharge(store, charge);
    expect(await findCharge(store, shop.id, handle ?? '')).toMatchObject({ refundedMinor: 30n });
  });

  it('give a charge to one of two who reach for it at a time', async () => {
    const test = await openTestShop();
    const alice = await newCustomer(test);
    const charge = starsCharge(await order(test, alice), alice, { amountMinor: 1n });
    await recordCharge(test.store, charge);
    const take = (owner: string, from?: string): Promise<string | undefined> =>
      takeCharge(test.store, charge, { owner, from });
    const [one, two] = await Promise.all([take('admin:1'), take('admin:2')]);
    expect(one).toBe(two);
    const loser = one === 'admin:1' ? 'admin:2' : 'admin:1';
    expect(await take(loser, 'admin:3')).toBe(one);
    expect(await take(loser, one)).toBe(loser);
    expect(await take(one ?? '', loser)).toBe(one);
    expect(await take(loser, one)).toBe(loser);
    const takes = await auditOf(test.store, test.shop.id, [subjectOfCharge(charge)]);
    expect(takes.map(({ actor }) => actor)).toEqual([loser, one, loser, one]);
  });

  it('do not give time for money that goes back', async () => {
    const test = await openTestShop();
    const alice = await newCustomer(test);
    const placed = await order(test, alice);
    await recordCharge(test.store, starsCharge(placed, alice));
    const twice = starsCharge(placed, alice);
    await recordCharge(test.store, twice);
    const by = { author: 'admin:1', reason: 'asked' };
    await expect(settleCharge(test.store, twice, { kind: 'extend' }, by)).rejects.toMatchObject({
      code: 'LEDGER_CHARGE_SETTLED',
    });
  });
});

describe('revenue', () => {
  it('is what bought time in the day and month of the shop, refunds subtracted and test money marked', async () => {
    const test = await openTestShop();
    const { store, shop } = test;
    const alice = await newCustomer(test);
    const now = (await test.now()) * 1000;
    const pay = async (changes: Parameters<typeof starsCharge>[2] = {}, stars = 100n) => {
      const charge = starsCharge(await order(test, alice, { stars }), alice, { paidAtMs: now, ...changes });
      await recordCharge(store, charge);
      return charge;
    };
    const first = await pay();
    await pay({}, 250n);
    await pay({ paidAtMs: now - 40 * 86_400_000 }, 999n);
    await pay({ amountMinor: 1n });
    await confirmRefund(store, { ...first, refundKey: 'r', startedBy: 'stars', amountMinor: 30n });
    const lines = await revenueOf(store, shop.id, 'UTC');
    expect(lines.filter(({ period }) => period === 'today')).toEqual([
      {
        period: 'today',
        provider: 'stars',
        currency: 'XTR',
        live: true,
        paidMinor: 350n,
        refundedMinor: 30n,
        charges: 2,
      },
    ]);
    const month = lines.find(({ period }) => period === 'month');
    expect(month).toMatchObject({ paidMinor: 350n, refundedMinor: 30n });
  });

  it('begins the day at midnight of the shop and not of the server', async () => {
    const test = await openTestShop();
    const alice = await newCustomer(test);
    // Half past noon in UTC is half past midnight twelve hours to the east.
    const started = await test.now();
    const noon = Math.ceil(started / 86_400) * 86_400 + 43_200;
    await test.passTime(noon + 1800 - started);
    const today = async (timeZone: string): Promise<bigint[]> => {
      const lines = await revenueOf(test.store, test.shop.id, timeZone);
      return lines.filter(({ period }) => period === 'today').map(({ paidMinor }) => paidMinor);
    };
    const pay = async (at: number, stars: bigint): Promise<void> => {
      const placed = await order(test, alice, { stars });
      await recordCharge(test.store, starsCharge(placed, alice, { paidAtMs: at * 1000 }));
    };
    await pay(noon - 600, 1n);
    expect([await today('UTC'), await today('Etc/GMT-12')]).toEqual([[1n], []]);
    await pay(noon + 600, 10n);
    expect([await today('UTC'), await today('Etc/GMT-12')]).toEqual([[11n], [10n]]);
  });
});
