import type { Message } from 'grammy/types';
import {
  authorOf,
  closeDialog,
  decideTransfer,
  findCustomer,
  findDialog,
  findTransfer,
  listAdmins,
  openDialog,
  openTransfers,
  type DecidedTransfer,
  type TransferRecord,
} from '../../ledger/index.ts';
import { isUuid, writeCallback } from '../callback.ts';
import { staleButton } from '../errors.ts';
import type { DialogState } from '../module.ts';
import type { Button } from '../screen.ts';
import { adminActions, adminDialogs } from './actions.ts';
import { announceTransfers, editTransfer, sendTransfer } from './announce.ts';
import { button, paged, pageOf } from './pages.ts';
import type { StaffVisit } from './staff.ts';
import { transferScreen } from './transfer-screen.ts';
import { ageLabel, authorName } from './wording.ts';

const pageSize = 8;
const validMs = 900_000;
/** Offered reasons; the customer reads them, in his language where that is possible: the texts are `admin-decline-<name>`. */
const reasons = ['missing', 'amount', 'unreadable'] as const;

/** Receipts that wait, the oldest first. @param args page */
export async function showTransfers(visit: StaffVisit, [written]: readonly string[]): Promise<void> {
  const { shop, speak } = visit;
  const page = pageOf(written, pageSize);
  const transfers = await openTransfers(shop.store, shop.view.shop.id, page);
  const { shown, buttons } = paged(speak, transfers, page, adminActions.transfers);
  const rows = shown.map(({ id, price, customer, createdAtMs, repeats }): Button[] => {
    const age = ageLabel(speak, (shop.clock.now() - createdAtMs) / 1000);
    return [
      {
        text: `${repeats === undefined ? '' : '⚠️ '}${age} · ${speak.money(price)} · ${customer.name}`,
        data: writeCallback(adminActions.transfer, id),
      },
    ];
  });
  const text = speak.say(shown.length === 0 ? 'admin-transfers-none' : 'admin-transfers');
  await visit.show({ text, buttons: [...rows, buttons, [button(speak, 'admin-button-menu', adminActions.menu)]] });
}

/** The photo of a receipt, with the facts and the decision below. @param args transfer */
export async function showTransfer(visit: StaffVisit, [id]: readonly string[]): Promise<void> {
  const { shop, speak, telegramId } = visit;
  const transfer = await transferOf(visit, id);
  const screen = transferScreen(speak, transfer, await listAdmins(shop.store, shop.view.shop.id));
  await sendTransfer(shop, telegramId, transfer, screen);
}

/** @param args transfer */
export async function approve(visit: StaffVisit, [id]: readonly string[]): Promise<void> {
  const transfer = await transferOf(visit, id);
  await decide(visit, transfer, 'approved', '');
}

/** Asks for the reason: a tap decides, or the next message does. @param args transfer */
export async function askDecline(visit: StaffVisit, [id]: readonly string[]): Promise<void> {
  const { shop, speak, telegramId } = visit;
  const transfer = await transferOf(visit, id);
  if (transfer.decision !== undefined) return tellDecided(visit, transfer);
  const dialog = { kind: adminDialogs.decline, transfer: transfer.id };
  await openDialog(shop.store, { shopId: shop.view.shop.id, telegramId, validMs }, dialog);
  const rows = reasons.map((reason, index): Button[] => [
    { text: speak.label(`admin-decline-${reason}`), data: writeCallback(adminActions.declineFor, transfer.id, index) },
  ]);
  // A message of its own: the photo stays above it.
  await visit.send({
    text: speak.say('admin-decline-ask'),
    buttons: [
      ...rows,
      [
        button(speak, 'button-cancel', adminActions.keepTransfer, transfer.id),
        button(speak, 'admin-button-menu', adminActions.menu),
      ],
    ],
  });
}

/** Not to decline after all; pressing it has ended the question already. @param args transfer */
export async function keepTransfer(visit: StaffVisit, [id]: readonly string[]): Promise<void> {
  const { speak } = visit;
  const transfer = await transferOf(visit, id);
  if (transfer.decision !== undefined) return tellDecided(visit, transfer);
  await visit.show({
    text: speak.say('admin-decline-canceled'),
    buttons: [
      [button(speak, 'admin-button-receipt', adminActions.transfer, transfer.id)],
      [button(speak, 'admin-button-menu', adminActions.menu)],
    ],
  });
}

