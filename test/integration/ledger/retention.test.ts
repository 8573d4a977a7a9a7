import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  cancelOrder,
  claimNotices,
  claimUnshownTransfers,
  concludeNotice,
  customerOfCopy,
  decideTransfer,
  expireOrders,
  findCustomer,
  findOrder,
  forget,
  forgetfulTables,
  listQueue,
  noteJobSuccess,
  openAttempt,
  placeOrder,
  recordCharge,
  recordSupportCopy,
  recordTransferMessage,
  requestRefund,
  settleCharge,
  submitReceipt,
  supportCopiesOf,
  type CustomerRecord,
  type ForgetfulTable,
  type ForgettingPlace,
} from '../../../src/ledger/index.ts';
import { StoreError } from '../../../src/store/index.ts';
import { newCustomer, openTestShop, order, starsCharge, type TestShop } from '../../support/money/shop.ts';
import { day, planTerms } from '../../support/money/terms.ts';
import { WatchedStore } from '../../support/watched-store.ts';

let test: TestShop;
let alice: CustomerRecord;

beforeEach(async () => {
  test = await openTestShop();
  alice = await newCustomer(test);
});

const forgetAll = async (table: ForgetfulTable, limit = 1000, store = test.store): Promise<number> =>
  (await forget(store, test.shop.id, table, { limit })).rows;

const isThere = async (orderId: string): Promise<boolean> =>
  (await findOrder(test.store, test.shop.id, orderId)) !== undefined;

/** Telegram's books were read to their end. */
const readBooks = (): Promise<number> => noteJobSuccess(test.store, test.shop.id, 'reconcile-stars');

/** An order for a subscription of its own, so that it supersedes no other. */
async function anOrder(): Promise<Awaited<ReturnType<typeof order>>> {
  return order(test, await newCustomer(test));
}

async function count(table: string): Promise<number> {
  const { rows } = await test.owner.query<{ count: number }>(
    `select count(*)::integer as count from wayleave.${table}`,
  );
  return rows[0]?.count ?? Number.NaN;
}

/** Lets so many days pass, with the provider's books read every day. */
async function live(days: number): Promise<void> {
  await test.passTime(days * day);
  await expireOrders(test.store, test.shop.id);
  await readBooks();
}

