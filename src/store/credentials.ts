import { StoreError } from './errors.ts';
import type { CredentialGeneration } from './records.ts';
import type { Queryable } from './store.ts';

/**
 * The credentials of one generation, made on the first call and the same ever after.
 *
 * @throws StoreError STORE_CONSTRAINT if there is no such subscription
 */
export async function ensureGeneration(
  db: Queryable,
  subscriptionId: string,
  generation: number,
): Promise<CredentialGeneration> {
  await db.query(
    `insert into wayleave.credentials (subscription_id, generation, client_uuid) values ($1, $2, gen_random_uuid())
     on conflict (subscription_id, generation) do nothing`,
    [subscriptionId, generation],
  );
  const [row] = await db.query<CredentialGeneration>(
    `select generation, client_uuid as "clientUuid"
     from wayleave.credentials where subscription_id = $1 and generation = $2`,
    [subscriptionId, generation],
  );
  if (row === undefined) {
    throw new StoreError('STORE_NONSENSE', `generation ${String(generation)} of ${subscriptionId} cannot be read`, {
      retry: 'later',
    });
  }
  return row;
}
