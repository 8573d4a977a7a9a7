import type { Update } from 'grammy/types';
import { describe, expect, it } from 'vitest';
import { askFor, findCustomer, ordersOf, subscriptionsOf } from '../../../src/ledger/index.ts';
import { newestSubscription, openBotShop, plan, progressWorker, type BotShop } from './bot-shop.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import type { Customer } from '../../support/simulators/telegram/index.ts';

/** For a busy machine. */
const patient = { timeout: 20_000 };

const botMessages = (customer: Customer, text: string): number =>
  customer.chat().filter((message) => message.from === 'bot' && message.text.includes(text)).length;

async function pay(shop: BotShop, firstName: string): Promise<Customer> {
  const customer = shop.telegram.user({ firstName });
  await customer.sends('/buy');
  await customer.presses('month plan');
  await customer.pays();
  return customer;
}

async function recordOf({ store, shop }: BotShop, { id }: Customer) {
  const customer = await findCustomer(store, shop.id, { telegramId: id });
  if (customer === undefined) throw new Error('the bot has not met this person');
  return customer;
}

async function openWork({ store }: BotShop): Promise<number> {
  return (await store.query("select from wayleave.outbox where topic = 'progress'")).length;
}

describe('the bot', () => {
  it('goes on after a message that it cannot deal with', async () => {
    const shop = await openBotShop({
      modules: [
        {
          name: 'broken',
          commands: {
            broken: () => Promise.reject(new Error('a defect')),
          },
        },
      ],
    });
    const amy = shop.telegram.user({ firstName: 'Amy' });
    await amy.sends('/broken');
    await amy.sends('/menu');
    expect((await amy.sees('Example VPN')).buttons).toContain('🛒 Buy');
  });

  it('grants once for a payment that is told many times at once', async () => {
    const shop = await openBotShop();
    const updates: Update[] = [];
    const handle = shop.bot.handleUpdate.bind(shop.bot);
    shop.bot.handleUpdate = async (update) => {
      if (update.message?.successful_payment !== undefined) updates.push(update);
      await handle(update);
    };
    const ben = await pay(shop, 'Ben');
    await ben.sees('Paid ✓');
    const [told] = updates;
    if (told === undefined) throw new Error('no payment came');
    await Promise.all(Array.from({ length: 8 }, () => handle(told)));
    const rows = await shop.store.query('select from wayleave.ledger_entries');
    expect(rows).toHaveLength(1);
  });

  it('says which modules clash', async () => {
    await expect(
      openBotShop({ modules: [{ name: 'other', actions: { menu: async () => undefined } }] }),
    ).rejects.toThrow(expect.objectContaining({ code: 'BOT_MODULES_CLASH' }) as Error);
  });

  it('waits out a short flood limit and tells Telegram its commands', async () => {
    const shop = await openBotShop();
    await shop.bot.publishCommands();
    shop.telegram.faults.calls.add({
      method: 'sendMessage',
      fault: { kind: 'tooManyRequests', retryAfterS: 1 },
      times: 1,
    });
    const cid = shop.telegram.user({ firstName: 'Cid' });
    await cid.sends('/menu');
    await cid.sees('Example VPN');
    expect(shop.telegram.unknownCalls).toEqual([]);
  });
});

