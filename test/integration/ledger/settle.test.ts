import { describe, expect, it } from 'vitest';
import {
  banCustomer,
  claimWork,
  confirmRefund,
  readEntries,
  recordCharge,
  requestRefund,
  settleCharge,
  subscriptionsOf,
  writePayload,
  type ChargeKey,
  type VerifiedCharge,
} from '../../../src/ledger/index.ts';
import { newCustomer, openTestShop, order, starsCharge, type TestShop } from '../../support/money/shop.ts';
import { day, planTerms } from '../../support/money/terms.ts';

const by = { author: 'tg:1', reason: 'a test' };

interface Settled {
  readonly settlement: string | null;
  readonly queued: boolean;
}

async function stateOf({ owner }: TestShop, { chargeId }: ChargeKey): Promise<Settled> {
  const { rows } = await owner.query<Settled>(
    'select settlement, settled_at is null as queued from wayleave.charges where charge_id = $1',
    [chargeId],
  );
  if (rows[0] === undefined) throw new Error('no charge');
  return rows[0];
}

async function lengthsOf(test: TestShop, subscriptionId: string): Promise<number[]> {
  const entries = await readEntries(test.store, subscriptionId);
  return entries.flatMap((entry) => (entry.kind === 'grant' ? [entry.lengthSeconds] : []));
}

/** A charge of 100 Stars that bought nothing. */
async function queued(
  test: TestShop,
  changes: Partial<VerifiedCharge>,
): Promise<{ readonly charge: VerifiedCharge; readonly subscriptionId: string; readonly customerId: string }> {
  const alice = await newCustomer(test);
  const placed = await order(test, alice);
  const charge = starsCharge(placed, alice, changes);
  await recordCharge(test.store, charge);
  return { charge, subscriptionId: placed.order.subscriptionId, customerId: alice.id };
}

