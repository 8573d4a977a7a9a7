import type { Message } from 'grammy/types';
import {
  awaitedReceipts,
  closeDialog,
  findOrder,
  LedgerError,
  openDialog,
  setAttemptReference,
  setOrderMessage,
  submitReceipt,
  type AwaitedReceipt,
} from '../../ledger/index.ts';
import { describeError } from '../../base/errors.ts';
import { endChoices, referenceTo } from '../attempt-message.ts';
import { actions } from '../actions.ts';
import { isUuid, writeCallback } from '../callback.ts';
import type { Shop, Visit } from '../context.ts';
import { staleButton } from '../errors.ts';
import type { DialogState } from '../module.ts';
import type { Button } from '../screen.ts';
import { listButton, menuButton, supportButtons } from './keyboard.ts';
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
  if (order.reviewSinceMs !== undefined) return visit.toast(speak.label('transfer-waiting'));
  await waitForReceipt(visit, order.id, Number(attempt));
  // A message of its own: why the one before was declined stays above it.
  await visit.send({ text: speak.say('transfer-send-receipt'), buttons: [[menuButton(visit)]] });
}

/** A message while a receipt is waited for: a picture is the receipt, anything else is told what is waited for. */
export async function takeReceipt(visit: Visit, message: Message, state: DialogState): Promise<void> {
  const { shop, speak, telegramId } = visit;
  const shopId = shop.view.shop.id;
  const orderId = String(state['orderId']);
  // It was paid in another way since, or by this very picture, which comes again.
  if ((await findOrder(shop.store, shopId, orderId))?.state === 'paid') {
    await closeDialog(shop.store, shopId, telegramId);
    const buttons = [[listButton(visit)], supportButtons(visit), [menuButton(visit)]];
    return void (await visit.send({ text: speak.say('transfer-paid'), buttons }));
  }
  const picture = pictureIn(message);
  if (picture === undefined) {
    const leave = { text: speak.label('button-cancel'), data: writeCallback(actions.cancel, orderId) };
    const key = message.document === undefined ? 'transfer-no-photo' : 'transfer-no-file';
    return void (await visit.send({ text: speak.say(key), buttons: [[leave]] }));
  }
  await submit(visit, picture, { orderId, attempt: Number(state['attempt']) });
}

/**
 * A picture that nobody asked for: whoever has just paid sends it without pressing anything, once more, or right after a
 * decline. Which order it is of is what Postgres has open; where that is not one, the customer says which. The second
 * picture of an album, and a sharper one, are of the order that has its receipt already, not of another one that is open.
 */
export async function takePicture(visit: Visit, message: Message): Promise<boolean> {
  const { shop, speak, customer } = visit;
  const picture = pictureIn(message);
  if (picture === undefined && message.document === undefined) return false;
  const awaited = await awaitedReceipts(shop.store, shop.view.shop.id, customer.id);
  const open = awaited.filter(({ isOpen, isWaiting }) => isOpen && !isWaiting);
  const waiting = awaited.find(({ isWaiting }) => isWaiting);
  const [one, ...more] = open;
  if (picture === undefined) {
    if (one === undefined) return false;
    await visit.send({ text: speak.say('transfer-no-file'), buttons: [[menuButton(visit)]] });
  } else if (one !== undefined && more.length === 0 && waiting === undefined) {
    await submit(visit, picture, one);
  } else if (one !== undefined) {
    const lines = waiting !== undefined ? ['transfer-have', 'transfer-other'] : ['transfer-which'];
    await askWhich(visit, lines, open);
  } else if (waiting !== undefined) {
    // Known, unless it is the one, and the answer to it was lost.
    await submit(visit, picture, waiting);
  } else if (awaited.length > 0) {
    await askWhich(visit, ['transfer-late'], awaited);
  } else {
    await visit.send({ text: speak.say('transfer-none'), buttons: [supportButtons(visit), [menuButton(visit)]] });
  }
  return true;
}

async function askWhich(visit: Visit, keys: readonly string[], orders: readonly AwaitedReceipt[]): Promise<void> {
  const { speak } = visit;
  const rows = orders.map(({ orderId, attempt, title, price }): Button[] => [
    {
      text: speak.label('button-receipt-of', { title: speak.title(title), price: speak.money(price) }),
      data: writeCallback(actions.receipt, orderId, attempt),
    },
  ]);
  const text = keys.map((key) => speak.say(key)).join('\n\n');
  await visit.send({ text, buttons: [...rows, supportButtons(visit), [menuButton(visit)]] });
}

/** What Telegram calls a picture: a photo, or one that was sent as a file. */
interface Picture {
  readonly file_id: string;
  readonly file_unique_id: string;
  readonly file_size?: number;
}

function pictureIn({ photo, document }: Message): Picture | undefined {
  return photo?.at(-1) ?? (document?.mime_type?.startsWith('image/') === true ? document : undefined);
}

/** Hands it to the admins, and says so. Told twice it is one receipt. */
async function submit(
  visit: Visit,
  picture: Picture,
  { orderId, attempt }: Pick<AwaitedReceipt, 'orderId' | 'attempt'>,
): Promise<void> {
  const { shop, speak, customer, telegramId } = visit;
  const shopId = shop.view.shop.id;
  const sha256 = await digestOf(shop, picture.file_id, picture.file_size);
  const photo = {
    fileId: picture.file_id,
    uniqueId: picture.file_unique_id,
    ...(sha256 === undefined ? {} : { sha256 }),
  };
  const before = (await findOrder(shop.store, shopId, orderId))?.message;
  try {
    const wanted = { shopId, customerId: customer.id, orderId, attempt, photo };
    const { transfer, isNew } = await submitReceipt(shop.store, wanted);
    shop.failpoint('bot.after-receipt');
    // Another picture of what is looked at already, unless this is the one, and the answer to it was lost.
    const isKnown = !isNew && before !== undefined;
    const key = isKnown ? 'transfer-have' : 'transfer-sent';
    const messageId = await visit.send({ text: speak.say(key), buttons: [[menuButton(visit)]] });
    shop.failpoint('bot.after-receipt-reply');
    if (!isKnown) await setOrderMessage(shop.store, orderId, { chatId: telegramId, messageId });
    await closeDialog(shop.store, shopId, telegramId);
    await endChoices(shop, orderId);
    // What said that it may be sent again offers what is done.
    if (!isKnown && before !== undefined) await shop.telegram.takeButtons(before.chatId, before.messageId);
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