describe('the message of an order', () => {
  it('is one, with several replicas at work', async () => {
    const shop = await openBotShop({ workers: 4 });
    const dee = await pay(shop, 'Dee');
    await dee.sees('Paid ✓');
    await shop.deliver(await newestSubscription(shop), '3/3');
    await dee.seesMessage(({ text }) => text.includes('All 3 servers ready'), { timeoutMs: 15_000 });
    expect(botMessages(dee, 'Paid ✓')).toBe(1);
  });

  it('is sent again when it is gone, and over when everything is delivered', async () => {
    const shop = await openBotShop();
    const eli = await pay(shop, 'Eli');
    const first = await eli.sees('Paid ✓');
    await shop.bot.shop.telegram.remove(eli.id, first.id);
    await shop.deliver(await newestSubscription(shop), '1/1');
    const again = await eli.seesMessage(({ text }) => text.includes('Your server is ready'), { timeoutMs: 15_000 });
    expect(again.id).not.toBe(first.id);
    await expect.poll(() => openWork(shop), patient).toBe(0);
  });

  it('is left alone as long as it says what there is to say', async () => {
    const shop = await openBotShop({ workers: 0 });
    await pay(shop, 'Hal');
    await expect.poll(() => openWork(shop), patient).toBe(1);
    const worker = progressWorker(shop, shop.store);
    const failuresAfter = async (looker: typeof worker): Promise<number | undefined> => {
      await shop.passTime(120);
      await looker.workOnce();
      const [row] = await shop.store.query<{ attempts: number }>(
        'select attempts from wayleave.outbox where topic = $1',
        ['progress'],
      );
      return row?.attempts;
    };
    expect(await failuresAfter(worker)).toBe(0);
    shop.telegram.faults.calls.add({ method: 'editMessageText', fault: { kind: 'status', status: 400 } });
    expect(await failuresAfter(worker)).toBe(0);
    // Who does not know what it shows asks Telegram.
    expect(await failuresAfter(progressWorker(shop, shop.store))).toBe(1);
  });

  it('is made right by a replica that remembers it as right, when another one has changed it', async () => {
    const shop = await openBotShop({ workers: 0 });
    const ivy = await pay(shop, 'Ivy');
    await expect.poll(() => openWork(shop), patient).toBe(1);
    const subscriptionId = await newestSubscription(shop);
    const clock = new ManualClock();
    const replicas = [progressWorker(shop, shop.store, clock), progressWorker(shop, shop.store)] as const;
    const look = async (replica: (typeof replicas)[number], delivered: string): Promise<string> => {
      await shop.deliver(subscriptionId, delivered);
      await shop.passTime(120);
      await replica.workOnce();
      return ivy.lastMessage.text;
    };
    expect(await look(replicas[0], '1/2')).toContain('1 of 2');
    expect(await look(replicas[1], '1/3')).toContain('1 of 3');
    clock.advance(600_000);
    expect(await look(replicas[0], '1/2')).toContain('1 of 2');

    // Who asks anew is not put off with what was shown before.
    expect(await look(replicas[1], '1/4')).toContain('1 of 4');
    const [order] = await ordersOf(shop.store, (await recordOf(shop, ivy)).id);
    await askFor(shop.store, 'progress', order?.id ?? '');
    expect(await look(replicas[0], '1/2')).toContain('1 of 2');
  });

  it('of a trial ends as what there is, when the answer to the button comes after that of the worker', async () => {
    const taste = plan('taste', { visibility: 'Trial', period: 'P3D', prices: [] });
    const shop = await openBotShop({ workers: 0, plans: [taste] });
    const jo = shop.telegram.user({ firstName: 'Jo' });
    await jo.sends('/start');
    let isOnItsWay = false;
    shop.telegram.faults.calls.add({
      method: 'editMessageText',
      fault: { kind: 'slow', delayMs: 2000 },
      when: () => (isOnItsWay = true),
      times: 1,
    });
    const pressed = jo.presses('Try for free', { timeoutMs: 15_000 });
    await expect.poll(() => isOnItsWay, patient).toBe(true);
    await shop.deliver(await newestSubscription(shop), '1/1');
    const worker = progressWorker(shop, shop.store);
    await worker.workOnce();
    await jo.sees('Your server is ready');
    await pressed;
    await jo.sees('being set up');
    await shop.telegram.until(() => shop.telegram.pendingUpdates.length === 0);
    await worker.workOnce();
    expect(jo.lastMessage.text).toContain('Your server is ready');
    expect(await openWork(shop)).toBe(0);
  });

  it('is over for whoever blocked the bot, and nothing else changes', async () => {
    const shop = await openBotShop({ workers: 0 });
    const fee = await pay(shop, 'Fee');
    await expect.poll(() => openWork(shop), patient).toBe(1);
    fee.blocksBot();
    // Telegram may tell of it late: then the refusal of the message is how it is learnt.
    await shop.owner.query('update wayleave.customers set unreachable_since = null');
    await progressWorker(shop, shop.store).workOnce();
    expect(await openWork(shop)).toBe(0);
    const customer = await recordOf(shop, fee);
    expect(customer.unreachableSinceMs).toBeDefined();
    expect(await subscriptionsOf(shop.store, customer.id)).toMatchObject([{ access: 'granted' }]);
  });

  it('is brought up to date for whoever blocked the bot meanwhile and comes back', async () => {
    const shop = await openBotShop({ workers: 0 });
    const kim = await pay(shop, 'Kim');
    await expect.poll(() => openWork(shop), patient).toBe(1);
    const worker = progressWorker(shop, shop.store);
    await worker.workOnce();
    const { id } = await kim.sees('being set up');
    kim.blocksBot();
    const since = async (): Promise<number | undefined> => (await recordOf(shop, kim)).unreachableSinceMs;
    await expect.poll(since, patient).toBeDefined();
    await shop.passTime(120);
    await worker.workOnce();
    expect(await openWork(shop)).toBe(0);
    await shop.deliver(await newestSubscription(shop), '1/1');
    kim.unblocksBot();
    await kim.sends('/menu');
    await kim.sees('Example VPN');
    await worker.workOnce();
    expect(kim.chat().find((message) => message.id === id)?.text).toContain('Your server is ready');
    await kim.sends('/menu');
    await shop.telegram.until(() => shop.telegram.pendingUpdates.length === 0);
    expect(await openWork(shop)).toBe(0);
  });

  it('is not sent by a worker that was killed before it could say where it is, except once more', async () => {
    const shop = await openBotShop({ workers: 0 });
    const gus = await pay(shop, 'Gus');
    await expect.poll(() => openWork(shop), patient).toBe(1);
    const crashing = {
      ...shop.bot.shop,
      failpoint: () => {
        throw new Error('killed');
      },
    };
    const half = progressWorker({ shop: shop.shop, bot: { shop: crashing } }, shop.store);
    await half.workOnce();
    await shop.passTime(120);
    await progressWorker(shop, shop.store).workOnce();
    await shop.passTime(120);
    await progressWorker(shop, shop.store).workOnce();
    expect(botMessages(gus, 'Paid ✓')).toBe(2);
  });
});
