import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startTelegramSimulator, type TelegramSimulator } from './index.ts';
import { callBot } from './testing.ts';

let telegram: TelegramSimulator;

beforeEach(async () => {
  telegram = await startTelegramSimulator();
});

afterEach(() => telegram.stop());

/** @returns what a call was refused with, or `ok` */
async function verdict(method: string, params: object): Promise<string> {
  const answer = await callBot(telegram, method, params);
  return answer.ok ? 'ok' : `${answer.error_code} ${answer.description}`;
}

describe('messages', () => {
  test.each([
    [{ text: '' }, 'message text is empty'],
    [{ text: 'x'.repeat(4097) }, 'message is too long'],
    [{ text: 'x'.repeat(4096) }, 'ok'],
    [{ text: '<b>x', parse_mode: 'HTML' }, "can't parse entities"],
    [{ text: 'x', chat_id: 1 }, 'chat not found'],
    [{ text: 'x', reply_parameters: { message_id: 99 } }, 'message to be replied not found'],
  ])('%#: %o', async (params, expected) => {
    const anna = telegram.user({ firstName: 'Anna' });
    await anna.sends('/start');
    expect(await verdict('sendMessage', { chat_id: anna.id, ...params })).toContain(expected);
  });

  test.each([
    [{ text: 'x', callback_data: 'ы'.repeat(33) }, 'BUTTON_DATA_INVALID'],
    [{ text: 'x', callback_data: 'ы'.repeat(32) }, 'ok'],
    [{ text: 'x', callback_data: '' }, 'BUTTON_DATA_INVALID'],
    [{ text: 'x' }, 'Text buttons are unallowed'],
    [{ text: '', url: 'https://example.org' }, 'Text must be non-empty'],
    [{ text: 'x', url: 'https://example.org', callback_data: 'x' }, 'several actions'],
    [{ text: 'x', url: 'happ://add/abc' }, 'Unsupported URL protocol'],
    [{ text: 'x', url: 'http://localhost/x' }, 'Wrong HTTP URL'],
    [{ text: 'x', url: 'tg://user?id=1' }, 'ok'],
    [{ text: 'x', copy_text: { text: 'x'.repeat(257) } }, 'BUTTON_COPY_TEXT_INVALID'],
    [{ text: 'x', pay: true }, 'BUTTON_TYPE_INVALID'],
  ])('button %#: %o', async (button, expected) => {
    const anna = telegram.user({ firstName: 'Anna' });
    await anna.sends('/start');
    const markup = { inline_keyboard: [[button]] };
    expect(await verdict('sendMessage', { chat_id: anna.id, text: 'x', reply_markup: markup })).toContain(expected);
  });

  test('are edited only when they change, are there and are the bot’s own', async () => {
    const anna = telegram.user({ firstName: 'Anna' });
    const own = await anna.sends('/start');
    await callBot(telegram, 'sendMessage', { chat_id: anna.id, text: 'Hi' });
    const place = { chat_id: anna.id, message_id: anna.lastMessage.id };
    expect(await verdict('editMessageText', { ...place, text: 'Hi' })).toContain('message is not modified');
    expect(await verdict('editMessageText', { ...place, text: 'Hello' })).toBe('ok');
    expect(await verdict('editMessageText', { ...place, message_id: 99, text: 'x' })).toContain(
      'message to edit not found',
    );
    expect(await verdict('editMessageText', { ...place, message_id: own.id, text: 'x' })).toContain("can't be edited");
    expect(await verdict('editMessageCaption', { ...place, caption: 'x' })).toContain('no caption in the message');
    expect(await verdict('deleteMessage', place)).toBe('ok');
    expect(await verdict('deleteMessage', place)).toContain('message to delete not found');
    expect(anna.chat().map(({ text }) => text)).toStrictEqual(['/start']);
  });

  test('that are protected or invoices are not copied', async () => {
    const anna = telegram.user({ firstName: 'Anna' });
    await anna.sends('/start');
    await callBot(telegram, 'sendMessage', { chat_id: anna.id, text: 'Secret', protect_content: true });
    const place = { chat_id: anna.id, from_chat_id: anna.id, message_id: anna.lastMessage.id };
    expect(await verdict('copyMessage', place)).toContain("message can't be copied");
    expect(await verdict('forwardMessage', place)).toContain("message can't be forwarded");
    expect(() => anna.forwards(anna.lastMessage, anna)).toThrow('cannot be forwarded');
  });
});

