import type { Message } from 'grammy/types';
import { cutText } from '../../base/cut-text.ts';
import { describeError } from '../../base/errors.ts';
import {
  adminsWho,
  findCustomer,
  recordSupportCopy,
  subscriptionsOf,
  supportCopiesOf,
  type OwnedSubscription,
} from '../../ledger/index.ts';
import { adminActions } from '../admin/actions.ts';
import { button } from '../admin/pages.ts';
import { personHtml } from '../admin/wording.ts';
import type { Visit } from '../context.ts';
import { describeStatus } from '../customer/status.ts';
import { escapeHtml, type Speaker } from '../texts.ts';
import { speakerFor } from '../visit.ts';
import { supportActions } from './actions.ts';

/** Room for the head of the copy within one message of 4096 characters, when every character has to be escaped. */
const longestText = 3000;

/**
 * Copies what a customer wrote to everybody who answers customers. A message that comes twice is copied once per admin.
 *
 * @returns how many have it
 */
export async function handOver(visit: Visit, message: Message): Promise<number> {
  const { shop, customer } = visit;
  const shopId = shop.view.shop.id;
  const about = { shopId, customerId: customer.id, customerMessageId: message.message_id };
  const [admins, known, subscriptions] = await Promise.all([
    adminsWho(shop.store, shopId, 'answer'),
    supportCopiesOf(shop.store, about),
    subscriptionsOf(shop.store, customer.id, 3),
  ]);
  let reached = 0;
  for (const { telegramId: adminChatId } of admins) {
    if (known.has(adminChatId)) {
      reached += 1;
      continue;
    }
    try {
      for (const adminMessageId of await copyTo(visit, adminChatId, message, subscriptions)) {
        await recordSupportCopy(shop.store, { ...about, adminChatId, adminMessageId });
      }
      reached += 1;
    } catch (thrown) {
      // One admin who blocked the bot must not keep the others from answering.
      shop.log.warn({ err: describeError(thrown) }, 'a message to support could not be copied to an admin');
    }
  }
  return reached;
}

/** @returns ids of the messages that stand for it: replies to any of them are answers */
async function copyTo(
  { shop, customer, telegramId }: Visit,
  adminChatId: number,
  message: Message,
  subscriptions: readonly OwnedSubscription[],
): Promise<number[]> {
  const admin = await findCustomer(shop.store, shop.view.shop.id, { telegramId: adminChatId });
  const speak = speakerFor(shop, { language: admin?.language });
  const head = headOf(speak, customer, subscriptions);
  const buttons = [
    [
      button(speak, 'button-answer', supportActions.answer, customer.id),
      button(speak, 'admin-button-customer', adminActions.customer, customer.id),
    ],
  ];
  if (message.text !== undefined) {
    const text = `${head}\n\n${cutHtml(message.text)}`;
    return [await shop.telegram.send(adminChatId, { text, buttons })];
  }
  const first = await shop.telegram.send(adminChatId, { text: head, buttons });
  const copied = await shop.telegram.api.copyMessage(adminChatId, telegramId, message.message_id, {
    reply_parameters: { message_id: first, allow_sending_without_reply: true },
  });
  return [first, copied.message_id];
}

function headOf(speak: Speaker, customer: Visit['customer'], subscriptions: readonly OwnedSubscription[]): string {
  const lines =
    subscriptions.length === 0
      ? [speak.say('admin-customer-empty')]
      : subscriptions.map((one) => describeStatus(speak, one));
  return [speak.say('admin-support-from', { person: personHtml(customer) }), ...lines].join('\n');
}

function cutHtml(text: string): string {
  const cut = text.length > longestText ? `${cutText(text, longestText)}…` : text;
  return escapeHtml(cut);
}
