import type { CallbackQuery, Message, Update, User } from 'grammy/types';
import { closeDialog, findCustomer, findDialog, markUnreachable, seeCustomer } from '../ledger/index.ts';
import { readCallback } from './callback.ts';
import { actions } from './actions.ts';
import type { Shop } from './context.ts';
import { BotError } from './errors.ts';
import { answerCheckout, recordPayment } from './payment-updates.ts';
import { isUnreachable } from './telegram.ts';
import { openVisit, type OpenVisit } from './visit.ts';

/** Deals with one update. What it throws decides nothing: `ShopBot` knows which updates have to come again. */
export async function dispatch(shop: Shop, update: Update): Promise<void> {
  if (update.pre_checkout_query !== undefined) return answerCheckout(shop, update.pre_checkout_query);
  if (await recordPayment(shop, update)) return;
  if (update.my_chat_member !== undefined) return noteReachability(shop, update.my_chat_member);
  if (update.callback_query !== undefined && isPrivate(update.callback_query.message?.chat.type)) {
    return onButton(shop, update.callback_query);
  }
  const { message } = update;
  if (message?.from !== undefined && isPrivate(message.chat.type)) return onMessage(shop, message, message.from);
  for (const { onUpdate } of shop.modules.modules) {
    if ((await onUpdate?.(shop, update)) === true) return;
  }
}

function isPrivate(chatType: string | undefined): boolean {
  return chatType === 'private';
}

/** Who blocked the bot gets no messages until he writes again; nothing else follows from it. */
async function noteReachability(shop: Shop, change: NonNullable<Update['my_chat_member']>): Promise<void> {
  if (!isPrivate(change.chat.type) || change.new_chat_member.status !== 'kicked') return;
  const customer = await findCustomer(shop.store, shop.view.shop.id, { telegramId: change.from.id });
  if (customer !== undefined) await markUnreachable(shop.store, customer.id);
}

async function onButton(shop: Shop, query: CallbackQuery): Promise<void> {
  const { id: callbackId, data = '', message } = query;
  // A message that is too old to be shown with the query can be answered, not edited.
  const isOld = message === undefined || message.date === 0;
  const hasText = !isOld && 'text' in message;
  const pressed = { callbackId, messageId: message?.message_id ?? 0, hasText };
  await within(shop, query.from, pressed, async (visit) => {
    const callback = readCallback(data);
    const handler = callback === undefined ? undefined : shop.modules.actions.get(callback.action);
    if (callback === undefined || handler === undefined) return showStale(visit);
    await endQuestion(visit, callback.action);
    try {
      await handler(visit, callback.args);
    } catch (thrown) {
      if (!(thrown instanceof BotError && thrown.code === 'BOT_BUTTON_STALE')) throw thrown;
      await showStale(visit);
    }
  });
}

/** Who presses something else has changed his mind: what he types next answers nothing that was asked before. */
async function endQuestion({ shop, telegramId }: OpenVisit, action: string): Promise<void> {
  const { modules, store, view } = shop;
  const state = await findDialog(store, view.shop.id, telegramId);
  const keptBy = state === undefined ? undefined : modules.questions.get(state.kind);
  if (keptBy !== undefined && !keptBy.includes(action)) await closeDialog(store, view.shop.id, telegramId);
}

async function showStale(visit: OpenVisit): Promise<void> {
  await visit.toast(visit.speak.label('button-stale'));
  await visit.shop.modules.actions.get(actions.menu)?.(visit, []);
}

async function onMessage(shop: Shop, message: Message, from: User): Promise<void> {
  await within(shop, from, undefined, async (visit) => {
    const { modules, view } = shop;
    const command = readCommand(message.text, view.userName);
    if (command !== undefined) {
      const handler = modules.commands.get(command.name);
      await closeDialog(shop.store, view.shop.id, visit.telegramId);
      if (handler !== undefined) return handler(visit, command.argument);
    }
    // A reply is meant for what it replies to, whatever else was asked.
    if (message.reply_to_message !== undefined && (await offer(visit, message))) return;
    const state = await findDialog(shop.store, view.shop.id, visit.telegramId);
    const dialog = state === undefined ? undefined : modules.dialogs.get(state.kind);
    if (state !== undefined && dialog !== undefined) return dialog(visit, message, state);
    if (message.reply_to_message === undefined && (await offer(visit, message))) return;
    for (const { onLeftOver } of modules.modules) {
      if ((await onLeftOver?.(visit, message)) === true) return;
    }
    await visit.send({
      text: visit.speak.say('not-understood'),
      buttons: [[{ text: visit.speak.label('button-menu'), data: actions.menuData }]],
    });
  });
}

/** @returns whether a module took it */
async function offer(visit: OpenVisit, message: Message): Promise<boolean> {
  for (const { onMessage: take } of visit.shop.modules.modules) {
    if ((await take?.(visit, message)) === true) return true;
  }
  return false;
}

/** @returns nothing for what is no command, or is one for another bot */
export function readCommand(
  text: string | undefined,
  userName: string,
): { readonly name: string; readonly argument: string } | undefined {
  const [, name, addressee, argument = ''] =
    /^\/([a-z0-9_]{1,32})(?:@(\w+))?(?:\s+([\s\S]*))?$/i.exec(text ?? '') ?? [];
  if (name === undefined) return undefined;
  if (addressee !== undefined && addressee.toLowerCase() !== userName.toLowerCase()) return undefined;
  return { name: name.toLowerCase(), argument: argument.trim() };
}

async function within(
  shop: Shop,
  from: User,
  pressed: { readonly callbackId: string; readonly messageId: number; readonly hasText: boolean } | undefined,
  act: (visit: OpenVisit) => Promise<void>,
): Promise<void> {
  const customer = await seeCustomer(shop.store, shop.view.shop.id, {
    telegramId: from.id,
    name: [from.first_name, from.last_name].filter((part) => part !== undefined).join(' '),
    userName: from.username,
    language: from.language_code,
  });
  const visit = openVisit({ shop, customer, telegramId: from.id, ...(pressed === undefined ? {} : { pressed }) });
  try {
    if (customer.bannedAtMs === undefined) await act(visit);
    else await visit.show({ text: visit.speak.say('banned') });
    await visit.close();
  } catch (thrown) {
    if (!isUnreachable(thrown, from.id)) throw thrown;
    await markUnreachable(shop.store, customer.id);
  }
}
