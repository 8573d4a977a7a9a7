import type { Update } from 'grammy/types';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { adminModule } from '../../../src/bot/admin/module.ts';
import { NoticeMetrics } from '../../../src/bot/notices/metrics.ts';
import { NoticeWorker } from '../../../src/bot/notices/worker.ts';
import { supportModule } from '../../../src/bot/support/module.ts';
import {
  addAdmin,
  auditOf,
  findCustomer,
  getShop,
  pauseRefunds,
  recordCharge,
  subscriptionsOf,
  summarizeQueues,
  type AdminRole,
  type CustomerRecord,
} from '../../../src/ledger/index.ts';
import { order, starsCharge, type PlacedOrder } from '../../support/money/shop.ts';
import { day } from '../../support/money/terms.ts';
import type { Customer } from '../../support/simulators/telegram/index.ts';
import { addTransfers, openBotShop, plan as planNamed, type BotShop } from './bot-shop.ts';

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

function open(): Promise<BotShop> {
  return openBotShop({ modules: [adminModule, supportModule(new NoticeMetrics(new Registry()))] });
}

async function staff(shop: BotShop, role: AdminRole, firstName = role as string): Promise<Customer> {
  const person = shop.telegram.user({ firstName, languageCode: 'en' });
  const about = { shopId: shop.shop.id, telegramId: person.id, name: firstName };
  await addAdmin(shop.store, { ...about, role, addedBy: 'test' });
  await person.sends('/start');
  await person.sees('Example VPN');
  return person;
}

interface Buyer {
  readonly person: Customer;
  readonly record: CustomerRecord;
  readonly placed: PlacedOrder;
}

async function buyer(shop: BotShop, firstName = 'Alice'): Promise<Buyer> {
  const person = shop.telegram.user({ firstName, languageCode: 'en' });
  await person.sends('/start');
  await person.sees('Example VPN');
  const record = await findCustomer(shop.store, shop.shop.id, { telegramId: person.id });
  if (record === undefined) throw new Error('the bot has not met this person');
  const placed = await order(shop, record);
  await recordCharge(shop.store, starsCharge(placed, record, { live: false }));
  return { person, record, placed };
}

async function expiryOf({ store }: BotShop, { record }: Buyer): Promise<number> {
  const [one] = await subscriptionsOf(store, record.id);
  if (one === undefined) throw new Error('there is no subscription');
  return one.expiresAtMs / 1000;
}

function expectCleanTalk({ telegram, textWarnings }: BotShop): void {
  expect(telegram.unknownCalls).toEqual([]);
  expect(textWarnings).toEqual([]);
  for (const { error, method } of telegram.requestLog) {
    if (error !== undefined && !error.includes('not modified')) expect([method, error]).toEqual([method, undefined]);
  }
}

async function card(admin: Customer, { person }: Pick<Buyer, 'person'>, list?: string): Promise<void> {
  await admin.sends(`/find ${person.id}`);
  await admin.seesMessage(({ buttons }) => buttons.includes('Orders'));
  await admin.presses(list ?? '1. ');
  if (list === undefined) await admin.sees('Ledger');
}

describe('strangers', () => {
  it('get the same answer to admin commands as to any other nonsense', async () => {
    const shop = await open();
    const { person } = await buyer(shop);
    await person.sends('/nonsense');
    const nonsense = await person.sees('I do not know');
    for (const command of ['/admin', '/find alice']) {
      await person.sends(command);
      const answer = await person.sees('I do not know');
      expect([answer.text, answer.buttons]).toEqual([nonsense.text, nonsense.buttons]);
    }
    await person.sends('/menu');
    expect((await person.sees('Example VPN')).buttons.join()).not.toContain('Admin');
    expectCleanTalk(shop);
  });
});

