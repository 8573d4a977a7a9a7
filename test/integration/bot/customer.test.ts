import { toBuffer } from 'qrcode';
import { describe, expect, it } from 'vitest';
import { closeExpiredOrders } from '../../../src/bot/expired-orders.ts';
import { banCustomer, decideTransfer, findCustomer, ordersOf, subscriptionsOf } from '../../../src/ledger/index.ts';
import { addTransfers, newestSubscription, openBotShop, plan, progressWorker, type BotShop } from './bot-shop.ts';
import type { Customer } from '../../support/simulators/telegram/index.ts';

const link = /https:\/\/sub\.example\.com\/sub\//;

async function recordOf({ store, shop }: BotShop, { id }: Customer): Promise<{ readonly id: string }> {
  const customer = await findCustomer(store, shop.id, { telegramId: id });
  if (customer === undefined) throw new Error('the bot has not met this person');
  return customer;
}

function expectCleanTalk({ telegram, textWarnings }: BotShop): void {
  expect(telegram.unknownCalls).toEqual([]);
  expect(textWarnings).toEqual([]);
}

describe('a newcomer', () => {
  it('buys with Stars and sees one message from paid to delivered', async () => {
    const shop = await openBotShop();
    const alice = shop.telegram.user({ firstName: 'Alice' });
    await alice.sends('/start');
    await alice.sees('Example VPN');
    await alice.presses('Buy');
    await alice.presses('month plan');
    expect(await alice.pays()).toMatchObject({ ok: true });
    const first = await alice.sees('Paid ✓');
    const subscriptionId = await newestSubscription(shop);
    await shop.deliver(subscriptionId, '4/5');
    const part = await alice.seesMessage(({ text }) => text.includes('the fifth arrives by itself'), {
      timeoutMs: 15_000,
    });
    expect(part.id).toBe(first.id);
    expect(part.text).toMatch(link);
    expect(part.buttons).toContain('📋 Copy the link');
    await shop.deliver(subscriptionId, '5/5');
    const all = await alice.seesMessage(({ text }) => text.includes('All 5 servers ready'), { timeoutMs: 15_000 });
    expect(all.id).toBe(first.id);
    // The invoice took the place of the menu: what is left is the invoice and the progress.
    const left = alice.chat().filter(({ from, service }) => from === 'bot' && service === undefined);
    expect(left).toHaveLength(2);
    expect(left.find(({ invoice }) => invoice !== undefined)?.buttons).toEqual([]);
    expectCleanTalk(shop);
  });

  it('takes the trial once, and a purchase goes on with its link', async () => {
    const shop = await openBotShop({
      plans: [plan('month'), plan('taste', { visibility: 'Trial', period: 'P3D', prices: [] })],
    });
    const bob = shop.telegram.user({ firstName: 'Bob' });
    await bob.sends('/start');
    const menu = await bob.sees('Example VPN');
    await bob.presses('Try for free');
    await bob.sees('Your trial ✓');
    const trialId = await newestSubscription(shop);
    await shop.deliver(trialId, '1/1');
    const ready = await bob.seesMessage(({ text }) => link.test(text), { timeoutMs: 15_000 });
    expect(ready.id).toBe(menu.id);
    await bob.sends('/menu');
    expect((await bob.sees('Example VPN')).buttons).not.toContain('🎁 Try for free');
    await bob.presses('Buy');
    await bob.presses('month plan');
    expect(await bob.pays()).toMatchObject({ ok: true });
    await bob.sees('Paid ✓');
    expect(await newestSubscription(shop)).toBe(trialId);
    expectCleanTalk(shop);
  });

  it('reads what a plan costs by every way to pay it that works, and by no other', async () => {
    const prices = [
      { currency: 'XTR', amount: '150' },
      { currency: 'RUB', amount: '199' },
      { currency: 'EUR', amount: '2' },
    ] as const;
    const shop = await openBotShop({ plans: [plan('month', { prices: [...prices] })] });
    const abe = shop.telegram.user({ firstName: 'Abe', languageCode: 'en' });
    await abe.sends('/buy');
    expect((await abe.sees('Choose a plan')).buttons).toContain('month plan · ⭐ 150');
    addTransfers(shop);
    await abe.sends('/buy');
    const both = await abe.seesMessage(({ text }) => text.includes('Price: ⭐ 150 or ₽199'));
    expect(both.buttons[0]).toMatch(/^month plan · ⭐ 150 or ₽199$/);
    expect(both.text).not.toContain('€');
    expectCleanTalk(shop);
  });

  it('is asked for terms and channel before either', async () => {
    const shop = await openBotShop({
      channels: ['@news_here'],
      spec: {
        terms: { url: 'https://example.com/terms', version: '2026-01' },
        channel: { id: '@news_here', url: 'https://t.me/news_here' },
      },
    });
    const carol = shop.telegram.user({ firstName: 'Carol' });
    await carol.sends('/buy');
    await carol.presses('month plan');
    await carol.sees('accept');
    await carol.presses('I accept');
    await carol.sees('join our channel');
    expect(await carol.presses('I have joined')).toMatchObject({ text: expect.stringContaining('join') as string });
    carol.joins('@news_here');
    await carol.presses('I have joined');
    expect(await carol.pays()).toMatchObject({ ok: true });
    expectCleanTalk(shop);
  });

  it('is spoken to in his language, and can change it', async () => {
    const shop = await openBotShop();
    const ivan = shop.telegram.user({ firstName: 'Иван', languageCode: 'ru' });
    await ivan.sends('/buy');
    await ivan.sees('тариф month');
    await ivan.sends('/language');
    await ivan.presses('English');
    await ivan.sees('You have no subscription yet');
    expectCleanTalk(shop);
  });
});

