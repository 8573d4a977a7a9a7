import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { Bot, GrammyError, HttpError, InlineKeyboard, InputFile, webhookCallback, type Context } from 'grammy/web';
import QRCode from 'qrcode';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ManualClock } from '../../support/manual-clock.ts';
import { startTelegramSimulator, type TelegramSimulator } from '../../support/simulators/telegram/index.ts';

/** What grammY relies on and a shop's money depends on, exercised by grammY itself. */

let telegram: TelegramSimulator;
let running: { readonly bot: Bot; readonly ended: Promise<void> }[] = [];

beforeEach(async () => {
  telegram = await startTelegramSimulator({ webhook: { retryUnitMs: 5 } });
});

afterEach(async () => {
  const unknown = telegram.unknownCalls.map(({ method }) => method);
  for (const { bot } of running) if (bot.isRunning()) await bot.stop();
  await Promise.all(running.map(({ ended }) => ended));
  running = [];
  await telegram.stop();
  expect(unknown).toStrictEqual([]);
});

function newBot(configure: (bot: Bot) => void = () => undefined): Bot {
  const bot = new Bot(telegram.token, { client: { apiRoot: telegram.apiUrl } });
  configure(bot);
  return bot;
}

/** @returns a bot that polls; `ended` is settled with whatever ends it */
function start(configure: (bot: Bot) => void): { readonly bot: Bot; readonly ended: Promise<void> } {
  const bot = newBot(configure);
  const ended = bot.start({ timeout: 30 });
  running.push({ bot, ended: ended.catch(() => undefined) });
  return { bot, ended };
}

/** As a shop does: agrees to every payment, and keeps what was paid. */
function sellTo(paid: string[], startParameter = 'order') {
  return (bot: Bot): void => {
    bot.command('buy', async (ctx) => {
      const prices = [{ label: '30 days', amount: 150 }];
      await ctx.replyWithInvoice('30 days', 'All servers', 'order-1', 'XTR', prices, {
        start_parameter: startParameter,
      });
    });
    bot.on('pre_checkout_query', (ctx) => ctx.answerPreCheckoutQuery(true));
    bot.on('message:successful_payment', (ctx) => {
      paid.push(ctx.message.successful_payment.telegram_payment_charge_id);
    });
  };
}

