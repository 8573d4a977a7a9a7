import { describeError } from '../base/errors.ts';
import { attemptsOf, expireDialogs, expireOrders, findCustomer, type OrderRecord } from '../ledger/index.ts';
import { actions } from './actions.ts';
import { messageOf } from './attempt-message.ts';
import { writeCallback } from './callback.ts';
import type { Shop } from './context.ts';
import type { Screen } from './screen.ts';
import { speakerFor } from './visit.ts';

/**
 * Closes orders that nobody paid in time, and takes the buttons to pay off their messages. A job: every minute is enough.
 * What cannot be said to a customer changes nothing about the order.
 *
 * @returns how many orders were closed
 */
export async function closeExpiredOrders(shop: Shop): Promise<number> {
  const { store, view, log } = shop;
  const expired = await expireOrders(store, view.shop.id);
  for (const order of expired) {
    await takeButtons(shop, order).catch((thrown: unknown) => {
      log.warn({ err: describeError(thrown), orderId: order.id }, 'an expired order keeps its buttons');
    });
  }
  await expireDialogs(store, view.shop.id);
  return expired.length;
}

async function takeButtons(shop: Shop, order: OrderRecord): Promise<void> {
  const customer = await findCustomer(shop.store, shop.view.shop.id, { id: order.customerId });
  if (customer === undefined || customer.unreachableSinceMs !== undefined) return;
  const speak = speakerFor(shop, customer);
  const again = { text: speak.label('button-buy'), data: writeCallback(actions.plans) };
  const screen: Screen = {
    text: speak.say('order-expired', { title: speak.title(order.terms.title) }),
    buttons: [[again]],
    silent: true,
  };
  for (const attempt of await attemptsOf(shop.store, order.id)) {
    const message = messageOf(attempt);
    if (message === undefined) continue;
    if ((await shop.telegram.edit(message.chatId, message.messageId, screen)) === 'edited') continue;
    // An invoice has no text to edit: it goes, and a line without sound takes its place.
    await shop.telegram.remove(message.chatId, message.messageId);
    if (attempt.provider === 'stars') await shop.telegram.send(message.chatId, screen);
  }
}
