import type { Message } from 'grammy/types';
import {
  closeDialog,
  findOrder,
  LedgerError,
  openDialog,
  setAttemptReference,
  setOrderMessage,
  submitReceipt,
} from '../../ledger/index.ts';
import { describeError } from '../../base/errors.ts';
import { endChoices, referenceTo } from '../attempt-message.ts';
import { actions } from '../actions.ts';
import { isUuid, writeCallback } from '../callback.ts';
import type { Shop, Visit } from '../context.ts';
import { staleButton } from '../errors.ts';
import type { DialogState } from '../module.ts';
import type { Button } from '../screen.ts';
import { menuButton } from './keyboard.ts';
import type { OpenPurchase } from './pay.ts';

/** A transfer is made with another app, and its receipt may be looked for later. */
const receiptValidMs = 7 * 86_400_000;

/** Shows where to transfer to, and waits for a picture of the receipt. */
export async function askForTransfer(
  visit: Visit,
  { order, attempt, leave }: OpenPurchase,
  instructions: string,
): Promise<void> {
  const { shop, speak, telegramId } = visit;
  const copy = accountIn(instructions);
  const copyButton: Button[] = copy === undefined ? [] : [{ text: speak.label('button-copy-account'), copy }];
  const text = speak.say('transfer-ask', { price: speak.money(attempt.price), instructions });
  const messageId = await visit.replace({ text, buttons: [copyButton, ...leave] });
  const message = { chatId: telegramId, messageId };
  await setAttemptReference(shop.store, attempt, referenceTo(message));
  await waitForReceipt(visit, order.id, attempt.number);
}

async function waitForReceipt({ shop, telegramId }: Visit, orderId: string, attempt: number): Promise<void> {
  const chat = { shopId: shop.view.shop.id, telegramId, validMs: receiptValidMs };
  await openDialog(shop.store, chat, { kind: 'receipt', orderId, attempt });
}

/** A receipt was declined, or its dialog was left: it may be sent again. @param args order, attempt */
export async function askForReceipt(visit: Visit, [orderId, attempt]: readonly string[]): Promise<void> {
  const { shop, speak, customer } = visit;
  const order = isUuid(orderId) ? await findOrder(shop.store, shop.view.shop.id, orderId) : undefined;
  if (order?.customerId !== customer.id) throw staleButton('the order is not of this customer');
  if (order.state === 'paid') throw staleButton('the order is paid');
  await waitForReceipt(visit, order.id, Number(attempt));
  await visit.show({ text: speak.say('transfer-send-receipt'), buttons: [[menuButton(visit)]] });
}

/** A message while a receipt is waited for: a picture is the receipt, anything else is told what is waited for. */
export async function takeReceipt(visit: Visit, message: Message, state: DialogState): Promise<void> {
  const { shop, speak, customer, telegramId } = visit;
  const photo = message.photo?.at(-1);
  const orderId = String(state['orderId']);
  if (photo === undefined) {
    const leave = { text: speak.label('button-cancel'), data: writeCallback(actions.cancel, orderId) };
    return void (await visit.send({ text: speak.say('transfer-no-photo'), buttons: [[leave]] }));
  }
  const shopId = shop.view.shop.id;
  const sha256 = await digestOf(shop, photo.file_id, photo.file_size);
  const receipt = {
    fileId: photo.file_id,
    uniqueId: photo.file_unique_id,
    ...(sha256 === undefined ? {} : { sha256 }),
  };
  const attempt = Number(state['attempt']);
  try {
    const wanted = { shopId, customerId: customer.id, orderId, attempt, photo: receipt };
    const { transfer } = await submitReceipt(shop.store, wanted);
    shop.failpoint('bot.after-receipt');
    const messageId = await visit.send({ text: speak.say('transfer-sent'), buttons: [[menuButton(visit)]] });
    shop.failpoint('bot.after-receipt-reply');
    await setOrderMessage(shop.store, orderId, { chatId: telegramId, messageId });
    await closeDialog(shop.store, shopId, telegramId);
    await endChoices(shop, orderId);
    for (const { onReceipt } of shop.modules.modules) await onReceipt?.(shop, transfer.id);
  } catch (thrown) {
    if (!(thrown instanceof LedgerError)) throw thrown;
    // The dialog stays: once one of the others is decided, the picture may be sent again.
    if (thrown.code === 'LEDGER_TRANSFERS_WAITING') {
      return void (await visit.send({ text: speak.say('transfer-many'), buttons: [[menuButton(visit)]] }));
    }
    if (thrown.code !== 'LEDGER_ORDER_UNKNOWN') throw thrown;
    await closeDialog(shop.store, shopId, telegramId);
    await visit.send({ text: speak.say('transfer-gone'), buttons: [[menuButton(visit)]] });
  }
}

const mostBytes = 5_000_000;

/** The same picture that is uploaded anew gets another name at Telegram, and has the same bytes. */
async function digestOf({ telegram, log }: Shop, fileId: string, size = 0): Promise<Uint8Array | undefined> {
  if (size > mostBytes) return undefined;
  try {
    return await telegram.digest(fileId);
  } catch (thrown) {
    log.warn({ err: describeError(thrown) }, 'a receipt could not be read; only its name is compared');
    return undefined;
  }
}

/** What a customer types into the app of his bank: the longest run of digits, else all of it. */
export function accountIn(instructions: string): string | undefined {
  const runs = [...instructions.matchAll(/\+?\d(?:[ -]?\d){7,33}/g)].map(([run]) => run.replaceAll(/[ -]/g, ''));
  return runs.toSorted((a, b) => b.length - a.length)[0];
}
