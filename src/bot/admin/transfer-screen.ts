import { duration, type AdminRecord, type TransferRecord } from '../../ledger/index.ts';
import type { Button, Screen } from '../screen.ts';
import type { Speaker } from '../texts.ts';
import { adminActions } from './actions.ts';
import { button } from './pages.ts';
import { authorName, personHtml } from './wording.ts';

/** A receipt as an admin sees it: the caption of its photo, with what was decided once it is. */
export function transferScreen(speak: Speaker, transfer: TransferRecord, admins: readonly AdminRecord[]): Screen {
  const { price, terms, customer, createdAtMs, repeats, decision, method, orderState } = transfer;
  const lines = [
    speak.say('admin-transfer-title', { price: speak.money(price), title: speak.title(terms.title) }),
    `👤 ${personHtml(customer).html}`,
    speak.say('admin-transfer-facts', { at: speak.date(createdAtMs), method, length: duration(terms.lengthSeconds) }),
    ...(repeats === undefined ? [] : [speak.say('admin-transfer-repeats')]),
    ...(orderState === 'pending' || decision !== undefined
      ? []
      : [speak.say('admin-transfer-order', { state: orderState })]),
  ];
  if (decision !== undefined) {
    const { kind, by, atMs, reason } = decision;
    lines.push(speak.say(`admin-transfer-${kind}`, { by: authorName(by, admins), at: speak.date(atMs) }));
    if (reason !== '') lines.push(speak.say('admin-entry-reason', { reason }));
  }
  return { text: lines.join('\n'), buttons: decision === undefined ? decisionButtons(speak, transfer) : [] };
}

function decisionButtons(speak: Speaker, { id, customerId }: TransferRecord): Button[][] {
  return [
    [
      { ...button(speak, 'admin-button-approve', adminActions.approve, id), style: 'success' },
      { ...button(speak, 'admin-button-decline', adminActions.decline, id), style: 'danger' },
    ],
    [button(speak, 'admin-button-customer', adminActions.customer, customerId)],
  ];
}