describe('a payment', () => {
  it('is one order for a double click, and one invoice that can be paid', async () => {
    const shop = await openBotShop();
    const dan = shop.telegram.user({ firstName: 'Dan' });
    await dan.sends('/buy');
    await dan.sees('Choose a plan');
    await Promise.all([dan.tap('month plan'), dan.tap('month plan')]);
    await dan.pays();
    await dan.sees('Paid ✓');
    const { id } = await recordOf(shop, dan);
    expect(await ordersOf(shop.store, id)).toHaveLength(1);
    expect(dan.chat().filter(({ invoice }) => invoice !== undefined)).toHaveLength(1);
  });

  it('is refused before money moves for whoever is not meant, and for what is not open', async () => {
    const shop = await openBotShop();
    const [eve, mallory] = [shop.telegram.user({ firstName: 'Eve' }), shop.telegram.user({ firstName: 'Mallory' })];
    await mallory.sends('/start');
    await eve.sends('/buy');
    await eve.presses('month plan');
    const invoice = await eve.seesMessage((message) => message.invoice !== undefined);
    await shop.passTime(3 * 3600);
    expect(await eve.pays(invoice)).toMatchObject({ ok: false });
    expect(shop.refusals).toEqual(['expired']);
    expect(await closeExpiredOrders(shop.bot.shop)).toBe(1);
    await eve.sees('ended without a payment');
    expect(eve.chat().some((message) => message.invoice !== undefined)).toBe(false);
  });

  it('that could not be recorded comes again until it is, and nothing is lost', async () => {
    const shop = await openBotShop();
    const fay = shop.telegram.user({ firstName: 'Fay' });
    await fay.sends('/buy');
    await fay.presses('month plan');
    await fay.seesMessage((message) => message.invoice !== undefined);
    await shop.owner.query('alter table wayleave.charges rename to charges_away');
    await fay.pays();
    await shop.telegram.until(() => shop.telegram.pendingUpdates.length > 0);
    await shop.owner.query('alter table wayleave.charges_away rename to charges');
    await fay.seesMessage(({ text }) => text.includes('Paid ✓'), { timeoutMs: 30_000 });
    await shop.telegram.until(() => shop.telegram.pendingUpdates.length === 0);
    expect(await shop.store.query('select from wayleave.charges')).toHaveLength(1);
  });

  it('by transfer shows the account, takes a photo, and is confirmed in the same message', async () => {
    const shop = await openBotShop({
      plans: [
        plan('month', {
          prices: [
            { currency: 'XTR', amount: '150' },
            { currency: 'RUB', amount: '199' },
          ],
        }),
      ],
    });
    addTransfers(shop);
    const gil = shop.telegram.user({ firstName: 'Gil' });
    await gil.sends('/buy');
    await gil.presses('month plan');
    await gil.presses('Card');
    const asked = await gil.sees('2200 1234 5678 9010');
    expect(asked.keyboard.flat().find(({ copy_text: copy }) => copy !== undefined)?.copy_text?.text).toBe(
      '2200123456789010',
    );
    await gil.sends('I have paid');
    await gil.sees('as a photo');
    await gil.sendsPhoto(await toBuffer('a receipt'));
    const waiting = await gil.sees('we have the receipt');
    await gil.sends('/buy');
    await gil.presses('month plan');
    await gil.sees('being looked at');
    // A button that is left over takes nothing back, and says so.
    expect((await gil.presses('Cancel'))?.text).toContain('being looked at');
    await decide(shop, 'approved');
    const confirmed = await gil.seesMessage(({ text }) => text.includes('Payment confirmed ✓'), { timeoutMs: 15_000 });
    expect(confirmed.id).toBe(waiting.id);
    expect((await gil.presses('Cancel'))?.text).toContain('out of date');
    expectCleanTalk(shop);
  });

  it('by transfer that was declined can be shown again', async () => {
    const shop = await openBotShop({ plans: [plan('month', { prices: [{ currency: 'RUB', amount: '199' }] })] });
    addTransfers(shop);
    const pia = shop.telegram.user({ firstName: 'Pia' });
    await pia.sends('/buy');
    await pia.presses('month plan');
    await pia.sendsPhoto(await toBuffer('a wrong receipt'));
    await pia.sees('we have the receipt');
    await decide(shop, 'declined');
    await pia.seesMessage(({ text }) => text.includes('could not confirm'), { timeoutMs: 15_000 });
    await pia.presses('Send a receipt');
    await pia.sendsPhoto(await toBuffer('the right receipt'));
    await pia.sees('we have the receipt');
    await decide(shop, 'approved');
    await pia.seesMessage(({ text }) => text.includes('Payment confirmed ✓'), { timeoutMs: 15_000 });
    expectCleanTalk(shop);
  });
});

