import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  cancelOrder,
  confirmRefund,
  decideTransfer,
  expireOrders,
  extendSurplus,
  findOrder,
  findTransfer,
  openAttempt,
  openTransfers,
  placeOrder,
  recordCharge,
  requestRefund,
  submitReceipt,
  type CustomerRecord,
  type SubmittedReceipt,
} from '../../../src/ledger/index.ts';
import {
  newCustomer,
  openTestShop,
  order,
  starsCharge,
  type PlacedOrder,
  type TestShop,
} from '../../support/money/shop.ts';
import { day, planTerms } from '../../support/money/terms.ts';
import { charges, grantedSeconds, noticesOf, refunds, secondsLeft } from './money.ts';

let shop: TestShop;
let anna: CustomerRecord;

beforeEach(async () => {
  shop = await openTestShop();
  anna = await newCustomer(shop);
});

/** An order that can be paid with Stars, and by a transfer of 199 roubles. */
async function transferable(
  wanted: Parameters<typeof order>[2] = {},
  customer = anna,
): Promise<PlacedOrder & { readonly transfer: number }> {
  const placed = await order(shop, customer, wanted);
  const price = { currency: 'RUB', minorUnits: 19_900n } as const;
  const attempt = await openAttempt(shop.store, {
    orderId: placed.order.id,
    method: 'card',
    provider: 'manual',
    price,
  });
  return { ...placed, transfer: attempt.number };
}

function submit(
  placed: PlacedOrder & { readonly transfer: number },
  photo: { readonly uniqueId?: string; readonly sha256?: Uint8Array } = {},
): Promise<SubmittedReceipt> {
  const { id: orderId, customerId } = placed.order;
  const { uniqueId = randomUUID() } = photo;
  const picture = { fileId: `file of ${uniqueId}`, uniqueId, ...(photo.sha256 && { sha256: photo.sha256 }) };
  return submitReceipt(shop.store, {
    shopId: shop.shop.id,
    customerId,
    orderId,
    attempt: placed.transfer,
    photo: picture,
  });
}

function decide(
  { transfer }: SubmittedReceipt,
  decision: 'approved' | 'declined' = 'approved',
  by = 'admin:1',
): ReturnType<typeof decideTransfer> {
  return decideTransfer(shop.store, {
    shopId: shop.shop.id,
    transferId: transfer.id,
    decision,
    by,
    reason: 'not seen',
  });
}

const hour = 3_600;

describe('a receipt', () => {
  test('keeps its order open for as long as it waits', async () => {
    const placed = await transferable();
    const { isNew, transfer } = await submit(placed);
    expect(isNew).toBe(true);
    expect(transfer).toMatchObject({
      price: { currency: 'RUB', minorUnits: 19_900n },
      method: 'card',
      repeats: undefined,
    });
    await shop.passTime(30 * day);
    expect(await expireOrders(shop.store, shop.shop.id)).toStrictEqual([]);
    await cancelOrder(shop.store, anna.id, placed.order.id);
    expect(await findOrder(shop.store, shop.shop.id, placed.order.id)).toMatchObject({ state: 'pending' });
    expect(await openTransfers(shop.store, shop.shop.id)).toMatchObject([
      { id: transfer.id, customer: { name: 'Alice' } },
    ]);
  });

  test('sent again, the same or another picture, is the one that waits', async () => {
    const placed = await transferable();
    const all = await Promise.all(Array.from({ length: 8 }, () => submit(placed, { uniqueId: 'photo' })));
    const later = await submit(placed);
    expect(all.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(new Set([...all, later].map(({ transfer }) => transfer.id)).size).toBe(1);
    expect(later.isNew).toBe(false);
  });

  test('that was shown for another order is taken and marked, by name or by its bytes', async () => {
    const sha256 = new Uint8Array(32).fill(7);
    const first = await submit(await transferable(), { uniqueId: 'photo', sha256 });
    const boris = await newCustomer(shop);
    const byName = await submit(await transferable({}, boris), { uniqueId: 'photo' });
    const byBytes = await submit(await transferable({}, await newCustomer(shop)), { uniqueId: 'other', sha256 });
    const fresh = await submit(await transferable({}, await newCustomer(shop)));
    expect([byName, byBytes, fresh].map(({ transfer }) => transfer.repeats)).toStrictEqual([
      first.transfer.id,
      first.transfer.id,
      undefined,
    ]);
  });

  test('for two orders at the same moment is marked on one of them', async () => {
    const orders = await Promise.all([anna, await newCustomer(shop)].map((customer) => transferable({}, customer)));
    const both = await Promise.all(orders.map((placed) => submit(placed, { uniqueId: 'photo' })));
    expect(both.filter(({ transfer }) => transfer.repeats !== undefined)).toHaveLength(1);
  });

  test('waits with two others of the same customer at most, also when many come at once', async () => {
    const orders = [];
    for (const plan of ['a', 'b', 'c', 'd', 'e']) orders.push(await transferable({ terms: planTerms(plan) }));
    const outcomes = await Promise.allSettled(orders.map((placed) => submit(placed)));
    const taken = outcomes.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    expect(taken).toHaveLength(3);
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'LEDGER_TRANSFERS_WAITING' },
    });
    await submit(await transferable({}, await newCustomer(shop)));
    const [first] = taken;
    if (first === undefined) throw new Error('no receipt was taken');
    await decide(first, 'declined');
    expect(await submit(await transferable())).toMatchObject({ isNew: true });
  });

  test('for an order of somebody else, or one that is not paid so, is refused', async () => {
    const placed = await transferable();
    const boris = await newCustomer(shop);
    const photo = { fileId: 'file', uniqueId: 'photo' };
    const wanted = {
      shopId: shop.shop.id,
      customerId: anna.id,
      orderId: placed.order.id,
      attempt: placed.transfer,
      photo,
    };
    for (const changes of [{ customerId: boris.id }, { attempt: 1 }, { attempt: 9 }, { orderId: randomUUID() }]) {
      await expect(submitReceipt(shop.store, { ...wanted, ...changes })).rejects.toMatchObject({
        code: 'LEDGER_ORDER_UNKNOWN',
      });
    }
    expect(await openTransfers(shop.store, shop.shop.id)).toStrictEqual([]);
  });
});

