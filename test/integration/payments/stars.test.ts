import { beforeEach, describe, expect, test } from 'vitest';
import { pauseRefunds, requestRefund } from '../../../src/ledger/index.ts';
import { day } from '../../support/money/terms.ts';
import { charges, grantedSeconds, noticesOf, refunds, secondsLeft } from './money.ts';
import { invoiced, newBuyer, openStarsShop, paid, payloadOf, type Buyer, type StarsShop } from './stars-shop.ts';

let shop: StarsShop;
let anna: Buyer;

beforeEach(async () => {
  shop = await openStarsShop();
  anna = await newBuyer(shop);
});

describe('a payment in Stars', () => {
  test('whose message is lost is found in the books, and is the same charge', async () => {
    const told = await invoiced(shop, anna);
    await paid(shop, anna.person);
    shop.loses = true;
    const other = await newBuyer(shop, 'Boris');
    const lost = await invoiced(shop, other);
    await paid(shop, other.person);
    expect(await charges(shop)).toHaveLength(1);

    expect(await shop.reconcile()).toBe('done');

    const [byUpdate, byBooks] = await charges(shop);
    expect(byUpdate).toMatchObject({ orderId: told.order.id, disposition: 'granted', source: 'update' });
    expect(byBooks).toMatchObject({
      orderId: lost.order.id,
      disposition: 'granted',
      source: 'reconciliation',
      payer: String(other.person.id),
      amountMinor: 100n,
      currency: 'XTR',
      live: false,
    });
    expect(await grantedSeconds(shop, lost.order.subscriptionId)).toBe(30 * day);
    expect(await shop.registry.getSingleMetricAsString('wayleave_reconciliation_findings_total')).toContain(
      'wayleave_reconciliation_findings_total{provider="stars",finding="charge"} 1',
    );
  });

  test('that the books repeat at the same moment grants once', async () => {
    const { order } = await invoiced(shop, anna);
    await Promise.all([paid(shop, anna.person), shop.reconcile(), shop.reconcile()]);
    await Promise.all([shop.reconcile(), shop.reconcile(), shop.reconcile()]);
    expect(await charges(shop)).toHaveLength(1);
    expect(await grantedSeconds(shop, order.subscriptionId)).toBe(30 * day);
    expect(await refunds(shop)).toStrictEqual([]);
  });

  test('has the same facts whether told of or found', async () => {
    await invoiced(shop, anna);
    await paid(shop, anna.person);
    const [told] = await charges(shop);
    const report = await shop.provider.poll('');
    expect(report.charges).toStrictEqual([
      expect.objectContaining({
        chargeId: told?.chargeId,
        payer: told?.payer,
        amountMinor: told?.amountMinor,
        currency: told?.currency,
        live: told?.live,
        paidAtMs: told?.paidAtMs,
        refundable: true,
        recurring: false,
      }),
    ]);
  });

  test('of a forwarded invoice by somebody else buys nothing, and does not disturb the order', async () => {
    const { order } = await invoiced(shop, anna, { startParameter: '' });
    const boris = await newBuyer(shop, 'Boris');
    const copy = anna.person.forwards(anna.person.lastMessage, boris.person);
    await paid(shop, boris.person, copy);
    expect(await charges(shop)).toMatchObject([{ disposition: 'mismatch', payer: String(boris.person.id) }]);
    expect(await grantedSeconds(shop, order.subscriptionId)).toBe(0);
    await paid(shop, anna.person);
    expect(await grantedSeconds(shop, order.subscriptionId)).toBe(30 * day);
  });

  test('cannot be made with a copy of the invoice that we ask for', async () => {
    await invoiced(shop, anna);
    const boris = await newBuyer(shop, 'Boris');
    const copy = anna.person.forwards(anna.person.lastMessage, boris.person);
    expect(copy.keyboard.flat()).toMatchObject([{ url: expect.stringContaining('start=shop') as string }]);
    expect(copy.keyboard.flat().some((button) => 'pay' in button && button.pay)).toBe(false);
  });

  test.each(['wl1.nonsense', 'bytes \u0000 that Postgres refuses', 'wl1.'.padEnd(120, 'f')])(
    'with %j as payload is recorded, and holds nothing up',
    async (payload) => {
      shop.loses = true;
      await invoiced(shop, anna, { payload });
      await paid(shop, anna.person);
      const { order } = await invoiced(shop, anna);
      await paid(shop, anna.person);
      await shop.reconcile();
      const dispositions = (await charges(shop)).map(({ disposition }) => disposition);
      expect(dispositions.toSorted()).toStrictEqual(['foreign', 'granted']);
      expect(await grantedSeconds(shop, order.subscriptionId)).toBe(30 * day);
    },
  );

  test('before the shop began is none of its own, unless its mark says so', async () => {
    shop.loses = true;
    shop.telegramAheadSeconds = -3600;
    await invoiced(shop, anna, { payload: 'of another program' });
    await paid(shop, anna.person);
    await shop.reconcile();
    expect(await charges(shop)).toStrictEqual([]);
    await invoiced(shop, anna);
    await paid(shop, anna.person);
    await shop.reconcile();
    expect(await charges(shop)).toMatchObject([{ disposition: 'granted' }]);
  });

  test('that cannot be recorded yet holds nobody up and is not left behind', async () => {
    shop.loses = true;
    await invoiced(shop, anna);
    const bad = await paid(shop, anna.person);
    await shop.owner.query(`
      create function wayleave.refuse() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$;
      create trigger refuse before insert on wayleave.charges for each row when (new.charge_id = '${bad}')
        execute function wayleave.refuse()`);
    const boris = await newBuyer(shop, 'Boris');
    const { order } = await invoiced(shop, boris);
    await paid(shop, boris.person);

    await expect(shop.reconcile()).rejects.toMatchObject({ code: 'PAYMENT_UNRECORDED', retry: 'later' });
    expect(await grantedSeconds(shop, order.subscriptionId)).toBe(30 * day);

    await shop.owner.query('drop trigger refuse on wayleave.charges');
    expect(await shop.reconcile()).toBe('done');
    expect((await charges(shop)).map(({ disposition }) => disposition)).toStrictEqual(['granted', 'granted']);
  });
});