describe('a receipt', () => {
  const card: Parameters<typeof plan>[1] = { prices: [{ currency: 'RUB', amount: '199' }] };
  const both: Parameters<typeof plan>[1] = {
    prices: [
      { currency: 'XTR', amount: '150' },
      { currency: 'RUB', amount: '199' },
    ],
  };

  it('after a decline leaves what was said about the one before, and one message goes on', async () => {
    const shop = await openBotShop({ plans: [plan('month', card)], workers: 0 });
    addTransfers(shop);
    const worker = progressWorker(shop, shop.store);
    const una = shop.telegram.user({ firstName: 'Una' });
    await una.sends('/buy');
    await una.presses('month plan');
    await una.sees('To pay');
    await una.sendsPhoto(await toBuffer('a wrong receipt'));
    const first = await una.sees('we have the receipt');
    await shop.telegram.until(() => shop.telegram.pendingUpdates.length === 0);
    await decide(shop, 'declined');
    await worker.workOnce();
    await una.sees('could not confirm');
    let isOnItsWay = false;
    shop.telegram.faults.calls.add({
      method: 'sendMessage',
      fault: { kind: 'slow', delayMs: 1500 },
      when: () => (isOnItsWay = true),
      times: 1,
    });
    await una.sendsPhoto(await toBuffer('the right receipt'));
    await expect.poll(() => isOnItsWay, { timeout: 20_000 }).toBe(true);
    await worker.workOnce();
    const second = await una.sees('we have the receipt');
    expect(second.id).not.toBe(first.id);
    await shop.telegram.until(() => shop.telegram.pendingUpdates.length === 0);
    await decide(shop, 'approved');
    await worker.workOnce();
    expect((await una.sees('Payment confirmed ✓')).id).toBe(second.id);
    const left = una.chat().find(({ id }) => id === first.id);
    expect(left?.text).toContain('could not confirm');
    expect(left?.buttons).toEqual([]);
    expectCleanTalk(shop);
  });

  it('is not asked for any more once the order is paid in another way', async () => {
    const shop = await openBotShop({ plans: [plan('month', both)] });
    addTransfers(shop);
    const val = shop.telegram.user({ firstName: 'Val' });
    await val.sends('/buy');
    await val.presses('month plan');
    await val.presses('Card');
    await val.presses('Choose again');
    await val.presses('Telegram Stars');
    expect(await val.pays()).toMatchObject({ ok: true });
    await val.sees('Paid ✓');
    await val.sendsPhoto(await toBuffer('my app shows this'));
    const told = await val.sees('paid already');
    expect(told.buttons).toContain('🔑 My subscriptions');
    await val.sends('and how do I connect?');
    await val.sees('do not know what to do');
    expect(await shop.store.query('select from wayleave.transfers')).toHaveLength(0);
    expectCleanTalk(shop);
  });

  it('in several pictures is one, and none of them is of another order', async () => {
    const shop = await openBotShop({ plans: [plan('month', card), plan('year', both)] });
    addTransfers(shop);
    const wim = shop.telegram.user({ firstName: 'Wim' });
    await wim.sends('/buy');
    await wim.presses('year plan');
    await wim.presses('Stars');
    await wim.pays();
    await wim.sees('Paid ✓');
    for (const target of ['Extend 1', 'A new subscription']) {
      await wim.sends('/buy');
      await wim.presses('month plan');
      await wim.presses(target);
      await wim.sees('To pay');
    }
    await wim.sendsPhoto(await toBuffer('the upper half'));
    await wim.sendsPhoto(await toBuffer('the lower half'));
    const told = await wim.sees('of another payment');
    expect(told.text).toContain('have your receipt already');
    expect(told.buttons.filter((button) => button.includes('month plan'))).toHaveLength(1);
    expect(await shop.store.query('select from wayleave.transfers')).toHaveLength(1);
    // The other one takes its own.
    await wim.presses('month plan');
    await wim.sees('Send a screenshot');
    await wim.sendsPhoto(await toBuffer('another receipt'));
    await wim.seesMessage(({ id, text }) => id > told.id && text.includes('we have the receipt'));
    expect(await shop.store.query('select distinct order_id from wayleave.transfers')).toHaveLength(2);
    expectCleanTalk(shop);
  });

  it('that comes after the order has run out is asked about, and taken', async () => {
    const shop = await openBotShop({ plans: [plan('month', card)] });
    addTransfers(shop);
    const xia = shop.telegram.user({ firstName: 'Xia' });
    await xia.sends('/buy');
    await xia.presses('month plan');
    await xia.sees('To pay');
    await xia.sends('/menu');
    await xia.sees('Example VPN');
    await shop.passTime(5 * 86_400);
    await closeExpiredOrders(shop.bot.shop);
    await xia.sendsPhoto(await toBuffer('a late receipt'));
    await xia.sees('ended lately');
    await xia.presses('month plan');
    await xia.sees('Send a screenshot');
    await xia.sendsPhoto(await toBuffer('a late receipt'));
    await xia.sees('we have the receipt');
    await decide(shop, 'approved');
    await xia.seesMessage(({ text }) => text.includes('Payment confirmed ✓'), { timeoutMs: 15_000 });
    expectCleanTalk(shop);
  });

  it('of an order that ended more than a week ago is for support', async () => {
    const shop = await openBotShop({ plans: [plan('month', card)] });
    addTransfers(shop);
    const yva = shop.telegram.user({ firstName: 'Yva' });
    await yva.sends('/buy');
    await yva.presses('month plan');
    await yva.sees('To pay');
    await yva.sends('/menu');
    await yva.sees('Example VPN');
    await shop.passTime(86_400);
    await closeExpiredOrders(shop.bot.shop);
    await shop.passTime(7 * 86_400);
    await yva.sendsPhoto(await toBuffer('a very late receipt'));
    await yva.sees('no payment of yours waits');
    expectCleanTalk(shop);
  });

  it('as a file that is no picture is asked for as one, whether or not the bot has just asked for it', async () => {
    const shop = await openBotShop({ plans: [plan('month', card)] });
    addTransfers(shop);
    const zoe = shop.telegram.user({ firstName: 'Zoe', languageCode: 'en' });
    let updateId = 900_000;
    const sendsFile = (): Promise<void> =>
      shop.bot.handleUpdate({
        update_id: (updateId += 1),
        message: {
          message_id: updateId,
          date: 1,
          chat: { id: zoe.id, type: 'private', first_name: 'Zoe' },
          from: { id: zoe.id, is_bot: false, first_name: 'Zoe', language_code: 'en' },
          document: { file_id: 'pdf', file_unique_id: 'pdf', mime_type: 'application/pdf' },
        },
      });
    await zoe.sends('/buy');
    await zoe.presses('month plan');
    await zoe.sees('To pay');
    await sendsFile();
    expect((await zoe.sees('take a screenshot')).buttons).toEqual(['✖ Cancel']);
    await zoe.sends('/menu');
    await zoe.sees('Example VPN');
    await sendsFile();
    expect((await zoe.sees('take a screenshot')).buttons).toEqual(['Menu']);
    await zoe.sends('/buy');
    await zoe.presses('month plan');
    await zoe.presses('Cancel');
    await sendsFile();
    await zoe.sees('do not know what to do');
    expectCleanTalk(shop);
  });
});

