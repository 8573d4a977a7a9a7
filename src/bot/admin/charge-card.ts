import { authorOf, findCharge, listAdmins, takeCharge, type QueuedCharge } from '../../ledger/index.ts';
import { sayAmount } from '../amount.ts';
import { isUuid, shortKey } from '../callback.ts';
import { staleButton } from '../errors.ts';
import type { Button } from '../screen.ts';
import { adminActions } from './actions.ts';
import { chargeOptions } from './charge-options.ts';
import { button } from './pages.ts';
import type { StaffVisit } from './staff.ts';
import { authorName, joinLines, personHtml } from './wording.ts';

/** A charge, what is known about it, and what can be done. @param args handle of the charge */
export async function showCharge(visit: StaffVisit, [handle]: readonly string[]): Promise<void> {
  const { shop, speak } = visit;
  const charge = await chargeOf(visit, handle);
  const admins = await listAdmins(shop.store, shop.view.shop.id);
  const { settlement, customer } = charge;
  const lines = [
    speak.say('admin-charge-title', {
      amount: sayAmount(speak, charge.amountMinor, charge.currency),
      provider: speak.label(`method-${charge.provider}`),
    }),
    speak.say(`admin-disposition-${charge.disposition}`),
    ...(charge.live ? [] : [speak.say('admin-test-money')]),
    ...(charge.reason === '' ? [] : [speak.say('admin-charge-reason', { reason: charge.reason })]),
    charge.payer === undefined
      ? speak.say('admin-charge-paid', { at: speak.date(charge.paidAtMs) })
      : speak.say('admin-charge-paid-by', { at: speak.date(charge.paidAtMs), payer: charge.payer }),
    `<code>${charge.chargeId.replaceAll(/[<>&]/g, '')}</code>`,
    ...(customer === undefined ? [speak.say('admin-charge-nobody')] : [`👤 ${personHtml(customer).html}`]),
    ...(charge.orderId === undefined ? [] : [speak.say('admin-charge-order', { order: charge.orderId })]),
    ...(charge.refundedMinor > 0n
      ? [speak.say('admin-charge-refunded', { amount: sayAmount(speak, charge.refundedMinor, charge.currency) })]
      : []),
    ...refundLines(visit, charge),
    charge.owner === undefined
      ? speak.say('admin-charge-owner-nobody')
      : speak.say('admin-charge-owner', { owner: authorName(charge.owner, admins) }),
    ...(settlement === undefined
      ? []
      : [speak.say('admin-charge-settled', { settlement, by: authorName(charge.settledBy ?? '', admins) })]),
  ];
  await visit.show({ text: joinLines(lines), buttons: buttonsOf(visit, charge) });
}

/** What is under way. A card does not send money back by itself, and "on its way" would be believed. */
function refundLines(visit: StaffVisit, { provider, refund }: QueuedCharge): string[] {
  const { speak } = visit;
  if (refund === undefined || refund.state === 'confirmed') return [];
  if (!canSendBack(visit, provider)) return [speak.say('admin-charge-by-hand')];
  if (refund.state === 'requested') return [speak.say('admin-charge-refunding')];
  return [speak.say('admin-charge-refused', { reason: refund.refusal })];
}

/** Whether the provider of a charge sends money back; one that is not set up any more is asked when it is again. */
export function canSendBack({ shop }: Pick<StaffVisit, 'shop'>, provider: string): boolean {
  const method = shop.view.methods.find((one) => one.provider.id === provider);
  return method?.provider.capabilities.canRefund ?? true;
}

function buttonsOf(visit: StaffVisit, charge: QueuedCharge): Button[][] {
  const { speak, admin } = visit;
  const { handle, owner, customer } = charge;
  const options = chargeOptions(charge, admin, canSendBack(visit, charge.provider));
  const keys = {
    take: 'admin-button-take',
    takeOver: 'admin-button-take-over',
  } as const;
  const takes = (['take', 'takeOver'] as const)
    .filter((name) => options.has(name))
    .map((name) => button(speak, keys[name], adminActions.take, handle, shortKey(owner ?? '')));
  const acts = (['returned', 'refund', 'extend', 'dismiss'] as const)
    .filter((name) => options.has(name))
    .map((name): Button => {
      const made = button(speak, `admin-button-${name}`, adminActions.ask, name, handle);
      return name === 'refund' ? { ...made, style: 'danger' } : made;
    });
  const whose =
    customer === undefined ? [] : [button(speak, 'admin-button-customer', adminActions.customer, customer.id)];
  return [takes, ...acts.map((act) => [act]), [...whose, button(speak, 'admin-button-menu', adminActions.menu)]];
}

/** An admin puts his name on it, in the place of whoever's he saw there. @param args handle, key of that owner */
export async function take(visit: StaffVisit, [handle, from]: readonly string[]): Promise<void> {
  const { shop, speak, admin } = visit;
  const charge = await chargeOf(visit, handle);
  const owner = authorOf(admin);
  const isAsSeen = shortKey(charge.owner ?? '') === from;
  const now = isAsSeen ? await takeCharge(shop.store, charge, { owner, from: charge.owner }) : charge.owner;
  if (now !== owner) await visit.toast(speak.label('admin-taken-by-other'));
  await showCharge(visit, [charge.handle]);
}

/** @throws BotError BOT_BUTTON_STALE where the shop has no such charge */
export async function chargeOf({ shop }: StaffVisit, handle: string | undefined): Promise<QueuedCharge> {
  const found = isUuid(handle) ? await findCharge(shop.store, shop.view.shop.id, handle) : undefined;
  if (found !== undefined) return found;
  throw staleButton('there is no such charge');
}