describe('a payment that Telegram collects by itself', () => {
  async function subscribed(): Promise<{
    readonly subscriptionId: string;
    readonly link: string;
    readonly first: string;
  }> {
    const placed = await invoiced(shop, anna);
    const prices = [{ label: '30 days', amount: 100 }];
    const link = await shop.bot.api.createInvoiceLink('30 days', 'All', payloadOf(placed), '', 'XTR', prices, {
      subscription_period: 2_592_000,
    });
    const first = await paid(shop, anna.person, link);
    return { subscriptionId: placed.order.subscriptionId, link, first };
  }

  async function renewed(first: string): Promise<void> {
    const before = shop.told;
    shop.telegram.stars.renewSubscription(first);
    await shop.telegram.until(() => shop.told > before && shop.telegram.pendingUpdates.length === 0);
  }

  test.each([
    ['told of', { first: false, renewals: false }],
    ['found in the books', { first: false, renewals: true }],
    ['found in the books together with the first', { first: true, renewals: true }],
    ['told of before the first is found', { first: true, renewals: false }],
  ])('extends the same subscription by an order of its own when %s', async (_, loses) => {
    shop.loses = loses.first;
    const { subscriptionId, first } = await subscribed();
    shop.loses = loses.renewals;
    for (const months of [1, 2]) {
      shop.telegramAheadSeconds = months * 30 * day;
      await renewed(first);
    }
    await shop.reconcile();
    await shop.reconcile();
    const recorded = await charges(shop);
    expect(recorded.map(({ disposition }) => disposition)).toStrictEqual(['granted', 'granted', 'granted']);
    expect(new Set(recorded.map(({ orderId }) => orderId)).size).toBe(3);
    expect(await grantedSeconds(shop, subscriptionId)).toBe(90 * day);
    expect(await refunds(shop)).toStrictEqual([]);
  });

  test.each([false, true])('and a second one at once goes back, lost: %s', async (loses) => {
    const { subscriptionId, link } = await subscribed();
    shop.loses = loses;
    await paid(shop, anna.person, link);
    await shop.reconcile();
    expect((await charges(shop)).map(({ disposition }) => disposition)).toStrictEqual(['granted', 'surplus']);
    expect(await refunds(shop)).toMatchObject([{ state: 'requested' }]);
    expect(await grantedSeconds(shop, subscriptionId)).toBe(30 * day);
  });
});