describe('a picture that nobody asked for', () => {
  const forCard: Parameters<typeof plan>[1] = { prices: [{ currency: 'RUB', amount: '199' }] };

  it('is the receipt of the only order that waits for one, whatever came between', async () => {
    const shop = await openBotShop({ plans: [plan('month', forCard)] });
    addTransfers(shop);
    const quin = shop.telegram.user({ firstName: 'Quin' });
    await quin.sends('/buy');
    await quin.presses('month plan');
    await quin.sees('To pay');
    // A command ends what the chat was in the middle of.
    await quin.sends('/menu');
    await quin.sees('Example VPN');
    await quin.sendsPhoto(await toBuffer('a receipt'));
    const first = await quin.sees('we have the receipt');
    await quin.sendsPhoto(await toBuffer('the same receipt, sharper'));
    await quin.sees('have your receipt already');
    expect(await shop.store.query('select from wayleave.transfers')).toHaveLength(1);
    await decide(shop, 'declined', 'The receipt cannot be read.');
    const declined = await quin.seesMessage(({ text }) => text.includes('cannot be read'), { timeoutMs: 15_000 });
    expect(declined.id).toBe(first.id);
    await quin.sendsPhoto(await toBuffer('a receipt that can be read'));
    await quin.sees('we have the receipt');
    await decide(shop, 'approved');
    await quin.seesMessage(({ text }) => text.includes('Payment confirmed ✓'), { timeoutMs: 15_000 });
    expect(await shop.store.query('select from wayleave.charges')).toHaveLength(1);
    await quin.sendsPhoto(await toBuffer('holidays'));
    await quin.sees('no payment of yours waits');
    expectCleanTalk(shop);
  });

  it('is asked about where several orders wait', async () => {
    const shop = await openBotShop({ plans: [plan('month', forCard), plan('year', forCard)] });
    addTransfers(shop);
    const rob = shop.telegram.user({ firstName: 'Rob' });
    await rob.sends('/buy');
    await rob.presses('month plan');
    await rob.sendsPhoto(await toBuffer('a receipt'));
    await rob.sees('we have the receipt');
    await decide(shop, 'approved');
    await rob.seesMessage(({ text }) => text.includes('Payment confirmed ✓'), { timeoutMs: 15_000 });
    for (const target of ['Extend 1', 'A new subscription']) {
      await rob.sends('/buy');
      await rob.presses('year plan');
      await rob.presses(target);
      await rob.sees('To pay');
    }
    await rob.sends('/menu');
    await rob.sendsPhoto(await toBuffer('another receipt'));
    const which = await rob.sees('Which payment');
    expect(which.buttons.filter((button) => button.includes('year plan'))).toHaveLength(2);
    await rob.presses('year plan');
    await rob.sendsPhoto(await toBuffer('another receipt'));
    await rob.sees('we have the receipt');
    expectCleanTalk(shop);
  });
});

