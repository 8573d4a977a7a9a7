import { findCharge, LedgerError, settleCharge } from '../../ledger/index.ts';
import { actions } from '../actions.ts';
import { isUuid } from '../callback.ts';
import type { Visit } from '../context.ts';
import { staleButton } from '../errors.ts';
import type { BotModule } from '../module.ts';
import { noticeActions } from './actions.ts';

/** What customers answer to notices. */
export const noticesModule: BotModule = {
  name: 'notices',
  actions: { [noticeActions.extend]: extendBySurplus, [noticeActions.open]: openBelow },
};

/** What a button leads to comes below the notice and not in its place: it may be the only receipt. @param args action and what it takes */
async function openBelow(visit: Visit, [action = '', ...args]: readonly string[]): Promise<void> {
  const handler = visit.shop.modules.actions.get(action);
  if (handler === undefined) throw staleButton(`no button does "${action}" any more`);
  await handler({ ...visit, pressed: undefined, show: visit.send, replace: visit.send }, args);
}

/** He paid twice and takes time for it. @param args handle of the charge */
async function extendBySurplus(visit: Visit, [handle]: readonly string[]): Promise<void> {
  const { shop, speak, customer } = visit;
  const charge = isUuid(handle) ? await findCharge(shop.store, shop.view.shop.id, handle) : undefined;
  if (charge?.customer?.id !== customer.id || charge.disposition !== 'surplus') {
    throw staleButton('it is about a charge that this customer does not have');
  }
  const isOpen = charge.settlement === undefined && charge.refund === undefined;
  if (!isOpen) return visit.toast(speak.label('surplus-decided'));
  try {
    const by = { author: 'customer', reason: 'the customer chose time for what was paid twice' };
    await settleCharge(shop.store, charge, { kind: 'extend' }, by);
  } catch (thrown) {
    if (!(thrown instanceof LedgerError && thrown.code === 'LEDGER_CHARGE_SETTLED')) throw thrown;
    return visit.toast(speak.label('surplus-decided'));
  }
  const buttons = [[{ text: speak.label('button-menu'), data: actions.menuData }]];
  await visit.show({ text: speak.say('surplus-extended'), buttons });
}