describe('a chat', () => {
  test('carries texts, keyboards, answers and edits', async () => {
    start((bot) => {
      bot.command('start', (ctx) =>
        ctx.reply(`<b>Hello</b>, ${ctx.from?.first_name} (${ctx.match})`, {
          parse_mode: 'HTML',
          reply_markup: new InlineKeyboard().text('Buy', 'buy').row().url('Site', 'https://example.org'),
        }),
      );
      bot.callbackQuery('buy', async (ctx) => {
        await ctx.editMessageText('Which one?', { reply_markup: new InlineKeyboard().copyText('Copy', 'secret') });
        await ctx.answerCallbackQuery({ text: 'One moment', show_alert: true });
      });
    });
    const anna = telegram.user({ firstName: 'Anna', languageCode: 'ru' });

    await anna.sends('/start friend');
    const hello = await anna.sees('Hello');
    expect(hello.text).toBe('Hello, Anna (friend)');
    expect(hello.entities).toStrictEqual([{ type: 'bold', offset: 0, length: 5 }]);
    expect(hello.buttons).toStrictEqual(['Buy', 'Site']);
    expect(await anna.presses('Buy')).toStrictEqual({ text: 'One moment', isAlert: true });
    const edited = await anna.sees('Which one?');
    expect(edited).toMatchObject({ id: hello.id, edits: 1, buttons: ['Copy'] });
    expect(await anna.tap('Copy')).toMatchObject({ copied: 'secret' });
  });

  test('carries photos both ways', async () => {
    const received: string[] = [];
    start((bot) => {
      bot.command('qr', async (ctx) => {
        const sent = await ctx.replyWithPhoto(new InputFile(await QRCode.toBuffer('vless://'), 'qr.png'), {
          caption: 'Yours',
        });
        const [photo] = sent.photo;
        if (photo !== undefined) await ctx.replyWithPhoto(photo.file_id, { caption: 'Again' });
      });
      bot.on('message:photo', async (ctx) => {
        const file = await ctx.getFile();
        const url = `${telegram.apiUrl}/file/bot${telegram.token}/${file.file_path ?? ''}`;
        received.push(Buffer.from(await (await fetch(url)).arrayBuffer()).toString('base64'));
      });
    });
    const anna = telegram.user({ firstName: 'Anna' });

    await anna.sends('/qr');
    const again = await anna.sees('Again');
    const first = await anna.sees('Yours');
    expect(again.photo?.fileId).toBe(first.photo?.fileId);
    const bytes = first.photo?.bytes ?? Buffer.alloc(0);
    await anna.sendsPhoto(bytes, 'My receipt');
    await telegram.until(() => received.length === 1);
    expect(received).toStrictEqual([bytes.toString('base64')]);
  });

  test('cannot be opened by the bot, nor used by it while it is blocked', async () => {
    const { api } = newBot();
    const anna = telegram.user({ firstName: 'Anna' });
    await expect(api.sendMessage(anna.id, 'Hi')).rejects.toMatchObject({
      error_code: 400,
      description: 'Bad Request: chat not found',
    });
    await anna.sends('/start');
    anna.blocksBot();
    await expect(api.sendMessage(anna.id, 'Hi')).rejects.toMatchObject({
      error_code: 403,
      description: 'Forbidden: bot was blocked by the user',
    });
    anna.unblocksBot();
    await expect(api.sendMessage(anna.id, 'Hi')).resolves.toMatchObject({ text: 'Hi' });
  });
});

describe('polling', () => {
  test('confirms an update by asking with a higher offset, and only so', async () => {
    const { api } = newBot();
    const anna = telegram.user({ firstName: 'Anna' });
    await anna.sends('one');
    await anna.sends('two');
    const first = await api.getUpdates({ limit: 1 });
    expect(await api.getUpdates({ limit: 1 })).toStrictEqual(first);
    const second = await api.getUpdates({ offset: (first[0]?.update_id ?? 0) + 1 });
    expect(second.map(({ message }) => message?.text)).toStrictEqual(['two']);
    expect(telegram.pendingUpdates).toHaveLength(1);
  });

  test('hands an update out again whose handler threw', async () => {
    const seen: string[] = [];
    const isBroken = { value: true };
    const handle = (bot: Bot): void => {
      bot.on('message:text', (ctx) => {
        seen.push(ctx.message.text);
        if (isBroken.value) throw new Error('no database');
      });
    };
    const anna = telegram.user({ firstName: 'Anna' });
    await anna.sends('paid');
    const { ended } = start((bot) => {
      handle(bot);
      // Without a handler of its own grammY stops and passes the error on, so that nothing is confirmed.
      bot.catch((error) => {
        throw error;
      });
    });
    await expect(ended).rejects.toThrow('no database');
    expect(telegram.pendingUpdates).toHaveLength(1);

    isBroken.value = false;
    start(handle);
    await telegram.until(() => seen.length === 2);
    expect(seen).toStrictEqual(['paid', 'paid']);
  });

  test('loses an update whose error was caught', async () => {
    start((bot) => {
      bot.on('message', () => {
        throw new Error('no database');
      });
      bot.catch(() => undefined);
    });
    await telegram.user({ firstName: 'Anna' }).sends('paid');
    await telegram.until(() => telegram.pendingUpdates.length === 0);
    expect(telegram.pendingUpdates).toStrictEqual([]);
  });

  test('belongs to one: the later ends the earlier', async () => {
    const first = start(() => undefined);
    await telegram.until(() => telegram.requestLog.some(({ method }) => method === 'getUpdates'));
    const second = start(() => undefined);
    await expect(first.ended).rejects.toMatchObject({ error_code: 409 });
    expect(second.bot.isRunning()).toBe(true);
  });

  test('waits, and gets what arrives meanwhile', async () => {
    const { api } = newBot();
    const waiting = api.getUpdates({ timeout: 50 });
    await telegram.until(() => telegram.requestLog.length === 1);
    await telegram.user({ firstName: 'Anna' }).sends('Hello');
    await expect(waiting).resolves.toMatchObject([{ message: { text: 'Hello' } }]);
  });

  test('is refused while a webhook is set', async () => {
    const { api } = newBot();
    await api.setWebhook('http://127.0.0.1:9/');
    await expect(api.getUpdates()).rejects.toMatchObject({ error_code: 409 });
    await api.deleteWebhook();
    await expect(api.getUpdates()).resolves.toStrictEqual([]);
  });

  test('remembers which updates it wants', async () => {
    const { api } = newBot();
    await api.getUpdates({ allowed_updates: ['callback_query'] });
    await api.getUpdates();
    const anna = telegram.user({ firstName: 'Anna' });
    await anna.sends('Hello');
    expect(telegram.pendingUpdates).toStrictEqual([]);
    await api.getUpdates({ allowed_updates: [] });
    await anna.sends('Hello');
    expect(telegram.pendingUpdates).toHaveLength(1);
  });

  test('refuses a wrong token', async () => {
    const stranger = new Bot('1:wrong', { client: { apiRoot: telegram.apiUrl } });
    await expect(stranger.api.getMe()).rejects.toMatchObject({ error_code: 401, description: 'Unauthorized' });
  });
});