describe('a decision about a receipt', () => {
  test('by ten admins at once on two replicas is one, and the others learn whose', async () => {
    const placed = await transferable();
    const receipt = await submit(placed);
    const replica = await shop.openReplica();
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        decideTransfer(index % 2 === 0 ? shop.store : replica, {
          shopId: shop.shop.id,
          transferId: receipt.transfer.id,
          decision: index % 3 === 0 ? 'declined' : 'approved',
          by: `admin:${String(index)}`,
        }),
      ),
    );
    const [winner, ...others] = outcomes.filter(({ isNew }) => isNew);
    expect(others).toStrictEqual([]);
    for (const { transfer } of outcomes) expect(transfer.decision).toStrictEqual(winner?.transfer.decision);
    const isApproved = winner?.transfer.decision?.kind === 'approved';
    expect(await charges(shop)).toHaveLength(isApproved ? 1 : 0);
    expect(await grantedSeconds(shop, placed.order.subscriptionId)).toBe(isApproved ? 30 * day : 0);
  });

  test('to approve pays the order in the name of the admin', async () => {
    const placed = await transferable();
    const receipt = await submit(placed);
    expect(await decide(receipt)).toMatchObject({
      isNew: true,
      charge: { disposition: 'granted', duplicate: false },
      transfer: { decision: { kind: 'approved', by: 'admin:1' }, orderState: 'paid' },
    });
    expect(await decide(receipt, 'approved')).toMatchObject({ isNew: false, charge: undefined });
    expect(await charges(shop)).toMatchObject([
      { chargeId: receipt.transfer.id, live: true, amountMinor: 19_900n, currency: 'RUB' },
    ]);
    const [entry] = await shop.store.query('select author from wayleave.ledger_entries');
    expect(entry).toStrictEqual({ author: 'admin:1' });
    expect(await openTransfers(shop.store, shop.shop.id)).toStrictEqual([]);
  });

  test('to decline tells why, and gives time to try again', async () => {
    const placed = await transferable();
    const receipt = await submit(placed);
    await shop.passTime(5 * day);
    await decide(receipt, 'declined');
    expect(await noticesOf(shop, anna.id, 'declined')).toStrictEqual([
      { orderId: placed.order.id, attempt: placed.transfer, reason: 'not seen' },
    ]);
    expect(await charges(shop)).toStrictEqual([]);
    await shop.passTime(hour / 2);
    expect(await expireOrders(shop.store, shop.shop.id)).toStrictEqual([]);
    const again = await submit(placed);
    expect(again.isNew).toBe(true);
    await decide(again, 'declined');
    await shop.passTime(hour + 1);
    expect(await expireOrders(shop.store, shop.shop.id)).toMatchObject([{ id: placed.order.id }]);
  });

  test.each(['expired', 'canceled'])(
    'counts for an order that is %s: late money buys what it was for',
    async (state) => {
      const placed = await transferable({ validMs: 60_000 });
      if (state === 'canceled') await cancelOrder(shop.store, anna.id, placed.order.id);
      await shop.passTime(hour);
      if (state === 'expired') await expireOrders(shop.store, shop.shop.id);
      const { charge } = await decide(await submit(placed));
      expect(charge?.disposition).toBe('granted');
      expect(await grantedSeconds(shop, placed.order.subscriptionId)).toBe(30 * day);
    },
  );

  test('in the moment of another payment grants once, and the second is one too many', async () => {
    for (let round = 0; round < 5; round += 1) {
      const customer = await newCustomer(shop);
      const placed = await transferable({}, customer);
      const receipt = await submit(placed);
      const [decided, recorded] = await Promise.all([
        decide(receipt),
        recordCharge(shop.store, starsCharge(placed, customer)),
      ]);
      expect(new Set([decided.charge?.disposition, recorded.disposition])).toStrictEqual(
        new Set(['granted', 'surplus']),
      );
      expect(await grantedSeconds(shop, placed.order.subscriptionId)).toBe(30 * day);
      // Stars go back by themselves; a transfer cannot, and the customer is asked.
      const asked = await noticesOf(shop, customer.id, 'surplus');
      expect(asked).toMatchObject([{ refundable: recorded.disposition === 'surplus' ? 1 : 0 }]);
    }
  });

  test('of another shop is refused', async () => {
    const receipt = await submit(await transferable());
    const verdict = { shopId: randomUUID(), transferId: receipt.transfer.id, decision: 'approved', by: 'x' } as const;
    await expect(decideTransfer(shop.store, verdict)).rejects.toMatchObject({ code: 'LEDGER_TRANSFER_UNKNOWN' });
    expect(await findTransfer(shop.store, shop.shop.id, receipt.transfer.id)).toMatchObject({ decision: undefined });
  });
});

