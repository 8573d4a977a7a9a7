import { authorOf, findCharge, listAdmins, may, takeCharge, type QueuedCharge } from '../../ledger/index.ts';
import { sayAmount } from '../amount.ts';
import { isUuid, shortKey } from '../callback.ts';
import { staleButton } from '../errors.ts';
import type { Button } from '../screen.ts';
import { adminActions } from './actions.ts';
import { button } from './pages.ts';
import type { StaffVisit } from './staff.ts';
import { authorName, joinLines, personHtml } from './wording.ts';

/** A charge, what is known about it, and what can be done. @param args handle of the charge */
export async function showCharge(visit: StaffVisit, [handle]: readonly string[]): Promise<void> {
  const { shop, speak } = visit;
  const charge = await chargeOf(visit, handle);
  const admins = await listAdmins(shop.store, shop.view.shop.id);
  const { refund, settlement, customer } = charge;
  const lines = [
    speak.say('admin-charge-title', {
      amount: sayAmount(speak, charge.amountMinor, charge.currency),
      provider: charge.provider,
    }),
    speak.say(`admin-disposition-${charge.disposition}`),
    ...(charge.live ? [] : [speak.say('admin-test-money')]),
    ...(charge.reason === '' ? [] : [speak.say('admin-charge-reason', { reason: charge.reason })]),
    speak.say('admin-charge-paid', { at: speak.date(charge.paidAtMs), payer: charge.payer ?? '–' }),
    `<code>${charge.chargeId.replaceAll(/[<>&]/g, '')}</code>`,
    ...(customer === undefined ? [speak.say('admin-charge-nobody')] : [`👤 ${personHtml(customer).html}`]),
    ...(charge.orderId === undefined ? [] : [speak.say('admin-charge-order', { order: charge.orderId })]),
    ...(charge.refundedMinor > 0n
      ? [speak.say('admin-charge-refunded', { amount: sayAmount(speak, charge.refundedMinor, charge.currency) })]
      : []),
    ...(refund?.state === 'requested' ? [speak.say('admin-charge-refunding')] : []),
    ...(refund?.state === 'refused' ? [speak.say('admin-charge-refused', { reason: refund.refusal })] : []),
    speak.say('admin-charge-owner', { owner: charge.owner === undefined ? '–' : authorName(charge.owner, admins) }),
    ...(settlement === undefined
      ? []
      : [speak.say('admin-charge-settled', { settlement, by: authorName(charge.settledBy ?? '', admins) })]),
  ];
  await visit.show({ text: joinLines(lines), buttons: buttonsOf(visit, charge) });
}

function buttonsOf({ speak, admin }: StaffVisit, charge: QueuedCharge): Button[][] {
  const { handle, disposition, refund, settlement, customer } = charge;
  const act = (name: string): Button => button(speak, `admin-button-${name}`, adminActions.ask, name, handle);
  const isOdd = disposition !== 'granted' && disposition !== 'foreign';
  const isOpen = settlement === undefined && refund?.state !== 'requested';
  const isRefusedOnly = disposition === 'granted' && refund?.state === 'refused' && settlement === undefined;
  const canRefund =
    refund?.state !== 'requested' && charge.refundedMinor < charge.amountMinor && disposition !== 'foreign';
  const rows: Button[][] = [];
  const mine = charge.owner === authorOf(admin);
  if (may(admin.role, 'queues') && isOpen && (isOdd || isRefusedOnly) && !mine) {
    rows.push([
      button(
        speak,
        charge.owner === undefined ? 'admin-button-take' : 'admin-button-take-over',
        adminActions.take,
        handle,
        shortKey(charge.owner ?? ''),
      ),
    ]);
  }
  if (may(admin.role, 'refund') && canRefund) rows.push([{ ...act('refund'), style: 'danger' }]);
  if (may(admin.role, 'queues') && isOdd && isOpen) {
    rows.push([...(charge.subscriptionId === undefined ? [] : [act('extend')]), act('dismiss')]);
  }
  if (may(admin.role, 'queues') && isRefusedOnly) rows.push([act('dismiss')]);
  const back =
    customer === undefined ? [] : [button(speak, 'admin-button-customer', adminActions.customer, customer.id)];
  rows.push([...back, button(speak, 'admin-button-menu', adminActions.menu)]);
  return rows;
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