describe('a webhook', () => {
  let server: Server | undefined;

  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });

  async function serve(bot: Bot, secretToken: string): Promise<string> {
    const handle = webhookCallback(bot, 'http', { secretToken });
    server = createServer((incoming, response) => {
      // As the frameworks do that grammY has adapters for: a handler that throws is a 500.
      handle(incoming, response).catch(() => response.writeHead(500).end());
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return `http://127.0.0.1:${address.port}/`;
  }

  test('gets an update again until it takes it, before any later one of that chat', async () => {
    const seen: string[] = [];
    let failures = 3;
    const bot = newBot((it) => {
      it.on('message:text', (ctx: Context) => {
        seen.push(ctx.message?.text ?? '');
        if (ctx.message?.text === 'poison' && failures > 0) {
          failures -= 1;
          throw new Error('no database');
        }
      });
    });
    await bot.api.setWebhook(await serve(bot, 'a-secret'), { secret_token: 'a-secret' });
    const anna = telegram.user({ firstName: 'Anna' });
    const boris = telegram.user({ firstName: 'Boris' });
    await anna.sends('poison');
    await anna.sends('after');
    await boris.sends('other');
    await telegram.until(() => telegram.pendingUpdates.length === 0);
    expect(seen.filter((text) => text !== 'other')).toStrictEqual(['poison', 'poison', 'poison', 'poison', 'after']);
    expect(seen).toContain('other');
    const webhook = await bot.api.getWebhookInfo();
    expect(webhook.pending_update_count).toBe(0);
    expect(webhook.last_error_message).toContain('500');
  });

  test('without its secret takes nothing', async () => {
    const bot = newBot((it) => it.on('message', () => undefined));
    await bot.api.setWebhook(await serve(bot, 'a-secret'), { secret_token: 'another' });
    await telegram.user({ firstName: 'Anna' }).sends('Hello');
    await telegram.until(() => telegram.requestLog.length > 0 && telegram.pendingUpdates.length === 1);
    await expect.poll(async () => (await bot.api.getWebhookInfo()).last_error_message).toContain('401');
    expect(telegram.pendingUpdates).toHaveLength(1);
  });

  test('may call a method in its answer', async () => {
    const bot = new Bot(telegram.token, {
      client: { apiRoot: telegram.apiUrl, canUseWebhookReply: (method) => method === 'sendMessage' },
    });
    bot.on('message', (ctx) => ctx.reply('In the answer'));
    await bot.api.setWebhook(await serve(bot, 'a-secret'), { secret_token: 'a-secret' });
    const anna = telegram.user({ firstName: 'Anna' });
    await anna.sends('Hello');
    await anna.sees('In the answer');
    expect(anna.lastMessage.text).toBe('In the answer');
  });

  test('that is stuck with a message still hears of a payment that wants to begin, and not of its end', async () => {
    const seen: string[] = [];
    const isStuck = { value: true };
    const bot = newBot((it) => {
      it.on('message', (ctx) => {
        if (isStuck.value) throw new Error('no database');
        seen.push(ctx.message.successful_payment === undefined ? 'message' : 'payment');
      });
      it.on('pre_checkout_query', (ctx) => ctx.answerPreCheckoutQuery(true));
    });
    const anna = telegram.user({ firstName: 'Anna' });
    await anna.sends('/start');
    const { api } = bot;
    const link = await api.createInvoiceLink('30 days', 'All', 'order-1', '', 'XTR', [{ label: '30 days', amount: 5 }]);
    await api.setWebhook(await serve(bot, 'a-secret'), { secret_token: 'a-secret' });
    await expect(anna.pays(link)).resolves.toMatchObject({ ok: true });
    const stuck = telegram.pendingUpdates.filter(({ message }) => message !== undefined);
    expect(stuck).toHaveLength(2);
    expect(seen).toStrictEqual([]);
    isStuck.value = false;
    await telegram.until(() => telegram.pendingUpdates.length === 0);
    expect(seen).toStrictEqual(['message', 'payment']);
  });
});