describe('a second payment that cannot be sent back', () => {
  /** For a week, while a month was bought with Stars instead. */
  async function paidTwice(): Promise<{ readonly chargeId: string; readonly subscriptionId: string }> {
    const week = await transferable({ terms: planTerms('week', { lengthSeconds: 7 * day }) });
    const { subscriptionId } = week.order;
    const receipt = await submit(week);
    const { shopId } = week.order;
    const month = await placeOrder(shop.store, { shopId, customerId: anna.id, terms: planTerms(), validMs: 60_000 });
    expect(month.subscriptionId).toBe(subscriptionId);
    const price = { currency: 'XTR', minorUnits: 100n } as const;
    const attempt = await openAttempt(shop.store, { orderId: month.id, method: 'stars', provider: 'stars', price });
    await recordCharge(shop.store, starsCharge({ order: month, attempt }, anna));
    const { charge } = await decide(receipt);
    expect(charge?.disposition).toBe('surplus');
    return { chargeId: receipt.transfer.id, subscriptionId };
  }

  test('becomes the time that it was for after 72 hours, once, and the customer is told', async () => {
    const { subscriptionId } = await paidTwice();
    expect(await noticesOf(shop, anna.id, 'surplus')).toMatchObject([{ refundable: 0 }]);
    await shop.passTime(71 * hour);
    expect(await extendSurplus(shop.store, shop.shop.id)).toStrictEqual({ extended: 0, failures: [] });
    await shop.passTime(2 * hour);
    const runs = await Promise.all([1, 2, 3].map(() => extendSurplus(shop.store, shop.shop.id)));
    expect(runs.reduce((sum, { extended }) => sum + extended, 0)).toBe(1);
    expect(runs.flatMap(({ failures }) => failures)).toStrictEqual([]);
    expect(await grantedSeconds(shop, subscriptionId)).toBe(37 * day);
    expect(await noticesOf(shop, anna.id, 'granted')).toStrictEqual([{ lengthSeconds: 7 * day }]);
    expect(await charges(shop)).toMatchObject([{ settlement: null }, { settlement: 'extended' }]);
  });

  test('waits for a person who has taken it', async () => {
    const { subscriptionId, chargeId } = await paidTwice();
    await shop.store.query(`update wayleave.charges set owner = 'admin:2' where charge_id = $1`, [chargeId]);
    await shop.passTime(100 * hour);
    expect(await extendSurplus(shop.store, shop.shop.id)).toStrictEqual({ extended: 0, failures: [] });
    expect(await grantedSeconds(shop, subscriptionId)).toBe(30 * day);
  });

  test('waits when its refund was asked for', async () => {
    const { chargeId } = await paidTwice();
    await requestRefund(shop.store, {
      shopId: shop.shop.id,
      provider: 'manual',
      chargeId,
      requestedBy: 'anna',
      reason: '',
    });
    await shop.passTime(100 * hour);
    expect(await extendSurplus(shop.store, shop.shop.id)).toStrictEqual({ extended: 0, failures: [] });
  });

  test('that became time is taken back by a refund made by hand', async () => {
    const { chargeId, subscriptionId } = await paidTwice();
    await shop.passTime(73 * hour);
    await extendSurplus(shop.store, shop.shop.id);
    const before = await secondsLeft(shop, subscriptionId);
    const refund = { shopId: shop.shop.id, provider: 'manual', chargeId, refundKey: 'by hand', startedBy: 'admin:1' };
    expect(await confirmRefund(shop.store, refund)).toBe('confirmed');
    expect(before - (await secondsLeft(shop, subscriptionId))).toBeCloseTo(7 * day, -2);
    expect(await refunds(shop)).toMatchObject([{ state: 'confirmed', requestedBy: 'admin:1' }]);
  });
});
