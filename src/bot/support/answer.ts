import type { Message } from 'grammy/types';
import { cutText } from '../../base/cut-text.ts';
import { closeDialog, customerOfCopy, findCustomer, notify, openDialog } from '../../ledger/index.ts';
import { adminActions } from '../admin/actions.ts';
import { button } from '../admin/pages.ts';
import { asStaff, type StaffVisit } from '../admin/staff.ts';
import { isUuid } from '../callback.ts';
import type { Visit } from '../context.ts';
import { staleButton } from '../errors.ts';
import type { DialogState } from '../module.ts';
import type { NoticeMetrics } from '../notices/metrics.ts';
import { supportDialogs } from './actions.ts';

const validMs = 3_600_000;
/** What fits into one message of 4096 characters, or a caption of 1024, with a head above it. */
const longestText = 3500;
const longestCaption = 900;

/** The admin's next message is for that customer. @param args customer */
export async function askAnswer(visit: StaffVisit, [customerId]: readonly string[]): Promise<void> {
  const { shop, speak, telegramId } = visit;
  const shopId = shop.view.shop.id;
  const customer = isUuid(customerId) ? await findCustomer(shop.store, shopId, { id: customerId }) : undefined;
  if (customer === undefined) throw staleButton('there is no such customer');
  await openDialog(shop.store, { shopId, telegramId, validMs }, { kind: supportDialogs.answer, customer: customer.id });
  const buttons = [[button(speak, 'button-cancel', adminActions.customer, customer.id)]];
  // A message of its own: what the customer wrote stays above it.
  await visit.send({ text: speak.say('admin-support-answer', { name: customer.name }), buttons });
}

/** The message after {@link askAnswer}. A reply to a copy goes to whom that is about, whatever the dialog says. */
export async function answerByMessage(
  visit: StaffVisit,
  message: Message,
  state: DialogState,
  metrics: NoticeMetrics,
): Promise<void> {
  if (await answerByReply(visit, message, metrics)) return;
  const { shop, telegramId } = visit;
  if (!(await sendAnswer(visit, message, String(state['customer'] ?? ''), metrics))) return;
  await closeDialog(shop.store, shop.view.shop.id, telegramId);
}

/** A reply of an admin to a copy of a customer's message. @returns whether it was one */
export async function answerByReply(visit: Visit, message: Message, metrics: NoticeMetrics): Promise<boolean> {
  const adminMessageId = message.reply_to_message?.message_id;
  if (adminMessageId === undefined) return false;
  const staff = await asStaff(visit, 'answer');
  if (staff === undefined) return false;
  const { shop, telegramId: adminChatId } = staff;
  const copy = { shopId: shop.view.shop.id, adminChatId, adminMessageId };
  const customerId = await customerOfCopy(shop.store, copy);
  if (customerId === undefined) return false;
  await sendAnswer(staff, message, customerId, metrics);
  return true;
}

/** Answers go through the queue of notices, so that they arrive as surely, and once. @returns whether it can be sent */
async function sendAnswer(
  visit: StaffVisit,
  message: Message,
  customerId: string,
  metrics: NoticeMetrics,
): Promise<boolean> {
  const { shop, speak, telegramId } = visit;
  const photo = message.photo?.at(-1)?.file_id;
  const text = cutText(message.text ?? message.caption ?? '', photo === undefined ? longestText : longestCaption);
  if (text === '' && photo === undefined) {
    await visit.send({ text: speak.say('support-unfit') });
    return false;
  }
  const isNew = await notify(shop.store, {
    shopId: shop.view.shop.id,
    customerId,
    kind: 'support',
    delivery: 'at-least-once',
    dedupe: `${telegramId}:${message.message_id}`,
    payload: { text, ...(photo === undefined ? {} : { photo }) },
  });
  if (isNew) metrics.supportMessage('out');
  await visit.send({ text: speak.say('admin-support-answered'), silent: true });
  return true;
}
