import type { Message } from 'grammy/types';
import { uuidv7 } from 'uuidv7';
import {
  authorOf,
  closeDialog,
  findDialog,
  LedgerError,
  openDialog,
  recordAudit,
  type Dialog,
} from '../../ledger/index.ts';
import { shortKey, writeCallback } from '../callback.ts';
import { staleButton } from '../errors.ts';
import type { DialogState } from '../module.ts';
import type { Button } from '../screen.ts';
import { adminActions, adminDialogs } from './actions.ts';
import { actFor, type Act, type ActOrder } from './acts.ts';
import { button } from './pages.ts';
import type { StaffVisit } from './staff.ts';

const validMs = 900_000;
const longestReason = 300;
/** Offered reasons; the texts are `admin-why-<name>`. Whoever has another one writes it. */
const reasons = ['request', 'trouble', 'abuse'] as const;

/**
 * Asks once before an act: a reason is tapped or written, and that is the answer. What is asked about is kept with the
 * chat, so that any replica goes on, and under one id, so that two taps are one act. @param args act, target, argument
 */
export async function askAct(visit: StaffVisit, [name = '', target = '', arg = '']: readonly string[]): Promise<void> {
  const { shop, speak, telegramId } = visit;
  const act = requireAct(visit, name);
  const { words, back, variant = '' } = await act.subject(visit, target, arg);
  const request = uuidv7();
  const dialog: Dialog = { kind: adminDialogs.act, act: name, target, arg, request };
  await openDialog(shop.store, { shopId: shop.view.shop.id, telegramId, validMs }, dialog);
  const rows = reasons.map((reason, index): Button[] => [
    button(speak, `admin-why-${reason}`, adminActions.act, request, index),
  ]);
  const [action, ...args] = back;
  const text = `${speak.say(`admin-ask-${name}${variant}`, words)}\n\n${speak.say('admin-ask-reason')}`;
  await visit.show({ text, buttons: [...rows, [button(speak, 'button-cancel', action, ...args)]] });
}

/** A reason was tapped. @param args request, number of the reason */
export async function actByButton(visit: StaffVisit, [request, index]: readonly string[]): Promise<void> {
  const { shop, speak, telegramId } = visit;
  const state = await findDialog(shop.store, shop.view.shop.id, telegramId);
  if (state?.kind !== adminDialogs.act || state['request'] !== request) {
    // A second tap: what the first one did is on the screen.
    return visit.toast(speak.label('admin-done-already'));
  }
  const reason = reasons[Number(index)] ?? 'request';
  await carryOut(visit, state, speak.label(`admin-why-${reason}`));
}

/** A reason was written. */
export async function actByMessage(visit: StaffVisit, message: Message, state: DialogState): Promise<void> {
  const reason = message.text?.trim().replaceAll(/\s+/g, ' ').slice(0, longestReason) ?? '';
  if (reason === '') return void (await visit.send({ text: visit.speak.say('admin-ask-reason') }));
  await carryOut(visit, state, reason);
}

async function carryOut(visit: StaffVisit, state: DialogState, reason: string): Promise<void> {
  const { shop, speak, telegramId, admin } = visit;
  const shopId = shop.view.shop.id;
  const text = (name: string): string => String(state[name] ?? '');
  const order: ActOrder = { target: text('target'), arg: text('arg'), requestId: text('request'), reason };
  const name = text('act');
  const act = requireAct(visit, name);
  const { back, words, name: subject, variant = '', next = [] } = await act.subject(visit, order.target, order.arg);
  const audit = { shopId, actor: authorOf(admin), action: name, subject, detail: { reason, ...argOf(order) } };
  // On record before it is done, where not while: an act that a crash cuts short has a row, and no act has none.
  const isFirst = act.isOnRecord === true || (await recordAudit(shop.store, { ...audit, cause: order.requestId }));
  const failure = isFirst || act.isRepeatable ? await perform(visit, act, order, isFirst) : undefined;
  if (failure !== undefined && act.isOnRecord !== true) {
    const refused = { ...audit, action: `${name}-refused`, detail: { code: failure.code } };
    await recordAudit(shop.store, { ...refused, cause: `${order.requestId}:refused` });
  }
  await closeDialog(shop.store, shopId, telegramId);
  const head =
    failure === undefined
      ? speak.say(`admin-did-${name}${variant}`, words)
      : speak.say('admin-refused', { why: failure.message });
  const [action, ...args] = back;
  await visit.show({
    text: head,
    buttons: [
      ...(failure === undefined ? next.map((one) => [one]) : []),
      [button(speak, 'button-back', action, ...args)],
      [button(speak, 'admin-button-menu', adminActions.menu)],
    ],
  });
}

/** @returns why the ledger says no */
async function perform(
  visit: StaffVisit,
  act: Act,
  order: ActOrder,
  isFirst: boolean,
): Promise<LedgerError | undefined> {
  try {
    await act.perform(visit, order);
    return undefined;
  } catch (thrown) {
    if (!(thrown instanceof LedgerError) || (thrown.retry === 'later' && thrown.code !== 'LEDGER_REFUND_CAP'))
      throw thrown;
    // The first tap did it, and this one comes after it.
    return isFirst ? thrown : undefined;
  }
}

function argOf({ arg }: ActOrder): Readonly<Record<string, string>> {
  return arg === '' ? {} : { arg };
}

function requireAct(visit: StaffVisit, name: string): Act {
  const act = actFor(visit, name);
  if (act !== undefined) return act;
  throw staleButton(`act ${name} is not for this admin`);
}

/** What can be given: days like those before, or any plan. @param args subscription */
export async function choosePlanToGrant(visit: StaffVisit, [id = '']: readonly string[]): Promise<void> {
  const { shop, speak } = visit;
  const days = [7, 30, 90].map((count): Button => ({
    text: speak.label('admin-button-grant-days', { days: count }),
    data: writeCallback(adminActions.ask, 'grant', id, `d${count}`),
  }));
  const plans = grantablePlans(visit).map(({ key, title }): Button[] => [
    { text: title, data: writeCallback(adminActions.ask, 'grant', id, `p${key}`) },
  ]);
  await visit.show({
    text: speak.say('admin-grant-what', { shop: shop.view.shop.name }),
    buttons: [days, ...plans, [button(speak, 'button-back', adminActions.subscription, id)]],
  });
}

function grantablePlans({ shop, speak }: StaffVisit): { readonly key: string; readonly title: string }[] {
  return shop.ports.catalogue
    .plans()
    .filter(({ metadata, spec }) => metadata.deletionTimestamp === undefined && spec.visibility !== 'Trial')
    .toSorted((a, b) => a.spec.order - b.spec.order || a.metadata.name.localeCompare(b.metadata.name))
    .slice(0, 30)
    .map(({ metadata, spec }) => ({ key: shortKey(metadata.name), title: speak.title(spec.title) }));
}
