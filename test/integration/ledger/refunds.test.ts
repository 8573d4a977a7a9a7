import { describe, expect, it } from 'vitest';
import {
  claimWork,
  confirmRefund,
  findRefund,
  hasRefundedWithin,
  pauseRefunds,
  getShop,
  paymentsOf,
  recordCharge,
  refuseRefund,
  requestRefund,
  type ChargeKey,
  type CustomerRecord,
  type RefundRequest,
} from '../../../src/ledger/index.ts';
import { newCustomer, openTestShop, order, starsCharge, type TestShop } from '../../support/money/shop.ts';
import { day } from '../../support/money/terms.ts';

interface Paid extends ChargeKey {
  readonly customer: CustomerRecord;
  readonly subscriptionId: string;
}

/** A customer who has paid 100 Stars for 30 days. */
async function paid(test: TestShop, customer?: CustomerRecord, subscriptionId?: string): Promise<Paid> {
  const payer = customer ?? (await newCustomer(test));
  const placed = await order(test, payer, subscriptionId === undefined ? {} : { subscriptionId });
  const charge = starsCharge(placed, payer);
  await recordCharge(test.store, charge);
  const { shopId, provider, chargeId } = charge;
  return { shopId, provider, chargeId, customer: payer, subscriptionId: placed.order.subscriptionId };
}

function request({ shopId, provider, chargeId }: ChargeKey, changes: Partial<RefundRequest> = {}): RefundRequest {
  return { shopId, provider, chargeId, requestedBy: 'tg:1', reason: 'a test', ...changes };
}

/** Seconds of access that are left. */
async function secondsLeft({ owner }: TestShop, subscriptionId: string): Promise<number> {
  const { rows } = await owner.query<{ left: number }>(
    `select extract(epoch from expires_at - wayleave.wall_clock())::float8 as left from wayleave.entitlements
     where subscription_id = $1`,
    [subscriptionId],
  );
  return rows[0]?.left ?? Number.NaN;
}