describe('payments in Stars', () => {
  test('are asked for, paid and entered in the ledger', async () => {
    const paid: string[] = [];
    const { bot } = start(sellTo(paid));
    const anna = telegram.user({ firstName: 'Anna', balance: 200 });
    await anna.sends('/buy');
    const result = await anna.pays();
    await telegram.until(() => paid.length === 1);
    expect(result).toStrictEqual({ ok: true, chargeId: paid[0] });
    expect(anna.balance).toBe(50);
    const { transactions } = await bot.api.getStarTransactions();
    expect(transactions).toMatchObject([
      {
        id: paid[0],
        amount: 150,
        source: {
          type: 'user',
          transaction_type: 'invoice_payment',
          user: { id: anna.id },
          invoice_payload: 'order-1',
        },
      },
    ]);
    await anna.sends('/buy');
    await expect(anna.pays()).resolves.toStrictEqual({ ok: false, error: 'BALANCE_TOO_LOW' });
  });

  test('are not made when the bot refuses', async () => {
    start((bot) => {
      bot.on('pre_checkout_query', (ctx) => ctx.answerPreCheckoutQuery(false, 'Sold out'));
      sellTo([])(bot);
    });
    const anna = telegram.user({ firstName: 'Anna' });
    await anna.sends('/buy');
    await expect(anna.pays()).resolves.toStrictEqual({ ok: false, error: 'Sold out' });
    expect(telegram.stars.transactions).toStrictEqual([]);
  });

  test('can be made by several who were passed an invoice without a start parameter', async () => {
    const paid: string[] = [];
    start(sellTo(paid, ''));
    const anna = telegram.user({ firstName: 'Anna' });
    const boris = telegram.user({ firstName: 'Boris' });
    await anna.sends('/buy');
    const invoice = await anna.seesMessage((message) => message.invoice !== undefined);
    const copy = anna.forwards(invoice, boris);
    await expect(boris.pays(copy)).resolves.toMatchObject({ ok: true });
    await expect(anna.pays(invoice)).resolves.toMatchObject({ ok: true });
    await telegram.until(() => paid.length === 2);
    expect(new Set(paid).size).toBe(2);
  });

  test('lead to the bot from a forwarded invoice with a start parameter', async () => {
    start(sellTo([], 'order-1'));
    const anna = telegram.user({ firstName: 'Anna' });
    const boris = telegram.user({ firstName: 'Boris' });
    await anna.sends('/buy');
    const copy = anna.forwards(await anna.seesMessage((message) => message.invoice !== undefined), boris);
    await expect(boris.pays(copy)).rejects.toThrow('no Pay button');
    await boris.presses('Pay');
    expect(boris.chat().at(-1)?.text).toBe('/start order-1');
  });

  test('are given back once, whoever asks for it', async () => {
    const paid: string[] = [];
    const refunded: string[] = [];
    const { bot } = start((it) => {
      sellTo(paid)(it);
      it.on('message:refunded_payment', (ctx) => {
        refunded.push(ctx.message.refunded_payment.telegram_payment_charge_id);
      });
    });
    const anna = telegram.user({ firstName: 'Anna', balance: 150 });
    await anna.sends('/buy');
    await anna.pays();
    await telegram.until(() => paid.length === 1);
    const [chargeId = ''] = paid;
    await expect(bot.api.refundStarPayment(anna.id, 'unknown')).rejects.toThrow('CHARGE_NOT_FOUND');
    await bot.api.refundStarPayment(anna.id, chargeId);
    await telegram.until(() => refunded.length === 1);
    expect(anna.balance).toBe(150);
    const again = bot.api.refundStarPayment(anna.id, chargeId);
    await expect(again).rejects.toThrow('CHARGE_ALREADY_REFUNDED');
    const { transactions } = await bot.api.getStarTransactions({ offset: 1 });
    expect(transactions).toMatchObject([{ id: chargeId, receiver: { user: { id: anna.id } } }]);
    expect(() => {
      telegram.stars.refundFromTelegram(chargeId);
    }).toThrow('CHARGE_ALREADY_REFUNDED');
  });

  test('recur as charges of their own', async () => {
    const payments: { readonly id: string; readonly recurring: boolean; readonly first: boolean }[] = [];
    const states: string[] = [];
    const { bot } = start((it) => {
      it.on('pre_checkout_query', (ctx) => ctx.answerPreCheckoutQuery(true));
      it.on('message:successful_payment', ({ message: { successful_payment: payment } }) => {
        const { telegram_payment_charge_id: id, is_recurring, is_first_recurring } = payment;
        payments.push({ id, recurring: is_recurring === true, first: is_first_recurring === true });
      });
      it.use((ctx) => {
        const { subscription } = ctx.update;
        if (subscription !== undefined) states.push(subscription.state);
      });
    });
    const prices = [{ label: '30 days', amount: 150 }];
    const link = await bot.api.createInvoiceLink('30 days', 'All', 'order-1', '', 'XTR', prices, {
      subscription_period: 2_592_000,
    });
    const anna = telegram.user({ firstName: 'Anna' });
    const result = await anna.pays(link);
    if (!result.ok) throw new Error(result.error);
    const renewal = telegram.stars.renewSubscription(result.chargeId);
    anna.cancelsSubscription(renewal);
    await telegram.until(() => payments.length === 2 && states.length === 1);
    expect(payments).toStrictEqual([
      { id: result.chargeId, recurring: true, first: true },
      { id: renewal, recurring: true, first: false },
    ]);
    expect(states).toStrictEqual(['canceled']);
    await expect(bot.api.editUserStarSubscription(anna.id, renewal, true)).resolves.toBe(true);
  });
});

