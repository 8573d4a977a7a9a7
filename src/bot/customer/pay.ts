import { parsePeriodSeconds, type VPNPlan } from '../../api/index.ts';
import { cutText } from '../../base/cut-text.ts';
import {
  attemptsOf,
  cancelOrder,
  closeDialog,
  findOrder,
  openAttempt,
  placeOrder,
  setAttemptReference,
  writePayload,
  type AttemptRecord,
  type OrderRecord,
} from '../../ledger/index.ts';
import type { Invoice } from '../../payments/provider.ts';
import { actions } from '../actions.ts';
import { isUuid, shortKey, writeCallback } from '../callback.ts';
import type { Visit } from '../context.ts';
import { staleButton } from '../errors.ts';
import { keyboardOf, type Button } from '../screen.ts';
import { messageOf, referenceTo } from '../attempt-message.ts';
import { termsOfPlan, type PricedMethod } from './catalogue.ts';
import { showMenu } from './menu.ts';
import { askForTransfer } from './transfer.ts';

const minuteMs = 60_000;

/** Everything that showing a way to pay needs. */
export interface OpenPurchase {
  readonly plan: VPNPlan;
  readonly order: OrderRecord;
  readonly attempt: AttemptRecord;
  /** What stands below it: another method or plan, and the way out. */
  readonly leave: readonly (readonly Button[])[];
}

/**
 * Places the order and shows how to pay it. Clicked twice it is one order and one attempt, and the last message of the
 * two is the one that stays.
 *
 * @param target a subscription of the customer, or anything else for a new one
 */
export async function payFor(visit: Visit, plan: VPNPlan, way: PricedMethod, target: string): Promise<void> {
  const { shop, customer, speak, telegramId } = visit;
  const { view, store, failpoint } = shop;
  const order = await placeOrder(store, {
    shopId: view.shop.id,
    customerId: customer.id,
    terms: termsOfPlan(plan, view),
    validMs: view.spec.orders.validMinutes * minuteMs,
    ...(isUuid(target) ? { subscriptionId: target } : {}),
  });
  failpoint('bot.after-order');
  const { name: method, provider } = way.method;
  const attempt = await openAttempt(store, { orderId: order.id, method, provider: provider.id, price: way.price });
  failpoint('bot.after-attempt');
  const invoice: Invoice = {
    payload: writePayload({ shopId: view.shop.id, orderId: order.id, attempt: attempt.number }),
    price: attempt.price,
    title: cut(speak.title(plan.spec.title), 32),
    description: cut(describe(visit, plan), 255),
    payer: String(telegramId),
  };
  const request = await provider.request(invoice);
  const purchase: OpenPurchase = { plan, order, attempt, leave: leaveButtons(visit, plan, order, target) };
  switch (request.kind) {
    case 'telegram-invoice':
      return sendInvoice(visit, purchase, invoice, request.startParameter);
    case 'link':
      return showLink(visit, purchase, request.url);
    case 'transfer':
      return askForTransfer(visit, purchase, request.instructions);
  }
}

/** The invoice is a message of its own kind, which takes the place of the one before. */
async function sendInvoice(
  visit: Visit,
  { order, attempt, leave }: OpenPurchase,
  { title, description, payload, price }: Invoice,
  startParameter: string,
): Promise<void> {
  const { shop, speak, telegramId, pressed } = visit;
  const { telegram, failpoint } = shop;
  const pay = { text: speak.label('button-pay', { price: speak.money(price) }), pay: true } as const;
  const { inline_keyboard: below } = keyboardOf({ text: '', buttons: leave });
  const prices = [{ label: title, amount: Number(price.minorUnits) }];
  const sent = await telegram.api.sendInvoice(telegramId, title, description, payload, price.currency, prices, {
    provider_token: '',
    // Without it a forwarded copy could be paid by anybody.
    start_parameter: startParameter,
    reply_markup: { inline_keyboard: [[pay], ...below] },
  });
  failpoint('bot.after-invoice');
  const before = messageOf(attempt);
  await setAttemptReference(shop.store, attempt, referenceTo({ chatId: telegramId, messageId: sent.message_id }));
  if (before !== undefined) await telegram.remove(before.chatId, before.messageId);
  if (pressed !== undefined) await telegram.remove(telegramId, pressed.messageId);
  shop.log.info({ orderId: order.id, subscriptionId: order.subscriptionId }, 'an invoice was sent');
}

async function showLink(visit: Visit, { order, attempt, leave }: OpenPurchase, url: string): Promise<void> {
  const { shop, speak, telegramId } = visit;
  const text = speak.say('pay-link', { price: speak.money(attempt.price), until: speak.date(order.expiresAtMs) });
  const open: Button = { text: speak.label('button-pay', { price: speak.money(attempt.price) }), url };
  const messageId = await visit.replace({ text, buttons: [[open], ...leave] });
  await setAttemptReference(shop.store, attempt, referenceTo({ chatId: telegramId, messageId }));
}

function leaveButtons({ speak }: Visit, plan: VPNPlan, order: OrderRecord, target: string): Button[][] {
  const back = writeCallback(actions.leave, shortKey(plan.metadata.name), target);
  const cancelling = writeCallback(actions.cancel, order.id);
  return [
    [
      { text: speak.label('button-other-way'), data: back },
      { text: speak.label('button-cancel'), data: cancelling },
    ],
  ];
}

/** The customer does not want it any more; what he pays all the same is accepted. @param args order */
export async function cancel(visit: Visit, [orderId]: readonly string[]): Promise<void> {
  const { shop, customer, speak } = visit;
  const order = isUuid(orderId) ? await findOrder(shop.store, shop.view.shop.id, orderId) : undefined;
  if (order?.customerId !== customer.id) throw staleButton('the order is not of this customer');
  await cancelOrder(shop.store, customer.id, order.id);
  const { state } = (await findOrder(shop.store, shop.view.shop.id, order.id)) ?? order;
  if (state === 'paid') throw staleButton('the order is paid');
  // Somebody looks at its receipt, which ends in one way or the other.
  if (state === 'pending') return visit.toast(speak.label('transfer-waiting'));
  await closeDialog(shop.store, shop.view.shop.id, visit.telegramId);
  await removeInvoices(visit, order.id);
  await visit.toast(speak.label('order-canceled'));
  await showMenu({ ...visit, show: visit.replace });
}

async function removeInvoices({ shop, pressed }: Visit, orderId: string): Promise<void> {
  for (const attempt of await attemptsOf(shop.store, orderId)) {
    const message = messageOf(attempt);
    if (message === undefined || message.messageId === pressed?.messageId) continue;
    await shop.telegram.remove(message.chatId, message.messageId);
  }
}

function describe({ speak }: Visit, { spec }: VPNPlan): string {
  const days = parsePeriodSeconds(spec.period) / 86_400;
  return speak.label('invoice-description', { title: speak.title(spec.title), days });
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${cutText(text, most - 1)}…`;
}