/** @param args transfer, number of the reason */
export async function declineFor(visit: StaffVisit, [id, index]: readonly string[]): Promise<void> {
  const { shop } = visit;
  const transfer = await transferOf(visit, id);
  const reason = reasons[Number(index)] ?? 'missing';
  const language = await languageOf(visit, transfer);
  const { languages, timeZone } = shop.view.spec;
  const speak = shop.texts.speaker([language, languages.default], timeZone);
  await decide(visit, transfer, 'declined', speak.label(`admin-decline-${reason}`));
}

export async function declineByMessage(visit: StaffVisit, message: Message, state: DialogState): Promise<void> {
  const reason = message.text?.trim().slice(0, 300) ?? '';
  if (reason === '') return void (await visit.send({ text: visit.speak.say('admin-decline-ask') }));
  const transfer = await transferOf(visit, String(state['transfer'] ?? ''));
  await decide(visit, transfer, 'declined', reason);
}

async function decide(
  visit: StaffVisit,
  transfer: TransferRecord,
  decision: 'approved' | 'declined',
  reason: string,
): Promise<void> {
  const { shop, speak, admin, telegramId } = visit;
  const shopId = shop.view.shop.id;
  const verdict = { shopId, transferId: transfer.id, decision, by: authorOf(admin), reason };
  const decided = await decideTransfer(shop.store, verdict);
  shop.failpoint('bot.after-decision');
  if (decided.charge !== undefined) shop.metrics.chargeRecorded('manual', decided.charge);
  const { orderId } = transfer;
  shop.log.info(
    { orderId, provider: 'manual', disposition: decided.charge?.disposition, decision },
    'a receipt was decided',
  );
  const state = await findDialog(shop.store, shopId, telegramId);
  if (state?.kind === adminDialogs.decline && state['transfer'] === transfer.id)
    await closeDialog(shop.store, shopId, telegramId);
  await announceTransfers(shop, transfer.id);
  await endQuestion(visit, decided.transfer);
  if (!decided.isNew) return tellDecided(visit, decided.transfer);
  await visit.toast(speak.label(`admin-toast-${decision}`));
  await report(visit, decided);
}

/** The message whose button was pressed need not be the one that was announced. */
async function endQuestion(visit: StaffVisit, transfer: TransferRecord): Promise<void> {
  const { shop, speak, telegramId, pressed } = visit;
  if (pressed === undefined) return void (await visit.send({ text: speak.say('admin-decline-done') }));
  const screen = transferScreen(speak, transfer, await listAdmins(shop.store, shop.view.shop.id));
  if (pressed.hasText) await visit.show(screen);
  else await editTransfer(shop, telegramId, pressed.messageId, transfer, screen);
}

/** What became of it: the message with the photo says who decided, this one what follows where it is not as hoped. */
async function report(visit: StaffVisit, { charge }: DecidedTransfer): Promise<void> {
  const { speak } = visit;
  if (charge === undefined || charge.disposition === 'granted') return;
  const buttons = [[button(speak, 'admin-button-queues-open', adminActions.queues)]];
  await visit.send({
    text: speak.say('admin-transfer-odd', { what: speak.label(`admin-disposition-${charge.disposition}`) }),
    buttons,
  });
}

async function tellDecided(visit: StaffVisit, { decision }: TransferRecord): Promise<void> {
  const { shop, speak } = visit;
  const admins = await listAdmins(shop.store, shop.view.shop.id);
  const name = authorName(decision?.by ?? '', admins);
  await visit.toast(speak.label('admin-transfer-decided', { by: name, decision: decision?.kind ?? 'approved' }));
}

async function languageOf({ shop }: StaffVisit, { customerId }: TransferRecord): Promise<string | undefined> {
  return (await findCustomer(shop.store, shop.view.shop.id, { id: customerId }))?.language;
}

/** @throws BotError BOT_BUTTON_STALE where the shop has no such transfer */
async function transferOf({ shop }: StaffVisit, id: string | undefined): Promise<TransferRecord> {
  const found = isUuid(id) ? await findTransfer(shop.store, shop.view.shop.id, id) : undefined;
  if (found !== undefined) return found;
  throw staleButton('there is no such transfer');
}