describe('an admin of support', () => {
  it('finds a customer, reads why it ends, and gives time once for two taps', async () => {
    const shop = await open();
    const admin = await staff(shop, 'support');
    const alice = await buyer(shop);
    const before = await expiryOf(shop, alice);
    await admin.sends('/admin');
    const menu = await admin.sees('support');
    expect(menu.buttons.join()).not.toMatch(/Revenue|Needs a person|Receipts|Admins/);
    await admin.presses('Find a customer');
    await admin.sees('Whom?');
    await admin.sends('lic');
    await admin.seesMessage(({ buttons }) => buttons.includes('Orders'));
    await admin.presses('1. ');
    const seen = await admin.sees('Ledger');
    expect(seen.text).toContain('The cluster has no such resource yet');
    expect(seen.buttons.join()).not.toMatch(/Give time/);
    await admin.presses('+3 d');
    await admin.sees('Give 3 days');
    await Promise.all([admin.tap('Something went wrong'), admin.tap('Something went wrong')]);
    await admin.sees('3 days given');
    expect(await expiryOf(shop, alice)).toBe(before + 3 * day);
    const acts = await auditOf(shop.store, shop.shop.id, [`subscription:${alice.placed.order.subscriptionId}`]);
    expect(acts).toMatchObject([{ action: 'compensate', actor: `admin:${admin.id}` }]);
    await admin.presses('Back');
    await admin.presses('Whole ledger');
    const ledger = await admin.sees('because');
    const rows = ledger.text.split('\n').slice(2);
    expect(rows).toEqual([
      expect.stringMatching(/^1\. .* · bought · \+30d · → [^·]*$/),
      expect.stringMatching(/^2\. .* · compensation · \+3d · → .* · support: .*went wrong$/),
    ]);
    expectCleanTalk(shop);
  });

  it('sees a trial as one, and not as paid', async () => {
    const shop = await openBotShop({
      modules: [adminModule],
      plans: [planNamed('taste', { visibility: 'Trial', period: 'P3D', prices: [] })],
    });
    const admin = await staff(shop, 'support');
    const tess = shop.telegram.user({ firstName: 'Tess', languageCode: 'en' });
    await tess.sends('/start');
    await tess.presses('Try for free');
    await tess.sees('Your trial ✓');
    await card(admin, { person: tess }, 'Orders');
    expect((await admin.sees('taste plan')).text).toMatch(/trial 🎁/);
    expectCleanTalk(shop);
  });

  it('suspends with a reason of his own, and resumes', async () => {
    const shop = await open();
    const admin = await staff(shop, 'support');
    const alice = await buyer(shop);
    await card(admin, alice);
    await admin.presses('Suspend');
    await admin.sees('Tap a reason');
    await admin.sends('shares her link');
    await admin.sees('is suspended');
    const [suspended] = await subscriptionsOf(shop.store, alice.record.id);
    expect(suspended?.access).toBe('denied');
    await admin.presses('Back');
    expect((await admin.sees('Ledger')).text).toContain('shares her link');
    await admin.presses('Resume');
    await admin.presses('The customer asked');
    await admin.sees('is resumed');
    const [resumed] = await subscriptionsOf(shop.store, alice.record.id);
    expect(resumed?.access).toBe('granted');
    expectCleanTalk(shop);
  });

  it('sees what Postgres knows when the cluster does not answer', async () => {
    const shop = await open();
    const admin = await staff(shop, 'support');
    const alice = await buyer(shop);
    shop.clusterIsDown = true;
    await card(admin, alice);
    await admin.sees('The cluster does not answer');
    expectCleanTalk(shop);
  });

  it('loses every right with the next press when he is removed', async () => {
    const shop = await open();
    const admin = await staff(shop, 'support');
    const alice = await buyer(shop);
    await card(admin, alice);
    await admin.presses('+7 d');
    await admin.sees('Give 7 days');
    await shop.owner.query('update wayleave.admins set removed_at = now()');
    const before = await expiryOf(shop, alice);
    expect((await admin.presses('The customer asked'))?.text).toContain('out of date');
    expect(await expiryOf(shop, alice)).toBe(before);
  });
});

