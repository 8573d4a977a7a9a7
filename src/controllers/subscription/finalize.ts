import type { VPNSubscription } from '../../api/index.ts';
import type { BookEntry } from '../book.ts';
import type { Failpoint } from '../failpoints.ts';
import type { PanelDirectory } from '../panel/directory.ts';
import type { SubscriptionRecords } from './records.ts';
import { callBack } from './deliver.ts';
import { clientEmail } from './desired.ts';

export interface FinalizeOptions {
  readonly directory: PanelDirectory;
  readonly records: SubscriptionRecords;
  readonly failpoint: Failpoint;
}

/**
 * Records what must go with a subscription that is being deleted. It waits for no panel: a dead one is drained by its own
 * loop when it returns, and the guard of that panel decides whether this looks like an accident.
 */
export async function recordDeletion(
  { directory, records, failpoint }: FinalizeOptions,
  key: string,
  subscription: VPNSubscription,
  entry: BookEntry,
): Promise<void> {
  const { id, shortId, generations, source } = entry.record;
  const handles = directory.inNamespace(subscription.metadata.namespace ?? '');
  // The ledger's subscription is projected again; its clients stay as they are until then.
  if (source === 'resource') {
    const decidedBy = `deletion of subscription ${key}`;
    const orphans = subscription.spec.deletionPolicy === 'Orphan';
    // What is on its way to a panel may have arrived although nobody confirmed it.
    const unconfirmed = handles.flatMap(({ loop }) =>
      generations
        .map(({ generation }) => ({ generation, email: clientEmail(shortId, generation) }))
        .filter(({ email }) => loop.deliveries.get(email) !== undefined)
        .map((one) => ({
          ...one,
          panelId: loop.panelId,
          subscriptionId: id,
          reason: 'Deleted' as const,
          decidedBy,
        })),
    );
    const open = await records.markDeleted(entry, orphans ? 'leave' : 'revoke', decidedBy, orphans ? [] : unconfirmed);
    await failpoint('finalizer.after-mark');
    for (const row of open) directory.byId(row.panelId)?.loop.revocations.add(row);
  }
  for (const { loop } of handles) {
    callBack(loop, entry);
    loop.wake();
  }
  await failpoint('finalizer.before-release');
}

/**
 * Undoes `recordDeletion` for a subscription that came back: Postgres has withdrawn what its deletion had decided, and the
 * loops must not carry it out.
 */
export async function recallDeletion(
  directory: PanelDirectory,
  namespace: string,
  { record: { shortId, generations } }: BookEntry,
): Promise<void> {
  for (const { loop } of directory.inNamespace(namespace)) {
    for (const { generation } of generations) {
      const email = clientEmail(shortId, generation);
      if (loop.revocations.reasonFor(email) === 'Deleted') await loop.revocations.withdraw(email);
    }
  }
}
