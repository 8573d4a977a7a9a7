import { ensureGeneration, lockSubscription, type Store } from '../store/index.ts';
import { LedgerError } from './errors.ts';
import { askFor } from './outbox.ts';

/** Every generation is a client more on every panel until it is dropped. */
const restMinutes = 10;

/**
 * Makes the next keys of a subscription, which the projector carries into the cluster. The old ones go on working for a
 * while.
 *
 * @param from the generation that is to be replaced: with a newer one there already, nothing happens, so that a double
 *   click makes one
 * @returns the newest generation
 * @throws LedgerError LEDGER_KEYS_FRESH shortly after the keys were renewed before; the first ones may be renewed at once
 */
export async function renewKeys(store: Store, subscriptionId: string, from: number): Promise<number> {
  return store.transaction(async (tx) => {
    await lockSubscription(tx, subscriptionId);
    const [row] = await tx.query<{ newest: number; isFresh: boolean }>(
      `select generation as newest,
         generation > 1 and created_at > wayleave.wall_clock() - make_interval(mins => $2) as "isFresh"
       from wayleave.credentials where subscription_id = $1 order by generation desc limit 1`,
      [subscriptionId, restMinutes],
    );
    const newest = row?.newest ?? 1;
    if (newest !== from) return newest;
    if (row?.isFresh === true) {
      throw new LedgerError(
        'LEDGER_KEYS_FRESH',
        `the keys of subscription ${subscriptionId} were renewed less than ${String(restMinutes)} minutes ago`,
        { retry: 'never' },
      );
    }
    await ensureGeneration(tx, subscriptionId, newest + 1);
    await askFor(tx, 'project', subscriptionId);
    return newest + 1;
  });
}
