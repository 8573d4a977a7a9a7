import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { NoticeMetrics } from '../../../src/bot/notices/metrics.ts';
import { noticesModule } from '../../../src/bot/notices/module.ts';
import { NoticeWorker } from '../../../src/bot/notices/worker.ts';
import {
  confirmRefund,
  findCustomer,
  noticeKinds,
  noticesOf,
  notify,
  recordCharge,
  subscriptionsOf,
  type NoticeDraft,
  type NoticeKind,
} from '../../../src/ledger/index.ts';
import { order, starsCharge } from '../../support/money/shop.ts';
import { planTerms } from '../../support/money/terms.ts';
import type { CallFault, Customer } from '../../support/simulators/telegram/index.ts';
import { openBotShop, type BotShop } from './bot-shop.ts';

interface NoticedShop extends BotShop {
  readonly registry: Registry;
  /** One look at the queue. */
  deliverNotices(): Promise<number>;
}

async function openNoticed(): Promise<NoticedShop> {
  const shop = await openBotShop({ modules: [noticesModule] });
  const registry = new Registry();
  const worker = new NoticeWorker({ shop: shop.bot.shop, metrics: new NoticeMetrics(registry) });
  return Object.assign(shop, { registry, deliverNotices: () => worker.workOnce() });
}

async function meet(shop: BotShop, language = 'en'): Promise<{ readonly person: Customer; readonly id: string }> {
  const person = shop.telegram.user({ firstName: 'Alice', languageCode: language });
  await person.sends('/start');
  await person.seesMessage(({ from }) => from === 'bot');
  const record = await findCustomer(shop.store, shop.shop.id, { telegramId: person.id });
  if (record === undefined) throw new Error('the bot has not met this person');
  return { person, id: record.id };
}

function draft({ shop }: BotShop, customerId: string, changes: Partial<NoticeDraft> = {}): NoticeDraft {
  const payload = { amountMinor: '150', currency: 'XTR', provider: 'stars', refundable: 1 };
  return {
    shopId: shop.id,
    customerId,
    kind: 'paid',
    dedupe: 'stars:x',
    payload,
    delivery: 'at-least-once',
    ...changes,
  };
}

const reminder = {
  kind: 'expiry',
  delivery: 'at-most-once',
  payload: { moment: -86_400, expiresAt: 1_790_000_000, trial: 0 },
} as const;

/** Messages of the bot since the greeting. */
function news(person: Customer): string[] {
  return person
    .chat()
    .filter(({ from }) => from === 'bot')
    .slice(1)
    .map(({ text }) => text);
}