describe('an order that nobody paid', () => {
  it('goes 90 days after it was closed, with the ways to pay it, however it was closed', async () => {
    const expired = await anOrder();
    const canceled = await order(test, alice);
    await cancelOrder(test.store, alice.id, canceled.order.id);
    await live(1);
    const pending = await order(test, await newCustomer(test), { validMs: 365 * day * 1000 });
    await live(89);
    // The canceled one was closed a day before the other.
    expect(await forgetAll('orders')).toBe(1);
    expect(await isThere(canceled.order.id)).toBe(false);
    await live(1);
    expect(await forgetAll('orders')).toBe(1);
    expect(await isThere(expired.order.id)).toBe(false);
    await live(200);
    expect(await forgetAll('orders')).toBe(0);
    expect(await isThere(pending.order.id)).toBe(true);
    expect(await count('attempts')).toBe(1);
  });

  it('stays for as long as its provider may still tell of a payment, which then grants it', async () => {
    const away = await anOrder();
    await live(1);
    // Nobody reads the books for half a year: the bot is away.
    await test.passTime(180 * day);
    expect(await forgetAll('orders')).toBe(0);
    const payer = await customerOf(away.order.customerId);
    const late = starsCharge(away, payer, { source: 'reconciliation' });
    expect(await recordCharge(test.store, late)).toMatchObject({ disposition: 'granted' });
    await readBooks();
    await live(200);
    expect(await forgetAll('orders')).toBe(0);
    expect(await isThere(away.order.id)).toBe(true);
  });

  it('stays where nobody reads the books of a provider that it could have been paid with', async () => {
    const { order: placed } = await anOrder();
    const price = { currency: 'RUB', minorUnits: 100n } as const;
    await openAttempt(test.store, { orderId: placed.id, method: 'acquirer', provider: 'acquirer', price });
    await live(1);
    await live(400);
    expect(await forgetAll('orders')).toBe(0);
    await noteJobSuccess(test.store, test.shop.id, 'reconcile-acquirer');
    expect(await forgetAll('orders')).toBe(1);
  });

  it('stays when money or a receipt refers to it, and with it the order that took its place', async () => {
    const mismatch = await anOrder();
    const payer = await customerOf(mismatch.order.customerId);
    await recordCharge(test.store, starsCharge(mismatch, payer, { amountMinor: 1n }));
    const next = await placeOrder(test.store, {
      shopId: test.shop.id,
      customerId: payer.id,
      terms: planTerms('year'),
      validMs: 60_000,
    });
    const receipt = await transferOf(alice);
    await decideTransfer(test.store, { ...receipt, decision: 'declined', by: 'admin:1', reason: 'not seen' });
    await live(1);
    await live(400);
    expect((await findOrder(test.store, test.shop.id, mismatch.order.id))?.state).toBe('superseded');
    expect(await forgetAll('orders')).toBe(0);
    expect(await isThere(next.id)).toBe(true);
    expect(await count('charges')).toBe(1);
    expect(await count('transfers')).toBe(1);
  });

  it('goes from the oldest on where one took the place of another', async () => {
    for (const plan of ['week', 'month', 'year']) await order(test, alice, { terms: planTerms(plan) });
    await live(1);
    await live(400);
    expect([await forgetAll('orders'), await forgetAll('orders'), await forgetAll('orders')]).toEqual([1, 1, 1]);
    expect(await count('orders')).toBe(0);
  });

  it('leaves a payment that comes all the same to a person, once, who can send it back', async () => {
    const placed = await order(test, alice);
    await live(1);
    await live(100);
    expect(await forgetAll('orders')).toBe(1);
    const charge = starsCharge(placed, alice);
    expect(await recordCharge(test.store, charge)).toEqual({
      disposition: 'orphan',
      duplicate: false,
      orderId: undefined,
    });
    expect(await recordCharge(test.store, charge)).toMatchObject({ disposition: 'orphan', duplicate: true });
    const queue = await listQueue(test.store, test.shop.id, 'orphan', { limit: 5 });
    expect(queue.map(({ chargeId }) => chargeId)).toEqual([charge.chargeId]);
    await settleCharge(test.store, charge, { kind: 'refund' }, { author: 'admin:1', reason: 'nothing to buy' });
    expect(await count(`outbox where topic = 'refund'`)).toBe(1);
  });

  it('is left alone while a payment is being recorded, and is found paid afterwards', async () => {
    const placed = await order(test, alice);
    await live(1);
    await live(100);
    let forgotten: number | undefined;
    const store = new WatchedStore(test.store, async (text) => {
      if (forgotten !== undefined || !text.includes('for no key update of o')) return;
      forgotten = await forgetAll('orders');
    });
    expect(await recordCharge(store, starsCharge(placed, alice))).toMatchObject({ disposition: 'granted' });
    expect(forgotten).toBe(0);
    expect(await forgetAll('orders')).toBe(0);
    expect(await isThere(placed.order.id)).toBe(true);
  });

  it('goes wholly or not at all when the process vanishes in the middle', async () => {
    const placed = await order(test, alice);
    await live(1);
    await live(100);
    for (const after of ['for update of o skip locked', 'delete from wayleave.orders']) {
      const store = new WatchedStore(test.store, async (text) => {
        if (!text.includes(after)) return;
        await test.owner.query(
          `select pg_terminate_backend(pid) from pg_stat_activity
           where datname = current_database() and state = 'idle in transaction'`,
        );
      });
      await expect(forgetAll('orders', 1000, store)).rejects.toBeInstanceOf(StoreError);
      expect(await isThere(placed.order.id)).toBe(true);
      expect(await count('attempts')).toBe(1);
    }
    expect(await forgetAll('orders')).toBe(1);
    expect(await count('attempts')).toBe(0);
  });

  it('goes behind others that stay, each of which is looked at once in a run', async () => {
    const placed: string[] = [];
    for (let index = 0; index < 6; index += 1) placed.push((await anOrder()).order.id);
    await live(1);
    await live(100);
    // The four oldest could have been paid with somebody whose books nobody reads.
    await test.owner.query(`update wayleave.attempts set provider = 'gone' where order_id = any($1)`, [
      placed.slice(0, 4),
    ]);
    const looks: number[] = [];
    let place: ForgettingPlace | undefined;
    for (let more = true; more;) {
      const wanted = { limit: 2, ...(place === undefined ? {} : { place }) };
      const forgotten = await forget(test.store, test.shop.id, 'orders', wanted);
      ({ more, place } = forgotten);
      looks.push(forgotten.rows);
    }
    expect(looks).toEqual([0, 0, 2, 0]);
    expect(await Promise.all(placed.map(isThere))).toEqual([true, true, true, true, false, false]);
  });

  it('goes in batches, and once where two replicas do it at a time', async () => {
    for (let index = 0; index < 5; index += 1) await anOrder();
    await live(1);
    await live(100);
    expect(await forgetAll('orders', 2)).toBe(2);
    const replica = await test.openReplica();
    const both = await Promise.all([forgetAll('orders'), forgetAll('orders', 1000, replica)]);
    expect(both.reduce((sum, rows) => sum + rows, 0)).toBe(3);
    expect(await count('orders')).toBe(0);
  });
});