describe('a charge that bought nothing', () => {
  it('is decided once by two people at once', async () => {
    const test = await openTestShop();
    const { charge } = await queued(test, { payer: '1' });
    const outcomes = await Promise.allSettled([
      settleCharge(test.store, charge, { kind: 'dismiss' }, by),
      settleCharge(test.store, charge, { kind: 'dismiss' }, { ...by, author: 'tg:2' }),
    ]);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'LEDGER_CHARGE_SETTLED' },
    });
    expect(await stateOf(test, charge)).toEqual({ settlement: 'dismissed', queued: false });
  });

  it('that was sent back leaves the queue when the provider says so', async () => {
    const test = await openTestShop();
    const { charge } = await queued(test, { payer: '1' });
    await settleCharge(test.store, charge, { kind: 'refund' }, by);
    expect(await stateOf(test, charge)).toEqual({ settlement: null, queued: true });
    const [work] = await claimWork(test.store, 'refund', { limit: 1, leaseMs: 1000 });
    await confirmRefund(test.store, { ...charge, refundKey: work?.key ?? '', startedBy: 'tg:1' });
    expect(await stateOf(test, charge)).toEqual({ settlement: 'refunded', queued: false });
  });

  it('is not turned into time while it is on its way back', async () => {
    const test = await openTestShop();
    const { charge } = await queued(test, { payer: '1' });
    await requestRefund(test.store, { ...charge, requestedBy: 'tg:1', reason: '' });
    for (const kind of ['extend', 'dismiss'] as const) {
      await expect(settleCharge(test.store, charge, { kind }, by)).rejects.toMatchObject({
        code: 'LEDGER_CHARGE_SETTLED',
      });
    }
  });

  it('begins the subscription of its order where there is none yet', async () => {
    const test = await openTestShop();
    const { charge, subscriptionId, customerId } = await queued(test, { payer: '1' });
    await settleCharge(test.store, charge, { kind: 'extend' }, by);
    expect(await subscriptionsOf(test.store, customerId)).toMatchObject([{ id: subscriptionId, expired: false }]);
    expect(await lengthsOf(test, subscriptionId)).toEqual([30 * day]);
    expect(await stateOf(test, charge)).toEqual({ settlement: 'extended', queued: false });
  });

  it.each([
    ['half of the price', 50n, 15],
    ['twice the price', 200n, 60],
  ] as const)('of %s buys as much time', async (_, amountMinor, days) => {
    const test = await openTestShop();
    const { charge, subscriptionId } = await queued(test, { amountMinor });
    await settleCharge(test.store, charge, { kind: 'extend' }, by);
    expect(await lengthsOf(test, subscriptionId)).toEqual([days * day]);
  });

  it('of a second payment buys what its own order was for', async () => {
    const test = await openTestShop();
    const alice = await newCustomer(test);
    const month = await order(test, alice);
    const week = await order(test, alice, { terms: planTerms('week', { lengthSeconds: 7 * day }) });
    await recordCharge(test.store, starsCharge(week, alice));
    const late = starsCharge(month, alice, { refundable: false });
    expect(await recordCharge(test.store, late)).toMatchObject({ disposition: 'surplus' });
    await settleCharge(test.store, late, { kind: 'extend' }, by);
    expect(await lengthsOf(test, week.order.subscriptionId)).toEqual([7 * day, 30 * day]);
  });

  it('of an orphan extends what a person names, and its refund takes that back', async () => {
    const test = await openTestShop();
    const alice = await newCustomer(test);
    const placed = await order(test, alice);
    await recordCharge(test.store, starsCharge(placed, alice));
    const payload = writePayload({ shopId: test.shop.id, orderId: alice.id, attempt: 1 });
    const orphan = starsCharge(placed, alice, { payload });
    await recordCharge(test.store, orphan);
    await expect(settleCharge(test.store, orphan, { kind: 'extend' }, by)).rejects.toMatchObject({
      code: 'LEDGER_SUBSCRIPTION_UNKNOWN',
    });
    const { subscriptionId } = placed.order;
    await settleCharge(test.store, orphan, { kind: 'extend', subscriptionId }, by);
    expect(await subscriptionsOf(test.store, alice.id)).toMatchObject([{ expired: false }]);
    await confirmRefund(test.store, { ...orphan, refundKey: 'theirs', startedBy: 'stars' });
    const entries = await readEntries(test.store, subscriptionId);
    expect(entries.at(-1)).toMatchObject({ kind: 'reversal', target: entries[1]?.id });
  });

  it('of test money never buys time in a live shop', async () => {
    const test = await openTestShop();
    const { charge } = await queued(test, { live: false });
    await expect(settleCharge(test.store, charge, { kind: 'extend' }, by)).rejects.toMatchObject({
      code: 'LEDGER_SHOP_MODE',
    });
  });

  it('never buys time for the banned', async () => {
    const test = await openTestShop();
    const { charge, customerId } = await queued(test, { payer: '1' });
    await banCustomer(test.store, test.shop.id, customerId, { by: 'tg:1', reason: 'fraud' });
    await expect(settleCharge(test.store, charge, { kind: 'extend' }, by)).rejects.toMatchObject({
      code: 'LEDGER_CUSTOMER_BANNED',
    });
  });

  it('is no granted and no foreign one', async () => {
    const test = await openTestShop();
    const granted = await queued(test, {});
    const foreign = await queued(test, { payload: 'a donation' });
    for (const { charge } of [granted, foreign]) {
      await expect(settleCharge(test.store, charge, { kind: 'dismiss' }, by)).rejects.toMatchObject({
        code: 'LEDGER_CHARGE_SETTLED',
      });
    }
    await expect(
      settleCharge(test.store, { ...granted.charge, chargeId: 'nothing' }, { kind: 'dismiss' }, by),
    ).rejects.toMatchObject({ code: 'LEDGER_CHARGE_UNKNOWN' });
  });
});