describe('finance', () => {
  it('sends a charge back within the cap, and sees revenue', async () => {
    const shop = await open();
    const admin = await staff(shop, 'finance');
    const alice = await buyer(shop);
    await shop.owner.query('update wayleave.admins set daily_refund_cap_minor = 50');
    await admin.sends(`/find ${alice.person.id}`);
    await admin.presses('Charges');
    await admin.presses('granted');
    await admin.presses('Send all back');
    await admin.presses('The customer asked');
    await admin.sees('Not done');
    await shop.owner.query('update wayleave.admins set daily_refund_cap_minor = 500');
    await admin.presses('Back');
    await admin.presses('Send all back');
    await admin.presses('The customer asked');
    await admin.sees('asked for');
    const { rows } = await shop.owner.query('select requested_by, state from wayleave.refunds');
    expect(rows).toEqual([{ requested_by: `admin:${admin.id}`, state: 'requested' }]);
    // What was beyond the cap is none.
    const acts = await shop.owner.query("select action from wayleave.audit where subject like 'charge:%' order by id");
    expect(acts.rows).toEqual([{ action: 'refund' }]);
    await admin.sends('/admin');
    await admin.presses('Revenue');
    expect((await admin.sees('Today')).text).toContain('🧪 Telegram Stars: ⭐ 100, 1 payment');
    expectCleanTalk(shop);
  });

  it('takes a charge that needs a person, and settles it', async () => {
    const shop = await open();
    const admin = await staff(shop, 'finance');
    const alice = await buyer(shop);
    await recordCharge(shop.store, starsCharge(alice.placed, alice.record, { live: false, refundable: false }));
    const before = await expiryOf(shop, alice);
    await admin.sends('/admin');
    await admin.presses('Needs a person (1)');
    await admin.presses('Paid twice');
    await admin.presses('Alice');
    await admin.presses('Take it');
    await admin.sees('Taken by: finance');
    await admin.presses('Give time for it');
    await admin.presses('The customer asked');
    await admin.sees('Time given');
    const { rows } = await shop.owner.query(
      "select action from wayleave.audit where subject like 'charge:%' order by id",
    );
    expect(rows).toEqual([{ action: 'take' }, { action: 'extend' }]);
    expect(await expiryOf(shop, alice)).toBe(before + 30 * day);
    expect((await summarizeQueues(shop.store, shop.shop.id)).every(({ count }) => count === 0)).toBe(true);
    expectCleanTalk(shop);
  });

  it('decides about a receipt once, and the others see who did', async () => {
    const shop = await open();
    addTransfers(shop);
    shop.plans = shop.plans.map((plan) => ({
      ...plan,
      spec: { ...plan.spec, prices: [{ currency: 'RUB', amount: '199' }] },
    }));
    const [first, second] = [await staff(shop, 'finance', 'Fay'), await staff(shop, 'owner', 'Olga')];
    const helper = await staff(shop, 'support', 'Sam');
    const bob = shop.telegram.user({ firstName: 'Bob', languageCode: 'en' });
    await bob.sends('/buy');
    await bob.presses('month plan');
    await bob.sees('To pay');
    await bob.sendsPhoto(png);
    for (const admin of [first, second]) {
      const shown = await admin.seesMessage(({ photo }) => photo !== undefined);
      expect(shown.text).toContain('Bob');
    }
    expect(helper.chat().some(({ photo }) => photo !== undefined)).toBe(false);
    await Promise.all([first.tap('Approve'), second.tap('Approve')]);
    for (const admin of [first, second]) {
      await admin.seesMessage(({ text, buttons }) => text.includes('Approved by') && buttons.length === 0);
    }
    const { rows } = await shop.owner.query('select count(*)::integer as charges from wayleave.charges');
    expect(rows).toEqual([{ charges: 1 }]);
    expectCleanTalk(shop);
  });

  it('decides about a receipt whose photo Telegram does not give out any more', async () => {
    const shop = await open();
    addTransfers(shop);
    shop.plans = shop.plans.map((plan) => ({
      ...plan,
      spec: { ...plan.spec, prices: [{ currency: 'RUB', amount: '199' }] },
    }));
    const admin = await staff(shop, 'finance', 'Fay');
    shop.telegram.faults.calls.add({
      method: 'sendPhoto',
      when: (params) => params.text('chat_id') === String(admin.id),
      fault: { kind: 'status', status: 400 },
    });
    const bob = shop.telegram.user({ firstName: 'Bob', languageCode: 'en' });
    await bob.sends('/buy');
    await bob.presses('month plan');
    await bob.sees('To pay');
    await bob.sendsPhoto(png);
    expect((await admin.sees('Bob')).photo).toBeUndefined();
    await admin.presses('Approve');
    await admin.seesMessage(({ text, buttons }) => text.includes('Approved by') && buttons.length === 0);
    await bob.sees('Payment confirmed');
    expect(shop.telegram.unknownCalls).toEqual([]);
  });

  it('declines a receipt that was shown before, and the customer learns why', async () => {
    const shop = await open();
    addTransfers(shop);
    shop.plans = shop.plans.map((plan) => ({
      ...plan,
      spec: { ...plan.spec, prices: [{ currency: 'RUB', amount: '199' }] },
    }));
    const admin = await staff(shop, 'finance');
    const people = ['Bob', 'Carl'].map((firstName) => shop.telegram.user({ firstName, languageCode: 'en' }));
    for (const person of people) {
      await person.sends('/buy');
      await person.presses('month plan');
      await person.sees('To pay');
      await person.sendsPhoto(png);
      await admin.seesMessage(({ photo, text }) => photo !== undefined && text.includes(person.firstName));
    }
    expect((await admin.sees('Carl')).text).toContain('shown before');
    await admin.presses('Decline');
    await admin.presses('The money has not arrived');
    await admin.sees('Declined by');
    await new NoticeWorker({ shop: shop.bot.shop, metrics: new NoticeMetrics(new Registry()) }).workOnce();
    const carl = people[1];
    if (carl === undefined) throw new Error('no Carl');
    const told = await carl.sees('You can send the receipt again');
    expect(told.text).toContain('The money has not arrived');
    // Another picture right then is the receipt, and one more of it is known.
    await carl.sendsPhoto(png);
    await carl.sees('we have the receipt');
    await carl.sendsPhoto(png);
    await carl.sees('have your receipt already');
    await card(admin, { person: carl }, 'Acts');
    const acts = await admin.sees('What people did');
    expect(acts.text).toMatch(/decline-receipt.*finance.*The money has not arrived/);
    expectCleanTalk(shop);
  });

  it('calls a decline off, and asks for the money of a card that only a person can send back', async () => {
    const shop = await open();
    addTransfers(shop);
    shop.plans = shop.plans.map((plan) => ({
      ...plan,
      spec: { ...plan.spec, prices: [{ currency: 'RUB', amount: '199' }] },
    }));
    const admin = await staff(shop, 'finance', 'Fay');
    const bob = shop.telegram.user({ firstName: 'Bob', languageCode: 'en' });
    await bob.sends('/buy');
    await bob.presses('month plan');
    await bob.sees('To pay');
    await bob.sendsPhoto(png);
    await admin.seesMessage(({ photo }) => photo !== undefined);
    await admin.presses('Decline');
    await admin.presses('Cancel');
    await admin.sees('Nothing was declined');
    await admin.sends('not a reason any more');
    await admin.presses('The receipt');
    await admin.seesMessage(({ photo }) => photo !== undefined);
    await admin.presses('Approve');
    await bob.sees('Payment confirmed');
    await card(admin, { person: bob }, 'Charges');
    await admin.presses('199');
    expect((await admin.sees('Taken by: nobody')).text).not.toMatch(/–/);
    await admin.presses('Send all back');
    await admin.sees('You have to transfer it yourself');
    await admin.presses('The customer asked');
    const asked = await admin.sees('transfer it back yourself');
    expect(asked.buttons).toContain('📥 Needs a person');
    await admin.presses('Back');
    expect((await admin.sees('sent back by you')).buttons).not.toContain('↩️ Send all back');
    await admin.presses('I have sent it back');
    await admin.presses('The customer asked');
    await admin.sees('on record as sent back');
    const { rows } = await shop.owner.query('select state from wayleave.refunds');
    expect(rows).toEqual([{ state: 'confirmed' }]);
    expectCleanTalk(shop);
  });
});