describe('a notice', () => {
  it.each(['en', 'ru'])('of every kind has a text and works in %s', async (language) => {
    const shop = await openNoticed();
    const { person, id } = await meet(shop, language);
    const customer = await findCustomer(shop.store, shop.shop.id, { id });
    if (customer === undefined) throw new Error('no customer');
    const placed = await order(shop, customer);
    await recordCharge(shop.store, starsCharge(placed, customer, { live: false }));
    await shop.owner.query('delete from wayleave.notices');
    const { subscriptionId } = placed.order;
    const payloads: Partial<Record<NoticeKind, NoticeDraft['payload']>> = {
      expiry: reminder.payload,
      traffic: { percent: 80 },
      granted: { lengthSeconds: 7 * 86_400 },
      support: { text: 'a < b & c' },
      declined: { reason: 'not there' },
    };
    const sent = async (): Promise<number> => {
      await shop.deliverNotices();
      return (await noticesOf(shop.store, id, { limit: 50 })).filter(({ state }) => state === 'sent').length;
    };
    for (const [index, kind] of noticeKinds.entries()) {
      const payload = payloads[kind];
      const about = { kind, subscriptionId, dedupe: `stars:${index}`, ...(payload === undefined ? {} : { payload }) };
      await notify(shop.store, draft(shop, id, about));
      // A chat is written to once a second.
      await expect.poll(sent, { timeout: 10_000 }).toBe(index + 1);
    }
    expect(shop.textWarnings).toEqual([]);
    expect(shop.telegram.unknownCalls).toEqual([]);
    expect(news(person).join('\n')).toContain('a < b & c');
    expect(news(person).filter((text) => /notice-|[{}]/.test(text))).toEqual([]);
  });

  it('stays in the chat when its button is pressed, and says until when is paid', async () => {
    const shop = await openNoticed();
    const { person, id } = await meet(shop);
    const customer = await findCustomer(shop.store, shop.shop.id, { id });
    if (customer === undefined) throw new Error('no customer');
    const charge = starsCharge(await order(shop, customer), customer, { live: false });
    await recordCharge(shop.store, charge);
    await shop.deliverNotices();
    const receipt = await person.sees('Payment received');
    expect(receipt.text).toMatch(/Paid until .* UTC/);
    await person.presses('My subscriptions');
    await person.sees('until');
    await person.presses('Menu');
    await person.sees('Example VPN');
    expect(person.chat().find((message) => message.id === receipt.id)?.text).toBe(receipt.text);
    await confirmRefund(shop.store, { ...charge, refundKey: 'r1', startedBy: 'test', amountMinor: charge.amountMinor });
    await expect
      .poll(async () => (await shop.deliverNotices(), news(person).join()), { timeout: 10_000 })
      .toMatch(/sent back to you.*has ended/s);
  });

  it('of a payment names the plan that was paid, not the one that runs before it', async () => {
    const shop = await openNoticed();
    const { person, id } = await meet(shop);
    const customer = await findCustomer(shop.store, shop.shop.id, { id });
    if (customer === undefined) throw new Error('no customer');
    const month = await order(shop, customer, { terms: planTerms('month', { title: { default: 'One month' } }) });
    await recordCharge(shop.store, starsCharge(month, customer, { live: false }));
    const terms = planTerms('year', { title: { default: 'One year' } });
    const year = await order(shop, customer, { terms, subscriptionId: month.order.subscriptionId });
    await recordCharge(shop.store, starsCharge(year, customer, { live: false }));
    const receipts = async (): Promise<string[]> => {
      await shop.deliverNotices();
      return news(person).filter((text) => text.includes('Payment received'));
    };
    await expect.poll(receipts, { timeout: 10_000 }).toHaveLength(2);
    expect(await receipts()).toEqual([expect.stringContaining('One month'), expect.stringContaining('One year')]);
  });

  it('of a decline leads to the receipt', async () => {
    const shop = await openNoticed();
    const { person, id } = await meet(shop);
    const customer = await findCustomer(shop.store, shop.shop.id, { id });
    if (customer === undefined) throw new Error('no customer');
    const { order: open } = await order(shop, customer);
    const payload = { orderId: open.id, attempt: 1, reason: 'not there' };
    await notify(shop.store, draft(shop, id, { kind: 'declined', payload }));
    await shop.deliverNotices();
    await person.sees('not there');
    await person.presses('Send a receipt');
    await person.sees('Send a screenshot or photo');
    expect(news(person).filter((text) => text.includes('not there'))).toHaveLength(1);
  });

  it('of support reaches the customer without its picture when Telegram does not give that out any more', async () => {
    const shop = await openNoticed();
    const { person, id } = await meet(shop);
    const payload = { text: 'tap here', photo: 'a picture of long ago' };
    await notify(shop.store, draft(shop, id, { kind: 'support', payload }));
    const refused = { kind: 'status', status: 400 } as const;
    shop.telegram.faults.calls.add({ method: 'sendPhoto', fault: refused, times: 1 });
    await shop.deliverNotices();
    expect(await noticesOf(shop.store, id)).toMatchObject([{ state: 'sent', outcome: 'sent', attempts: 0 }]);
    expect(news(person)).toHaveLength(1);
    expect(news(person)[0]).toMatch(/tap here[^]*does not show it any more/);
  });

  const outages: readonly (readonly [string, CallFault])[] = [
    ['the connection breaks after it was sent', { kind: 'reset' }],
    ['the server fails after it was sent', { kind: 'status', status: 502, commit: true }],
  ];
  it.each(outages)('is sent once or more as a receipt, once at most as a reminder, when %s', async (_, fault) => {
    const shop = await openNoticed();
    const { person, id } = await meet(shop);
    await notify(shop.store, draft(shop, id, reminder));
    shop.telegram.faults.calls.add({ method: 'sendMessage', fault, times: 1 });
    await shop.deliverNotices();
    expect(await noticesOf(shop.store, id)).toMatchObject([{ state: 'dropped', outcome: 'in doubt' }]);
    await shop.passTime(3600);
    await shop.deliverNotices();
    expect(news(person)).toHaveLength(1);
    const other = await meet(shop);
    await notify(shop.store, draft(shop, other.id));
    shop.telegram.faults.calls.add({ method: 'sendMessage', fault, times: 1 });
    await shop.deliverNotices();
    await shop.passTime(1);
    await expect.poll(async () => (await shop.deliverNotices(), news(other.person).length), { timeout: 5000 }).toBe(2);
    expect(await noticesOf(shop.store, other.id)).toMatchObject([{ state: 'sent', attempts: 1 }]);
  });

  it('waits out a flood limit and is never dropped for it', async () => {
    const shop = await openNoticed();
    const { person, id } = await meet(shop);
    await notify(shop.store, draft(shop, id, reminder));
    shop.telegram.faults.calls.add({
      method: 'sendMessage',
      fault: { kind: 'tooManyRequests', retryAfterS: 60 },
      times: 1,
    });
    await shop.deliverNotices();
    expect(await noticesOf(shop.store, id)).toMatchObject([{ state: 'waiting', attempts: 0 }]);
    await shop.passTime(59);
    expect(await shop.deliverNotices()).toBe(0);
    await shop.passTime(2);
    // Another replica, whose own clock knows of no silence.
    await new NoticeWorker({ shop: shop.bot.shop, metrics: new NoticeMetrics(new Registry()) }).workOnce();
    expect(news(person)).toHaveLength(1);
  });

  it('that Telegram never takes is tried for hours, and then given up with a word in the log', async () => {
    const shop = await openNoticed();
    const { person, id } = await meet(shop);
    await notify(shop.store, draft(shop, id));
    shop.telegram.faults.calls.add({ method: 'sendMessage', fault: { kind: 'status', status: 400 } });
    await shop.deliverNotices();
    expect(await noticesOf(shop.store, id)).toMatchObject([{ state: 'waiting', attempts: 1 }]);
    await shop.owner.query('update wayleave.notices set attempts = 30');
    await shop.passTime(600);
    // A chat is written to once a second.
    const outcome = async (): Promise<unknown> => {
      await shop.deliverNotices();
      return (await noticesOf(shop.store, id))[0]?.outcome;
    };
    await expect.poll(outcome, { timeout: 10_000 }).toBe('refused');
    expect(news(person)).toEqual([]);
  });

  it('to somebody who blocked the bot changes that and nothing else', async () => {
    const shop = await openNoticed();
    const { person, id } = await meet(shop);
    const customer = await findCustomer(shop.store, shop.shop.id, { id });
    if (customer === undefined) throw new Error('no customer');
    await recordCharge(shop.store, starsCharge(await order(shop, customer), customer, { live: false }));
    const before = await subscriptionsOf(shop.store, id);
    shop.telegram.pauseDelivery();
    person.blocksBot();
    await shop.deliverNotices();
    expect((await noticesOf(shop.store, id)).map(({ outcome }) => outcome)).toEqual(['unreachable']);
    expect((await findCustomer(shop.store, shop.shop.id, { id }))?.unreachableSinceMs).toBeDefined();
    expect(await subscriptionsOf(shop.store, id)).toEqual(before);
    expect(await shop.registry.metrics()).toContain('wayleave_notices_total{kind="paid",outcome="unreachable"} 1');
    expect(await shop.registry.metrics()).toContain('wayleave_reminders_total{outcome="late"} 0');
  });

  it('about what was paid twice gives time for it once', async () => {
    const shop = await openNoticed();
    const { person, id } = await meet(shop);
    const customer = await findCustomer(shop.store, shop.shop.id, { id });
    if (customer === undefined) throw new Error('no customer');
    const placed = await order(shop, customer);
    await recordCharge(shop.store, starsCharge(placed, customer, { live: false }));
    await shop.owner.query('delete from wayleave.notices');
    await recordCharge(shop.store, starsCharge(placed, customer, { live: false, refundable: false }));
    await shop.deliverNotices();
    await Promise.all([person.tap('Extend'), person.tap('Extend')]);
    await person.sees('extended');
    const { rows } = await shop.owner.query(
      "select count(*)::integer as grants from wayleave.ledger_entries where kind = 'grant'",
    );
    expect(rows).toEqual([{ grants: 2 }]);
  });
});