describe('a refund of Stars', () => {
  async function bought(): Promise<{ readonly chargeId: string; readonly subscriptionId: string }> {
    const { order } = await invoiced(shop, anna);
    const chargeId = await paid(shop, anna.person);
    expect(await secondsLeft(shop, order.subscriptionId)).toBeGreaterThan(29 * day);
    return { chargeId, subscriptionId: order.subscriptionId };
  }

  async function asked(chargeId: string): Promise<void> {
    await requestRefund(shop.store, {
      shopId: shop.shop.id,
      provider: 'stars',
      chargeId,
      requestedBy: 'anna',
      reason: '',
    });
  }

  test('by Telegram ends access, also when only the books tell', async () => {
    const { chargeId, subscriptionId } = await bought();
    shop.loses = true;
    shop.telegram.stars.refundFromTelegram(chargeId);
    await shop.reconcile();
    await shop.reconcile();
    expect(await secondsLeft(shop, subscriptionId)).toBe(0);
    expect(await refunds(shop)).toMatchObject([{ state: 'confirmed', requestedBy: 'stars' }]);
    expect(await noticesOf(shop, anna.customer.id, 'refunded')).toHaveLength(1);
  });

  test('of a payment that was lost as well leaves neither time nor a gap', async () => {
    shop.loses = true;
    const { order } = await invoiced(shop, anna);
    shop.telegram.stars.refundFromTelegram(await paid(shop, anna.person));
    await shop.reconcile();
    expect(await charges(shop)).toMatchObject([{ disposition: 'granted', refundedMinor: 100n }]);
    expect(await secondsLeft(shop, order.subscriptionId)).toBe(0);
  });

  test('whose answer is lost is sent once', async () => {
    const { chargeId, subscriptionId } = await bought();
    await asked(chargeId);
    // Telegram's word that it is refunded would be as good as the answer.
    shop.telegram.pauseDelivery();
    shop.telegram.faults.calls.add({ fault: { kind: 'reset' }, method: 'refundStarPayment', times: 1 });
    const worker = shop.refundWorker();
    expect(await worker.workOff()).toBe(1);
    expect(await secondsLeft(shop, subscriptionId)).toBeGreaterThan(0);
    await shop.passTime(600);
    expect(await worker.workOff()).toBe(1);
    expect(await refunds(shop)).toMatchObject([{ state: 'confirmed', requestedBy: 'anna' }]);
    expect(shop.telegram.stars.transactions).toHaveLength(2);
    expect(shop.telegram.stars.balance).toBe(0);
    expect(await secondsLeft(shop, subscriptionId)).toBe(0);
    expect(await worker.workOff()).toBe(0);
  });

  test.each(['refund.before-send', 'refund.after-send', 'refund.after-confirm'] as const)(
    'whose sender dies at %s is finished by another replica',
    async (point) => {
      const { chargeId } = await bought();
      await asked(chargeId);
      // A killed process neither finishes nor postpones: its claim just runs out.
      const dead = shop.refundWorker((name) => (name === point ? new Promise<never>(() => undefined) : undefined));
      void dead.workOff();
      await expect.poll(async () => (await claims()).length).toBe(1);
      await shop.telegram.until(() => point === 'refund.before-send' || shop.telegram.stars.balance === 0);
      await shop.passTime(120);
      await shop.refundWorker().workOff();
      await expect.poll(async () => (await claims()).length).toBe(0);
      expect(await refunds(shop)).toMatchObject([{ state: 'confirmed' }]);
      expect(shop.telegram.stars.transactions).toHaveLength(2);
    },
  );

  function claims(): Promise<object[]> {
    return shop.store.query(`select key from wayleave.outbox where topic = 'refund' and claim is not null`);
  }

  test('from both sides at once is one', async () => {
    const { chargeId, subscriptionId } = await bought();
    await asked(chargeId);
    const ours = [shop.refundWorker().workOff(), shop.refundWorker().workOff(), shop.reconcile()];
    // Telegram does not wait for us; where we were first it has nothing to give back.
    if (shop.telegram.stars.balance > 0) shop.telegram.stars.refundFromTelegram(chargeId);
    await Promise.all(ours);
    await shop.passTime(600);
    await shop.refundWorker().workOff();
    await shop.reconcile();
    expect((await refunds(shop)).filter(({ state }) => state === 'confirmed')).toHaveLength(1);
    expect(await charges(shop)).toMatchObject([{ refundedMinor: 100n }]);
    expect(await secondsLeft(shop, subscriptionId)).toBe(0);
  });

  test('waits while refunds are paused, and goes when a person resumes them', async () => {
    const { chargeId } = await bought();
    await pauseRefunds(shop.store, shop.shop.id, 'restore');
    await asked(chargeId);
    const worker = shop.refundWorker();
    const stop = new AbortController();
    const ended = worker.run(stop.signal);
    await expect.poll(async () => (await due()).length).toBe(0);
    expect(shop.telegram.stars.balance).toBe(100);
    await pauseRefunds(shop.store, shop.shop.id, undefined);
    await shop.passTime(60);
    worker.ring();
    await expect.poll(() => refunds(shop)).toMatchObject([{ state: 'confirmed' }]);
    expect(shop.telegram.stars.balance).toBe(0);
    stop.abort();
    await ended;
  });

  test('of a shop that runs elsewhere is left to it', async () => {
    const { chargeId } = await bought();
    await asked(chargeId);
    const elsewhere = shop.refundWorker(undefined, () => undefined);
    expect(await elsewhere.workOff()).toBe(1);
    expect(await refunds(shop)).toMatchObject([{ state: 'requested' }]);
    await shop.passTime(60);
    await shop.refundWorker().workOff();
    expect(await refunds(shop)).toMatchObject([{ state: 'confirmed' }]);
  });

  function due(): Promise<object[]> {
    return shop.store.query(
      `select key from wayleave.outbox where topic = 'refund' and (claim is not null or next_at <= wayleave.wall_clock())`,
    );
  }

  test('that Telegram refuses goes to a person, in its words', async () => {
    const { chargeId, subscriptionId } = await bought();
    await shop.owner.query('update wayleave.charges set payer = 1');
    await asked(chargeId);
    await shop.refundWorker().workOff();
    expect(await refunds(shop)).toMatchObject([
      { state: 'refused', refusal: expect.stringContaining('Bad Request') as string },
    ]);
    expect(await secondsLeft(shop, subscriptionId)).toBeGreaterThan(0);
  });
});
