import type { Message, StarTransaction, TransactionPartner } from 'grammy/types';
import { expect, it } from 'vitest';
import { chargeOfMessage, refundOfMessage } from './messages.ts';
import { readTransaction } from './transactions.ts';

const user = { id: 7, is_bot: false, first_name: 'Anna', last_name: 'Petrova', username: 'anna' };
const chat = { id: 7, type: 'private', first_name: 'Anna' } as const;
const date = 1_790_000_000;

function partner(changes: object = {}): TransactionPartner {
  return {
    type: 'user',
    transaction_type: 'invoice_payment',
    user,
    invoice_payload: 'wl1.x',
    ...changes,
  };
}

const transaction: StarTransaction = { id: 'stx', amount: 150, date, source: partner() };

function message(payment: object): Message {
  return { message_id: 1, chat, from: user, date, ...payment };
}

function paid(changes: object = {}): Message {
  return message({
    successful_payment: {
      currency: 'XTR',
      total_amount: 150,
      invoice_payload: 'wl1.x',
      telegram_payment_charge_id: 'stx',
      provider_payment_charge_id: '',
      order_info: { name: 'Anna Petrova', email: 'anna@example.org' },
      ...changes,
    },
  });
}

it('is the same charge as the message about it', () => {
  const entry = readTransaction(transaction, false);
  const { source: told, raw: _, shopId, ...byMessage } = chargeOfMessage(paid(), { shopId: 'shop', live: false });
  expect(entry).toMatchObject({ kind: 'charge', charge: { ...byMessage, source: 'reconciliation' } });
  expect([told, shopId]).toStrictEqual(['update', 'shop']);
});

it.each([
  ['a message', chargeOfMessage(paid(), { shopId: 'shop', live: true })],
  ['the books', readTransaction(transaction, true)],
])('leaves the name of the payer out of what is recorded of %s', (_, recorded) => {
  expect(
    JSON.stringify(recorded, (_key, value: unknown) => (typeof value === 'bigint' ? Number(value) : value)),
  ).not.toMatch(/anna|petrova/i);
});

it.each([
  [{}, false],
  [{ is_recurring: true, is_first_recurring: true }, false],
  [{ is_recurring: true }, true],
])('tells the first payment of a series from those that follow: %j', (changes, recurring) => {
  expect(chargeOfMessage(paid(changes), { shopId: 'shop', live: true }).recurring).toBe(recurring);
});

it('leaves it to the ledger whether a payment of a series is its first', () => {
  const entry = readTransaction({ ...transaction, source: partner({ subscription_period: 2_592_000 }) }, true);
  expect(entry).toMatchObject({ charge: { recurring: false, renewsEverySeconds: 2_592_000 } });
});

it('takes money that goes to a payer for a refund of his charge', () => {
  const { source: _, ...outgoing } = transaction;
  const refund = { chargeId: 'stx', refundKey: 'stx', amountMinor: 150n };
  expect(readTransaction({ ...outgoing, receiver: partner() }, true)).toStrictEqual({ kind: 'refund', refund });
  const told = message({
    refunded_payment: {
      currency: 'XTR',
      total_amount: 150,
      invoice_payload: 'wl1.x',
      telegram_payment_charge_id: 'stx',
    },
  });
  expect(refundOfMessage(told, { shopId: 'shop' })).toMatchObject(refund);
});

it.each<[string, object]>([
  ['a gift', { source: partner({ transaction_type: 'gift_purchase' }) }],
  ['paid media', { source: partner({ transaction_type: 'paid_media_payment' }) }],
  ['a commission', { source: { type: 'affiliate_program', commission_per_mille: 100 } }],
  ['a withdrawal', { source: undefined, receiver: { type: 'fragment' } }],
  ['a withdrawal that came back', { source: { type: 'fragment' } }],
  ['advertising', { source: undefined, receiver: { type: 'telegram_ads' } }],
  ['what nobody knows', { source: { type: 'other' } }],
  ['parts of a Star', { amount: 0, nanostar_amount: 5 }],
  ['neither a source nor a receiver', { source: undefined }],
])('does not take %s for a payment', (_, changes) => {
  expect(readTransaction({ ...transaction, ...changes }, true)).toStrictEqual({ kind: 'other' });
});

it.each([
  ['payment', () => chargeOfMessage(message({}), { shopId: 'shop', live: true })],
  ['refund', () => refundOfMessage(message({}), { shopId: 'shop' })],
])('refuses a message without a %s', (_, read) => {
  expect(read).toThrow(expect.objectContaining({ code: 'PAYMENT_NONSENSE' }) as Error);
});