describe('invoices', () => {
  const invoice = {
    title: '30 days',
    description: 'All servers',
    payload: 'order-1',
    currency: 'XTR',
    prices: [{ label: '30 days', amount: 150 }],
  };

  test.each([
    [{}, 'ok'],
    [{ title: 'x'.repeat(33) }, 'INVOICE_TITLE_INVALID'],
    [{ description: '' }, 'INVOICE_DESCRIPTION_INVALID'],
    [{ payload: 'ы'.repeat(65) }, 'INVOICE_PAYLOAD_INVALID'],
    [{ currency: 'RUB' }, 'CURRENCY_INVALID'],
    [{ provider_token: 'x' }, 'PAYMENT_PROVIDER_INVALID'],
    [{ prices: [] }, 'exactly one'],
    [{ prices: [...invoice.prices, ...invoice.prices] }, 'exactly one'],
    [{ prices: [{ label: 'x', amount: 1.5 }] }, 'CURRENCY_TOTAL_AMOUNT_INVALID'],
    [{ subscription_period: 86_400 }, 'SUBSCRIPTION_PERIOD_INVALID'],
    [{ subscription_period: 2_592_000 }, 'ok'],
  ])('%#: %o', async (change, expected) => {
    expect(await verdict('createInvoiceLink', { ...invoice, ...change })).toContain(expected);
  });

  test('offer a receipt instead of a second payment', async () => {
    const anna = telegram.user({ firstName: 'Anna' });
    await anna.sends('/start');
    await callBot(telegram, 'sendInvoice', { chat_id: anna.id, ...invoice, start_parameter: 'x' });
    const paying = anna.pays();
    await telegram.until(() => telegram.pendingUpdates.length === 2);
    const query = telegram.pendingUpdates.at(-1)?.pre_checkout_query?.id;
    await callBot(telegram, 'answerPreCheckoutQuery', { pre_checkout_query_id: query, ok: true });
    await expect(paying).resolves.toMatchObject({ ok: true });
    expect(anna.lastMessage).toMatchObject({ buttons: [], invoice: { isPaid: true } });
    await expect(anna.pays(anna.lastMessage)).rejects.toThrow('paid already');
  });
});

test('what the simulator has not is refused and remembered', async () => {
  expect(await verdict('sendDice', { chat_id: 1 })).toContain('501');
  const anna = telegram.user({ firstName: 'Anna' });
  await anna.sends('/start');
  expect(await verdict('sendMessage', { chat_id: anna.id, text: '*x*', parse_mode: 'MarkdownV2' })).toContain('501');
  expect(telegram.unknownCalls.map(({ method }) => method)).toStrictEqual(['sendDice', 'sendMessage']);
});

test('the members of a channel are those who joined', async () => {
  telegram.channel('@news');
  const anna = telegram.user({ firstName: 'Anna' });
  const ask = async (): Promise<unknown> => {
    return (await callBot(telegram, 'getChatMember', { chat_id: '@news', user_id: anna.id })).result;
  };
  expect(await ask()).toMatchObject({ status: 'left' });
  anna.joins('@news');
  expect(await ask()).toMatchObject({ status: 'member' });
  expect(await verdict('getChatMember', { chat_id: '@other', user_id: anna.id })).toContain('chat not found');
});

test('a button that is answered late, twice or not at all', async () => {
  const anna = telegram.user({ firstName: 'Anna' });
  await anna.sends('/start');
  const markup = { inline_keyboard: [[{ text: 'Buy', callback_data: 'buy' }]] };
  await callBot(telegram, 'sendMessage', { chat_id: anna.id, text: 'Hi', reply_markup: markup });
  const pressing = anna.presses(/^Buy$/);
  await telegram.until(() => telegram.pendingUpdates.length === 2);
  const id = telegram.pendingUpdates.at(-1)?.callback_query?.id;
  expect(await verdict('answerCallbackQuery', { callback_query_id: id, text: 'x'.repeat(201) })).toContain('TOO_LONG');
  expect(await verdict('answerCallbackQuery', { callback_query_id: id })).toBe('ok');
  await expect(pressing).resolves.toStrictEqual({ isAlert: false });
  expect(await verdict('answerCallbackQuery', { callback_query_id: id })).toContain('query is too old');
  await expect(anna.presses('Buy', { timeoutMs: 30 })).rejects.toThrow('the bot to answer Buy');
  await expect(anna.presses('Sell', { timeoutMs: 30 })).rejects.toThrow('to have a button Sell');
});