describe('trouble', () => {
  test('429 says when to come again', async () => {
    const { api } = newBot();
    const anna = telegram.user({ firstName: 'Anna' });
    await anna.sends('/start');
    telegram.faults.calls.add({ fault: { kind: 'tooManyRequests', retryAfterS: 3 }, method: 'sendMessage', times: 1 });
    const refused = await api.sendMessage(anna.id, 'Hi').catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(GrammyError);
    expect(refused).toMatchObject({ error_code: 429, parameters: { retry_after: 3 } });
    await expect(api.sendMessage(anna.id, 'Hi')).resolves.toMatchObject({ text: 'Hi' });
  });

  test('a connection that breaks after the work leaves the message there', async () => {
    const { api } = newBot();
    const anna = telegram.user({ firstName: 'Anna' });
    await anna.sends('/start');
    telegram.faults.calls.add({ fault: { kind: 'reset' }, method: 'sendMessage', times: 1 });
    await expect(api.sendMessage(anna.id, 'Hi')).rejects.toBeInstanceOf(HttpError);
    expect(anna.chat().map(({ text }) => text)).toStrictEqual(['/start', 'Hi']);
  });

  test('updates get lost, come twice and come late', async () => {
    const clock = new ManualClock();
    const other = await startTelegramSimulator({ clock });
    try {
      const { api } = new Bot(other.token, { client: { apiRoot: other.apiUrl } });
      const { updates } = other.faults;
      updates.add({ fault: { kind: 'drop' }, times: 1 });
      updates.add({ fault: { kind: 'duplicate' }, when: ({ message }) => message?.text === 'twice' });
      updates.add({ fault: { kind: 'delay', delayMs: 5000 }, when: ({ message }) => message?.text === 'late' });
      const anna = other.user({ firstName: 'Anna' });
      for (const text of ['lost', 'twice', 'late', 'on time']) await anna.sends(text);
      const seen: (string | undefined)[] = [];
      const take = async (): Promise<void> => {
        const found = await api.getUpdates({ offset: next });
        seen.push(...found.map(({ message }) => message?.text));
        next = (found.at(-1)?.update_id ?? next - 1) + 1;
      };
      let next = 0;
      await take();
      await take();
      clock.advance(5000);
      await take();
      await take();
      expect(seen).toStrictEqual(['twice', 'on time', 'twice', 'late']);
    } finally {
      await other.stop();
    }
  });
});