describe('a refund', () => {
  it('that was asked for is sent first and takes the time when it is confirmed', async () => {
    const test = await openTestShop();
    const bought = await paid(test);
    const id = await requestRefund(test.store, request(bought));
    expect(await secondsLeft(test, bought.subscriptionId)).toBeGreaterThan(29 * day);
    expect(await claimWork(test.store, 'refund', { limit: 10, leaseMs: 1000 })).toMatchObject([{ key: id }]);
    expect(await findRefund(test.store, id)).toMatchObject({
      amountMinor: 100n,
      currency: 'XTR',
      state: 'requested',
      payer: String(bought.customer.telegramId),
    });
    expect(await confirmRefund(test.store, { ...bought, refundKey: id, startedBy: 'tg:1' })).toBe('confirmed');
    expect(await confirmRefund(test.store, { ...bought, refundKey: id, startedBy: 'tg:1' })).toBe('known');
    expect(await secondsLeft(test, bought.subscriptionId)).toBeLessThanOrEqual(0);
    expect(await findRefund(test.store, id)).toMatchObject({ state: 'confirmed' });
    expect(await paymentsOf(test.store, bought.customer.id)).toMatchObject([
      { refundedMinor: 100n, refundOpen: false },
    ]);
  });

  it('of one charge leaves the time of another one alone', async () => {
    const test = await openTestShop();
    const first = await paid(test);
    const second = await paid(test, first.customer, first.subscriptionId);
    await test.passTime(10 * day);
    await confirmRefund(test.store, { ...first, refundKey: 'r1', startedBy: 'stars' });
    const left = await secondsLeft(test, first.subscriptionId);
    expect(Math.abs(left - 30 * day)).toBeLessThan(60);
    await confirmRefund(test.store, { ...second, refundKey: 'r2', startedBy: 'stars' });
    expect(await secondsLeft(test, first.subscriptionId)).toBeLessThanOrEqual(0);
  });

  it('asked for 16 times at once is one', async () => {
    const test = await openTestShop();
    const bought = await paid(test);
    const ids = await Promise.all(Array.from({ length: 16 }, () => requestRefund(test.store, request(bought))));
    expect(new Set(ids).size).toBe(1);
  });

  it('that we asked for and the provider reports under a name of its own is one', async () => {
    const test = await openTestShop();
    const bought = await paid(test);
    const id = await requestRefund(test.store, request(bought));
    const outcomes = await Promise.all([
      confirmRefund(test.store, { ...bought, refundKey: id, startedBy: 'tg:1' }),
      confirmRefund(test.store, { ...bought, refundKey: 'theirs', startedBy: 'stars' }),
      confirmRefund(test.store, { ...bought, refundKey: 'theirs', startedBy: 'stars' }),
    ]);
    expect(outcomes.toSorted()).toEqual(['confirmed', 'known', 'known']);
    const { rows } = await test.owner.query('select state, amount_minor from wayleave.refunds');
    expect(rows).toEqual([{ state: 'confirmed', amount_minor: '100' }]);
  });

  it('of all by the provider ends what we asked for in part', async () => {
    const test = await openTestShop();
    const bought = await paid(test);
    const id = await requestRefund(test.store, request(bought, { amountMinor: 30n }));
    await confirmRefund(test.store, { ...bought, refundKey: 'theirs', startedBy: 'stars' });
    expect(await findRefund(test.store, id)).toMatchObject({ state: 'refused' });
    expect(await confirmRefund(test.store, { ...bought, refundKey: id, startedBy: 'tg:1' })).toBe('known');
    expect(await sumOf(test)).toBe(100n);
    expect(await secondsLeft(test, bought.subscriptionId)).toBeLessThanOrEqual(0);
  });

  it('in part by the provider leaves the rest of what we were to send on its way', async () => {
    const test = await openTestShop();
    const bought = await paid(test);
    const id = await requestRefund(test.store, request(bought));
    await confirmRefund(test.store, { ...bought, refundKey: 'theirs', amountMinor: 30n, startedBy: 'cards' });
    expect(await findRefund(test.store, id)).toMatchObject({ state: 'refused' });
    expect(await paymentsOf(test.store, bought.customer.id)).toMatchObject([{ refundedMinor: 30n, refundOpen: true }]);
    const { rows } = await test.owner.query<{ id: string; amount_minor: string }>(
      `select id, amount_minor from wayleave.refunds where state = 'requested'`,
    );
    expect(rows).toMatchObject([{ amount_minor: '70' }]);
    const refundKey = rows[0]?.id ?? '';
    await confirmRefund(test.store, { ...bought, refundKey, amountMinor: 70n, startedBy: 'tg:1' });
    expect(await sumOf(test)).toBe(100n);
    expect(await secondsLeft(test, bought.subscriptionId)).toBeLessThanOrEqual(0);
  });

  it('that the provider made although it had said no is recorded', async () => {
    const test = await openTestShop();
    const bought = await paid(test);
    const id = await requestRefund(test.store, request(bought));
    await refuseRefund(test.store, id, 'CHARGE_TOO_OLD');
    expect(await findRefund(test.store, id)).toMatchObject({ state: 'refused' });
    expect(await confirmRefund(test.store, { ...bought, refundKey: id, startedBy: 'stars' })).toBe('confirmed');
    expect(await findRefund(test.store, id)).toMatchObject({ state: 'confirmed' });
  });

  it('in parts takes as much time as it sends back money, and all of it with the last part', async () => {
    const test = await openTestShop();
    const bought = await paid(test);
    for (const [amountMinor, days] of [
      [10n, 27],
      [40n, 15],
      [50n, 0],
    ] as const) {
      const id = await requestRefund(test.store, request(bought, { amountMinor }));
      await confirmRefund(test.store, { ...bought, refundKey: id, amountMinor, startedBy: 'tg:1' });
      expect(Math.abs((await secondsLeft(test, bought.subscriptionId)) - days * day)).toBeLessThan(60);
    }
    await expect(requestRefund(test.store, request(bought))).rejects.toMatchObject({ code: 'LEDGER_REFUND_TOO_MUCH' });
  });

  it('is never more than what was paid, however many ask for parts at once', async () => {
    const test = await openTestShop();
    const bought = await paid(test);
    const asked = await Promise.allSettled(
      [60n, 50n, 40n, 30n].map((amountMinor) => requestRefund(test.store, request(bought, { amountMinor }))),
    );
    expect(asked.some(({ status }) => status === 'rejected')).toBe(true);
    expect(await sumOf(test)).toBeLessThanOrEqual(100n);
  });

  it('after a refused one may be asked for again', async () => {
    const test = await openTestShop();
    const bought = await paid(test);
    const first = await requestRefund(test.store, request(bought));
    await refuseRefund(test.store, first, 'no');
    const second = await requestRefund(test.store, request(bought));
    expect(second).not.toBe(first);
  });

  it('of a charge that is not on record is unknown, and of a foreign one is never asked for', async () => {
    const test = await openTestShop();
    const bought = await paid(test);
    const unknown = { ...bought, chargeId: 'nothing' };
    expect(await confirmRefund(test.store, { ...unknown, refundKey: 'r', startedBy: 'stars' })).toBe('unknown');
    await expect(requestRefund(test.store, request(unknown))).rejects.toMatchObject({ code: 'LEDGER_CHARGE_UNKNOWN' });
    const placed = await order(test, bought.customer);
    const foreign = starsCharge(placed, bought.customer, { payload: 'a donation' });
    await recordCharge(test.store, foreign);
    await expect(requestRefund(test.store, request(foreign))).rejects.toMatchObject({ code: 'LEDGER_CHARGE_UNKNOWN' });
  });

  it('by one person keeps to his daily cap, also when he asks for many at once', async () => {
    const test = await openTestShop({ poolSize: 16 });
    const bought = await Promise.all(Array.from({ length: 6 }, () => paid(test)));
    const ask = (one: ChargeKey, requestedBy = 'tg:1'): Promise<string> =>
      requestRefund(test.store, request(one, { dailyCapMinor: 250n, requestedBy }));
    const asked = await Promise.allSettled(bought.slice(0, 5).map((one) => ask(one)));
    expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    expect(asked.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'LEDGER_REFUND_CAP' },
    });
    const last = bought.at(-1);
    if (last === undefined) throw new Error('nothing paid');
    await ask(last, 'tg:2');
    await test.passTime(day + 60);
    const again = await paid(test);
    await ask(again);
  });

  it('by one person is one in the days between, also when he asks for many at once', async () => {
    const test = await openTestShop({ poolSize: 16 });
    const anna = await newCustomer(test);
    const bought: Paid[] = [];
    for (let count = 0; count < 4; count++) bought.push(await paid(test, anna));
    const person = { shopId: test.shop.id, requestedBy: `customer:${anna.id}` };
    const ask = (one: ChargeKey): Promise<string> =>
      requestRefund(test.store, request(one, { ...person, paceDays: 30 }));
    const hasRefunded = (): Promise<boolean> => hasRefundedWithin(test.store, { ...person, days: 30 });
    expect(await hasRefunded()).toBe(false);
    const asked = await Promise.allSettled(bought.map(ask));
    const ids = asked.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    expect(ids).toHaveLength(1);
    expect(asked.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'LEDGER_REFUND_PACE' } });
    expect(await hasRefunded()).toBe(true);
    const others = bought.filter((_, index) => asked[index]?.status === 'rejected');
    const [second, third] = others;
    if (second === undefined || third === undefined) throw new Error('nothing is left to ask for');
    await refuseRefund(test.store, ids[0] ?? '', 'no');
    await ask(second);
    await expect(ask(third)).rejects.toMatchObject({ code: 'LEDGER_REFUND_PACE' });
    await test.passTime(30 * day + 60);
    await ask(third);
  });

  it('waits while refunds are paused, and may be asked for meanwhile', async () => {
    const test = await openTestShop();
    const bought = await paid(test);
    await pauseRefunds(test.store, test.shop.id, 'restore');
    expect((await getShop(test.store, test.shop.id)).refundsPausedAtMs).toBeTypeOf('number');
    await requestRefund(test.store, request(bought));
    await pauseRefunds(test.store, test.shop.id, undefined);
    expect((await getShop(test.store, test.shop.id)).refundsPausedAtMs).toBeUndefined();
  });
});

async function sumOf({ owner }: TestShop): Promise<bigint> {
  const { rows } = await owner.query<{ sum: string }>(
    `select coalesce(sum(amount_minor), 0) as sum from wayleave.refunds where state <> 'refused'`,
  );
  return BigInt(rows[0]?.sum ?? '0');
}
