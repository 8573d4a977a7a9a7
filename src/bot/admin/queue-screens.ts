import { listQueue, queueNames, summarizeQueues, type ChargeQueueName } from '../../ledger/index.ts';
import { sayAmount } from '../amount.ts';
import { writeCallback } from '../callback.ts';
import { staleButton } from '../errors.ts';
import type { Button } from '../screen.ts';
import { adminActions } from './actions.ts';
import { button, paged, pageOf } from './pages.ts';
import type { StaffVisit } from './staff.ts';
import { ageLabel } from './wording.ts';

const pageSize = 8;

/** Everything that waits for a person, with the age of the oldest. */
export async function showQueues(visit: StaffVisit): Promise<void> {
  const { shop, speak } = visit;
  const waiting = (await summarizeQueues(shop.store, shop.view.shop.id)).filter(({ count }) => count > 0);
  const rows = waiting.map(({ queue, count, oldestSeconds }): Button[] => {
    const text = `${speak.label(`admin-queue-${queue}`)}: ${count} · ${ageLabel(speak, oldestSeconds)}`;
    const data =
      queue === 'transfers' ? writeCallback(adminActions.transfers) : writeCallback(adminActions.queue, queue, 0);
    return [{ text, data }];
  });
  const text = speak.say(rows.length === 0 ? 'admin-queues-empty' : 'admin-queues');
  await visit.show({ text, buttons: [...rows, [button(speak, 'admin-button-menu', adminActions.menu)]] });
}

/** @param args name of the queue, page */
export async function showQueue(visit: StaffVisit, [name, written]: readonly string[]): Promise<void> {
  const { shop, speak } = visit;
  const queue = queueNames.find((one): one is ChargeQueueName => one === name && one !== 'transfers');
  if (queue === undefined) throw staleButton('there is no such queue');
  const page = pageOf(written, pageSize);
  const charges = await listQueue(shop.store, shop.view.shop.id, queue, page);
  const { shown, buttons } = paged(speak, charges, page, adminActions.queue, queue);
  const rows = shown.map((one): Button[] => {
    const parts = [
      ageLabel(speak, one.ageSeconds),
      sayAmount(speak, one.amountMinor, one.currency),
      one.customer?.name ?? one.provider,
    ];
    const text = `${one.owner === undefined ? '' : '✋ '}${one.live ? '' : '🧪 '}${parts.join(' · ')}`;
    return [{ text, data: writeCallback(adminActions.charge, one.handle) }];
  });
  const text = `${speak.say(`admin-queue-${queue}`)}\n\n${speak.say(shown.length === 0 ? 'admin-list-empty' : `admin-queue-${queue}-about`)}`;
  await visit.show({ text, buttons: [...rows, buttons, [button(speak, 'button-back', adminActions.queues)]] });
}