describe('what a customer was told', () => {
  it('goes 90 days after it was sent or dropped, is told to nobody again, and waits for as long as it has to', async () => {
    const placed = await order(test, alice);
    const charge = starsCharge(placed, alice);
    await recordCharge(test.store, charge);
    const [sent] = (await claimNotices(test.store, test.shop.id, { limit: 1, leaseMs: 60_000 })).notices;
    if (sent === undefined) throw new Error('nothing to send');
    await concludeNotice(test.store, sent, 'sent');
    const waiting = await order(test, alice, { subscriptionId: placed.order.subscriptionId });
    await recordCharge(test.store, starsCharge(waiting, alice));
    await test.passTime(89 * day);
    expect(await forgetAll('notices')).toBe(0);
    await test.passTime(2 * day);
    expect(await forgetAll('notices')).toBe(1);
    // Telegram says it once more, and the books too.
    await recordCharge(test.store, charge);
    const { rows } = await test.owner.query('select state from wayleave.notices');
    expect(rows).toEqual([{ state: 'waiting' }]);
  });
});

describe('what passed between a customer and support', () => {
  const copy = { adminChatId: 1, adminMessageId: 2, customerMessageId: 3 };

  it('goes 90 days later, and is there when the message comes again the day after', async () => {
    const known = { ...copy, shopId: test.shop.id, customerId: alice.id };
    await recordSupportCopy(test.store, known);
    await test.passTime(2 * day);
    expect(await forgetAll('support_messages')).toBe(0);
    expect(await supportCopiesOf(test.store, known)).toEqual(new Set([1]));
    await test.passTime(89 * day);
    expect(await forgetAll('support_messages')).toBe(1);
    expect(await customerOfCopy(test.store, known)).toBeUndefined();
  });
});

describe('where admins see a receipt', () => {
  it('goes 90 days after the decision stands there; until then nobody is shown it twice', async () => {
    const receipt = await transferOf(alice);
    const [shown, blocked] = await claimUnshownTransfers(test.store, test.shop.id, [11, 12]);
    if (shown === undefined || blocked === undefined) throw new Error('nothing to show');
    await recordTransferMessage(test.store, shown, 77);
    await recordTransferMessage(test.store, blocked, undefined);
    await test.passTime(100 * day);
    expect(await forgetAll('transfer_messages')).toBe(0);
    expect(await claimUnshownTransfers(test.store, test.shop.id, [11, 12])).toEqual([]);
    await decideTransfer(test.store, { ...receipt, decision: 'declined', by: 'admin:1', reason: 'not seen' });
    // The first message does not say so yet.
    expect(await forgetAll('transfer_messages')).toBe(1);
    await test.owner.query('update wayleave.transfer_messages set closed_at = wayleave.wall_clock()');
    await test.passTime(91 * day);
    expect(await forgetAll('transfer_messages')).toBe(1);
    expect(await claimUnshownTransfers(test.store, test.shop.id, [11, 12])).toEqual([]);
    expect(await count('transfers')).toBe(1);
  });
});