describe('the owner', () => {
  it('gives a plan, bans and ends the ban, and resumes refunds', async () => {
    const shop = await open();
    const admin = await staff(shop, 'owner');
    const alice = await buyer(shop);
    const before = await expiryOf(shop, alice);
    await card(admin, alice);
    await admin.presses('Give time');
    await admin.presses('month plan');
    await admin.presses('The customer asked');
    await admin.sees('month plan given');
    expect(await expiryOf(shop, alice)).toBe(before + 30 * day);
    await admin.presses('Back');
    await admin.presses('Customer');
    await admin.presses('Ban');
    await admin.presses('Abuse');
    await admin.sees('is banned');
    await alice.person.sends('/menu');
    await alice.person.sees('cannot be served');
    await admin.presses('Back');
    await admin.sees('Banned since');
    await admin.presses('End the ban');
    await admin.presses('Something went wrong');
    await admin.sees('has ended');
    expect((await subscriptionsOf(shop.store, alice.record.id))[0]?.access).toBe('granted');
    await pauseRefunds(shop.store, shop.shop.id, 'test');
    await admin.sends('/admin');
    await admin.sees('Refunds wait');
    await admin.presses('Resume refunds');
    await admin.presses('Something went wrong');
    await admin.sees('are sent again');
    expect((await getShop(shop.store, shop.shop.id)).refundsPausedAtMs).toBeUndefined();
    expectCleanTalk(shop);
  });
});

