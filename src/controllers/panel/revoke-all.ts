import type { Book } from '../book.ts';
import type { SubscriptionRecords } from '../subscription/records.ts';
import type { PanelHandle } from './directory.ts';

/** Records that every client of ours on a panel goes, because the panel itself does. Repeating it adds nothing. */
export async function revokeWholePanel(
  records: SubscriptionRecords,
  book: Book,
  { key, loop }: PanelHandle,
  reason: 'Deleted' | 'PanelDraining',
): Promise<void> {
  const { panelId } = loop;
  const batch = [...book.entries()].flatMap(({ record, clients }) =>
    [...(clients.get(panelId)?.values() ?? [])]
      .filter(({ email }) => !loop.revocations.has(email))
      .map(({ email, generation }) => ({
        panelId,
        subscriptionId: record.id,
        generation,
        email,
        reason,
        decidedBy: `deletion of panel ${key}`,
      })),
  );
  for (const { desired } of Array.from(loop.deliveries.entries())) loop.deliveries.forget(desired.email);
  if (batch.length === 0) return;
  for (const row of await records.revoke(batch)) loop.revocations.add(row);
  loop.wake();
}
