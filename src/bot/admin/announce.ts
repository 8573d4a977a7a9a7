import {
  adminsWho,
  claimUnshownTransfers,
  closeTransferMessage,
  findCustomer,
  findTransfer,
  listAdmins,
  recordTransferMessage,
  staleTransferMessages,
  type AdminRecord,
  type TransferRecord,
} from '../../ledger/index.ts';
import { describeError } from '../../base/errors.ts';
import type { Shop } from '../context.ts';
import { judgeSendFailure } from '../notices/send-failure.ts';
import { keyboardOf, type Screen } from '../screen.ts';
import { refusalOf } from '../telegram.ts';
import type { Speaker } from '../texts.ts';
import { speakerFor } from '../visit.ts';
import { transferScreen } from './transfer-screen.ts';

/**
 * Brings what admins see of receipts up to date: a message for each admin who may decide about each open receipt, and the
 * decision on all of them once there is one. What fails is tried again by whoever does this next.
 *
 * @param transferId only that one
 */
export async function announceTransfers(shop: Shop, transferId?: string): Promise<void> {
  const shopId = shop.view.shop.id;
  const only = transferId === undefined ? {} : { transferId };
  const [deciders, admins] = await Promise.all([
    adminsWho(shop.store, shopId, 'transfers'),
    listAdmins(shop.store, shopId),
  ]);
  const chats = deciders.map(({ telegramId }) => telegramId);
  for (const unshown of await claimUnshownTransfers(shop.store, shopId, chats, only)) {
    await attempt(shop, async () => {
      const transfer = await findTransfer(shop.store, shopId, unshown.transferId);
      const screen = transfer && transferScreen(await speakerOf(shop, unshown.adminChatId), transfer, admins);
      const messageId = screen && (await sendOrGiveUp(shop, unshown.adminChatId, transfer, screen));
      shop.failpoint('bot.after-transfer-send');
      await recordTransferMessage(shop.store, unshown, messageId);
    });
  }
  await closeDecided(shop, admins, only);
}

/** The first decision counts for all: everybody else's message says so. */
async function closeDecided(
  shop: Shop,
  admins: readonly AdminRecord[],
  only: { readonly transferId?: string },
): Promise<void> {
  const shopId = shop.view.shop.id;
  for (const stale of await staleTransferMessages(shop.store, shopId, only)) {
    await attempt(shop, async () => {
      const transfer = await findTransfer(shop.store, shopId, stale.transferId);
      const screen = transfer && transferScreen(await speakerOf(shop, stale.adminChatId), transfer, admins);
      if (screen !== undefined) await editTransfer(shop, stale.adminChatId, stale.messageId, transfer, screen);
      await closeTransferMessage(shop.store, stale);
    });
  }
}

async function attempt(shop: Shop, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (thrown) {
    // One admin's chat must not keep the others from deciding.
    shop.log.warn({ err: describeError(thrown) }, 'a receipt could not be shown to an admin, will try again');
  }
}

/** @returns nothing where this chat cannot be written to */
async function sendOrGiveUp(
  shop: Shop,
  chatId: number,
  transfer: TransferRecord | undefined,
  screen: Screen,
): Promise<number | undefined> {
  try {
    return await sendTransfer(shop, chatId, transfer, screen);
  } catch (thrown) {
    const { kind } = judgeSendFailure(thrown);
    if (kind === 'unreachable' || kind === 'refused') return undefined;
    throw thrown;
  }
}

/** A photo that Telegram does not give out any more must not keep the money from being decided about. */
export async function sendTransfer(
  shop: Shop,
  chatId: number,
  transfer: TransferRecord | undefined,
  screen: Screen,
): Promise<number> {
  if (transfer?.photoFileId === undefined) return shop.telegram.send(chatId, screen);
  const { messageId, refusal } = await shop.telegram.sendKnownPhoto(chatId, transfer.photoFileId, screen);
  if (refusal !== undefined) shop.log.warn({ refusal }, 'the photo of a receipt is refused, its facts are sent alone');
  return messageId;
}

/** Puts what is decided under a receipt that is shown already. */
export async function editTransfer(
  shop: Shop,
  chatId: number,
  messageId: number,
  transfer: TransferRecord | undefined,
  screen: Screen,
): Promise<void> {
  if (transfer?.photoFileId === undefined) {
    await shop.telegram.edit(chatId, messageId, screen);
    return;
  }
  try {
    const options = { caption: screen.text, parse_mode: 'HTML', reply_markup: keyboardOf(screen) } as const;
    await shop.telegram.api.editMessageCaption(chatId, messageId, options);
  } catch (thrown) {
    if (judgeSendFailure(thrown).kind === 'unreachable') return;
    const refusal = refusalOf(thrown);
    if (refusal === undefined) throw thrown;
    // Else it was deleted by the admin, or is as it should be already.
    if (refusal.includes('no caption in the message')) await shop.telegram.edit(chatId, messageId, screen);
  }
}

async function speakerOf(shop: Shop, telegramId: number): Promise<Speaker> {
  const admin = await findCustomer(shop.store, shop.view.shop.id, { telegramId });
  return speakerFor(shop, { language: admin?.language });
}