describe('time', () => {
  let clock: ManualClock;
  let timed: TelegramSimulator;

  beforeEach(async () => {
    clock = new ManualClock();
    timed = await startTelegramSimulator({ clock });
  });

  afterEach(() => timed.stop());

  test('a payment that nobody agrees to within ten seconds is not made', async () => {
    const { api } = new Bot(timed.token, { client: { apiRoot: timed.apiUrl } });
    const anna = timed.user({ firstName: 'Anna', balance: 10 });
    const link = await api.createInvoiceLink('30 days', 'All', 'order-1', '', 'XTR', [{ label: '30 days', amount: 5 }]);
    const paying = anna.pays(link);
    const [update] = await api.getUpdates();
    clock.advance(10_000);
    await expect(paying).resolves.toMatchObject({ ok: false });
    const late = api.answerPreCheckoutQuery(update?.pre_checkout_query?.id ?? '', true);
    await expect(late).rejects.toThrow('query is too old and response timeout expired or query ID is invalid');
    expect(anna.balance).toBe(10);
  });

  test('queries expire after 150 seconds and messages after a day', async () => {
    const { api } = new Bot(timed.token, { client: { apiRoot: timed.apiUrl } });
    const anna = timed.user({ firstName: 'Anna' });
    await anna.sends('/start');
    await api.sendMessage(anna.id, 'Hi', { reply_markup: new InlineKeyboard().text('Buy', 'buy') });
    const pressing = anna.tap('Buy');
    await timed.until(() => timed.pendingUpdates.length === 2);
    clock.advance(149_000);
    await expect(pressing).resolves.toStrictEqual({ isAnswered: false });
    expect(await api.getUpdates()).toHaveLength(2);
    clock.advance(1000);
    expect(await api.getUpdates()).toMatchObject([{ message: { text: '/start' } }]);
    clock.advance(86_400_000);
    expect(await api.getUpdates()).toStrictEqual([]);
  });
});