describe('a change of mind', () => {
  it('makes what is typed after it a text and no act', async () => {
    const shop = await open();
    const admin = await staff(shop, 'owner');
    const alice = await buyer(shop);
    await admin.sends(`/find ${alice.person.id}`);
    await admin.presses('Ban');
    await admin.presses('Cancel');
    await admin.sends('hello, what was I doing');
    await admin.sees(/./);
    await alice.person.sends('/menu');
    await alice.person.presses('My subscriptions');
    expect((await subscriptionsOf(shop.store, alice.record.id))[0]?.access).toBe('granted');
    expectCleanTalk(shop);
  });
});

describe('limits of what people who work for the shop may do', () => {
  it('adds small gifts up, and bans nobody who works for the shop', async () => {
    const shop = await open();
    const admin = await staff(shop, 'owner');
    const alice = await buyer(shop);
    const before = await expiryOf(shop, alice);
    for (const outcome of [/given|day/, /no more than/]) {
      await card(admin, alice);
      await admin.presses('+7 d');
      await admin.presses('Something went wrong');
      await admin.sees(outcome);
    }
    expect(await expiryOf(shop, alice)).toBe(before + 7 * day);
    await admin.sends(`/find ${admin.id}`);
    await admin.presses('Ban');
    await admin.presses('Abuse');
    await admin.sees('works for the shop');
    await admin.sends('/admin');
    await admin.sees('· owner');
    expectCleanTalk(shop);
  });
});

describe('support', () => {
  it('hands a message to people, and their reply back', async () => {
    const shop = await open();
    const admin = await staff(shop, 'support', 'Sam');
    const { person } = await buyer(shop);
    await person.sends('/support');
    await person.sees('Write what happened');
    await person.sends('It is <slow>');
    await person.sees('✓ Sent');
    const copy = await admin.sees('It is <slow>');
    expect(copy.text).toContain('Alice');
    await person.sendsPhoto(png, 'look');
    const photo = await admin.seesMessage((message) => message.photo !== undefined);
    const worker = new NoticeWorker({ shop: shop.bot.shop, metrics: new NoticeMetrics(new Registry()) });
    await admin.presses('Answer');
    await admin.sees('Your next message goes to Alice');
    await admin.sends('Try the other server');
    await admin.sees('Sent to the customer');
    const chat = { id: admin.id, type: 'private', first_name: 'Sam' } as const;
    const from = { ...chat, is_bot: false };
    const repliedTo = { message_id: photo.id, date: 1, chat };
    const message = { message_id: 9999, date: 1, chat, from, text: 'and this one', reply_to_message: repliedTo };
    // Telegram may bring an update twice.
    for (const update_id of [1, 2]) await shop.bot.handleUpdate({ update_id, message } as unknown as Update);
    const isThere = (wanted: string): number => person.chat().filter(({ text }) => text.includes(wanted)).length;
    for (const wanted of ['Try the other server', 'and this one']) {
      await expect.poll(async () => (await worker.workOnce(), isThere(wanted)), { timeout: 10_000 }).toBe(1);
    }
    expectCleanTalk(shop);
  });

  it('says so when nobody is there, and asks for patience when there is too much', async () => {
    const shop = await open();
    const { person } = await buyer(shop);
    await person.sends('/support');
    await person.sees(/Nobody can be reached|You can also write here/);
    const admin = await staff(shop, 'support', 'Sam');
    await person.sends('/support');
    await person.sees('Write what happened');
    for (let index = 0; index < 11; index += 1) await person.sends(`message ${index}`);
    await person.sees('wait a little');
    expect(admin.chat().filter(({ text }) => text.includes('message ')).length).toBe(10);
    expectCleanTalk(shop);
  });
});