describe('a customer', () => {
  it('sees a subscription, connects a device, and takes a new address and new keys', async () => {
    const shop = await openBotShop();
    const hal = await buyer(shop, 'Hal');
    await shop.deliver(await newestSubscription(shop), '2/2');
    await hal.sends('/subscriptions');
    const screen = await hal.sees('Works until');
    expect(screen.text).toContain('All 2 servers ready');
    await hal.presses('Connect a device');
    await hal.sees(link);
    await hal.presses('Android');
    await hal.presses('Happ');
    const steps = await hal.sees('Install Happ');
    expect(steps.buttons).not.toContain('🚀 Open in Happ');
    shop.opensApps = true;
    await hal.presses('Back');
    await hal.presses('Happ');
    await hal.seesMessage(({ buttons }) => buttons.includes('🚀 Open in Happ'));
    await hal.presses('QR code');
    await hal.seesMessage(({ photo }) => photo !== undefined);
    await hal.presses('Back');
    await hal.presses('Back');
    await hal.presses('New link');
    await hal.presses('Yes, a new link');
    await hal.sees(/-2\b/);
    await hal.presses('Back');
    await hal.presses('New keys');
    await hal.presses('Yes, new keys');
    await hal.sees('on their way');
    const { id } = await recordOf(shop, hal);
    expect((await subscriptionsOf(shop.store, id))[0]?.generation).toBe(2);
    expectCleanTalk(shop);
  });

  it('renews a hidden plan, is offered a switch for a deleted one, and may have a second subscription', async () => {
    const shop = await openBotShop({ plans: [plan('month'), plan('secret', { visibility: 'Hidden' })] });
    const ida = shop.telegram.user({ firstName: 'Ida' });
    await ida.sends('/buy');
    expect((await ida.sees('Choose a plan')).text).not.toContain('secret');
    await ida.sends('/start plan_secret');
    await ida.pays();
    await ida.sees('Paid ✓');
    await ida.sends('/subscriptions');
    await ida.presses('Renew');
    await ida.pays();
    await ida.sees('Paid ✓');
    const { id } = await recordOf(shop, ida);
    expect(await subscriptionsOf(shop.store, id)).toHaveLength(1);
    shop.plans = [plan('month')];
    await ida.sends('/subscriptions');
    await ida.presses('Renew');
    await ida.sees('not sold any more');
    await ida.presses('Other plans');
    await ida.presses('month plan');
    await ida.seesMessage((message) => message.invoice !== undefined);
    await ida.sends('/buy');
    await ida.presses('month plan');
    await ida.presses('A new subscription');
    await ida.pays();
    await ida.sees('Paid ✓');
    expect(await subscriptionsOf(shop.store, id)).toHaveLength(2);
    expectCleanTalk(shop);
  });

  it('orders a refund where the rule allows it', async () => {
    const shop = await openBotShop({ spec: { refunds: { selfService: { withinHours: 24 } } } });
    const jim = await buyer(shop, 'Jim');
    await jim.sends('/subscriptions');
    await jim.presses('Refund');
    await jim.presses('Yes, send');
    await jim.sees('on its way back');
    await jim.sends('/paysupport');
    await jim.presses('Payments');
    await jim.sees('being sent back');
    const rows = await shop.store.query("select from wayleave.refunds where state = 'requested'");
    expect(rows).toHaveLength(1);
    await shop.passTime(25 * 3600);
    const kim = await buyer(shop, 'Kim');
    await shop.passTime(25 * 3600);
    await kim.sends('/subscriptions');
    await kim.presses('Refund');
    await kim.sees('Please write to support');
    expectCleanTalk(shop);
  });

  it('gets one sentence when banned, and a menu for a button that is out of date', async () => {
    const shop = await openBotShop();
    const lea = shop.telegram.user({ firstName: 'Lea' });
    await lea.sends('/menu');
    await lea.sees('Example VPN');
    const stale = { text: 'old', reply_markup: { inline_keyboard: [[{ text: 'Old', callback_data: '0:what' }]] } };
    await shop.bot.shop.telegram.api.sendMessage(lea.id, stale.text, { reply_markup: stale.reply_markup });
    expect(await lea.presses('Old')).toMatchObject({ text: expect.stringContaining('out of date') as string });
    await lea.sees('Example VPN');
    const { id } = await recordOf(shop, lea);
    await banCustomer(shop.store, shop.shop.id, id, { by: 'test', reason: 'test' });
    await lea.sends('/buy');
    await lea.sees('cannot be served');
  });

  it('who blocks the bot is left alone, and has what he paid for', async () => {
    const shop = await openBotShop();
    const max = shop.telegram.user({ firstName: 'Max' });
    await max.sends('/buy');
    await max.presses('month plan');
    await max.seesMessage((message) => message.invoice !== undefined);
    shop.telegram.pauseDelivery();
    const paying = max.pays();
    shop.telegram.resumeDelivery();
    await paying;
    max.blocksBot();
    const { id } = await recordOf(shop, max);
    await shop.telegram.until(() => shop.telegram.pendingUpdates.length === 0);
    expect(await subscriptionsOf(shop.store, id)).toHaveLength(1);
    max.unblocksBot();
    await max.sends('/subscriptions');
    await max.sees('month plan');
  });

  it('reads his screens while the cluster is down', async () => {
    const shop = await openBotShop();
    const ned = await buyer(shop, 'Ned');
    shop.clusterIsDown = true;
    await ned.sends('/subscriptions');
    await ned.sees('paid until');
    await ned.presses('Connect a device');
    await ned.sees('cannot be shown right now');
    shop.clusterIsDown = false;
    await ned.presses('Try again');
    await ned.sees(link);
    expectCleanTalk(shop);
  });
});

async function buyer(shop: BotShop, firstName: string): Promise<Customer> {
  const customer = shop.telegram.user({ firstName });
  await customer.sends('/buy');
  await customer.presses('month plan');
  await customer.pays();
  await customer.sees('Paid ✓');
  return customer;
}

/** What an admin does about the receipt that waits. */
async function decide(shop: BotShop, decision: 'approved' | 'declined', reason = ''): Promise<void> {
  const [waiting] = await shop.store.query<{ id: string }>('select id from wayleave.transfers where decision is null');
  if (waiting === undefined) throw new Error('no receipt waits');
  await decideTransfer(shop.store, {
    shopId: shop.shop.id,
    transferId: waiting.id,
    decision,
    by: 'admin:test',
    reason,
  });
}