describe('marks of traffic', () => {
  it('go 90 days later once another period has begun; those of the present one stay', async () => {
    const placed = await order(test, alice);
    await recordCharge(test.store, starsCharge(placed, alice));
    const { subscriptionId } = placed.order;
    const { owner } = test;
    await owner.query(
      `insert into wayleave.usage_baselines (subscription_id, up, down, reset_at, reason)
       values ($1, 0, 0, '2026-01-01T00:00:00Z', 'a test')`,
      [subscriptionId],
    );
    await owner.query(
      `insert into wayleave.traffic_marks (subscription_id, percent, since, created_at, noticed_at)
       select $1, 80, since, wayleave.wall_clock(), wayleave.wall_clock()
       from unnest('{2025-12-01T00:00:00Z,2026-01-01T00:00:00Z}'::timestamptz[]) as since`,
      [subscriptionId],
    );
    expect(await forgetAll('traffic_marks')).toBe(0);
    await test.passTime(91 * day);
    expect(await forgetAll('traffic_marks')).toBe(1);
    const { rows } = await owner.query('select since from wayleave.traffic_marks');
    expect(rows).toEqual([{ since: new Date('2026-01-01') }]);
  });
});

it('never touches what money is made of, or another shop', async () => {
  const placed = await order(test, alice);
  const charge = starsCharge(placed, alice);
  await recordCharge(test.store, charge);
  await requestRefund(test.store, { ...charge, amountMinor: 10n, requestedBy: 'admin:1', reason: 'a test' });
  const kept = ['charges', 'refunds', 'ledger_entries', 'audit', 'transfers', 'customers', 'subscriptions'];
  const receipt = await transferOf(await newCustomer(test));
  await decideTransfer(test.store, { ...receipt, decision: 'approved', by: 'admin:1' });
  await test.owner.query(`update wayleave.notices set state = 'sent', closed_at = wayleave.wall_clock()`);
  await live(1);
  await live(1000);
  const before = await Promise.all(kept.map(count));
  for (const table of forgetfulTables)
    expect(await forget(test.store, randomUUID(), table, { limit: 1000 })).toMatchObject({ rows: 0, more: false });
  for (const table of forgetfulTables) await forgetAll(table);
  expect(await count('notices')).toBe(0);
  expect(await Promise.all(kept.map(count))).toEqual(before);
  expect(await isThere(placed.order.id)).toBe(true);
  expect(await recordCharge(test.store, charge)).toMatchObject({ disposition: 'granted', duplicate: true });
});

async function customerOf(customerId: string): Promise<CustomerRecord> {
  const found = await findCustomer(test.store, test.shop.id, { id: customerId });
  if (found === undefined) throw new Error('no such customer');
  return found;
}

/** A receipt that waits for a decision. */
async function transferOf(customer: CustomerRecord): Promise<{ readonly shopId: string; readonly transferId: string }> {
  const { order: placed } = await order(test, customer);
  const price = { currency: 'RUB', minorUnits: 19_900n } as const;
  const asked = { orderId: placed.id, method: 'card', provider: 'manual', price };
  const { number: attempt } = await openAttempt(test.store, asked);
  const photo = { fileId: 'a picture', uniqueId: randomUUID() };
  const { transfer } = await submitReceipt(test.store, {
    shopId: test.shop.id,
    customerId: customer.id,
    orderId: placed.id,
    attempt,
    photo,
  });
  return { shopId: test.shop.id, transferId: transfer.id };
}
