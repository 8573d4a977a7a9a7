import { ensureGeneration, lockSubscription, type Store } from '../store/index.ts';
import { askFor } from './outbox.ts';

/**
 * Makes the next keys of a subscription, which the projector carries into the cluster. The old ones go on working for a
 * while.
 *
 * @param from the generation that is to be replaced: with a newer one there already, nothing happens, so that a double
 *   click makes one
 * @returns the newest generation
 */
export async function renewKeys(store: Store, subscriptionId: string, from: number): Promise<number> {
  return store.transaction(async (tx) => {
    await lockSubscription(tx, subscriptionId);
    const [row] = await tx.query<{ newest: number }>(
      'select coalesce(max(generation), 1) as newest from wayleave.credentials where subscription_id = $1',
      [subscriptionId],
    );
    const newest = row?.newest ?? 1;
    if (newest !== from) return newest;
    await ensureGeneration(tx, subscriptionId, newest + 1);
    await askFor(tx, 'project', subscriptionId);
    return newest + 1;
  });
}
