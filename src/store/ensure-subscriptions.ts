import { randomBytes } from 'node:crypto';
import { uuidv7 } from 'uuidv7';
import { StoreError } from './errors.ts';
import type { SubscriptionRecord, SubscriptionSource } from './records.ts';
import type { Queryable, Store } from './store.ts';
import { findSubscriptionsByName } from './subscriptions.ts';
import { issueTokens } from './subscription-tokens.ts';
import type { TokenKeys } from './tokens.ts';

export interface WantedSubscription {
  readonly namespace: string;
  readonly name: string;
  readonly source: SubscriptionSource;
  readonly shop?: string;
  /** Allocated with the order; a new one when absent. */
  readonly id?: string;
}

/**
 * Gives each subscription its identity, first credentials and address, whatever of these it lacks. A tombstone comes
 * back with the UUID and the address that it had, and revocations that its deletion caused are withdrawn.
 *
 * @returns a record per item, in the order of the batch
 * @throws StoreError STORE_IDENTITY_CONFLICT if an id is asked for that belongs to another name, or a name that has
 *   another id; nothing of the batch is done then
 */
export async function ensureSubscriptions(
  store: Store,
  batch: readonly WantedSubscription[],
  tokenKeys: TokenKeys,
): Promise<SubscriptionRecord[]> {
  const wanted = [...new Map(batch.map((item) => [keyOf(item), item])).values()];
  const found = await findAll(store, wanted);
  const incomplete = wanted.filter((item) => !isComplete(found.get(keyOf(item))));
  if (incomplete.length > 0) {
    for (const item of incomplete) checkIdentity(item, found.get(keyOf(item)));
    await store.transaction((tx) => complete(tx, incomplete, tokenKeys));
    for (const [key, record] of await findAll(store, incomplete)) found.set(key, record);
  }
  return batch.map((item) => {
    const record = found.get(keyOf(item));
    checkIdentity(item, record);
    if (record === undefined) {
      throw new StoreError('STORE_NONSENSE', `subscription ${keyOf(item)} was written and cannot be read`, {
        retry: 'later',
      });
    }
    return record;
  });
}

async function findAll(db: Queryable, wanted: readonly WantedSubscription[]): Promise<Map<string, SubscriptionRecord>> {
  return new Map((await findSubscriptionsByName(db, wanted)).map((record) => [keyOf(record), record]));
}

function keyOf(item: { readonly namespace: string; readonly name: string }): string {
  return `${item.namespace}/${item.name}`;
}

function isComplete(record: SubscriptionRecord | undefined): boolean {
  return (
    record !== undefined &&
    record.deletedAtMs === undefined &&
    record.token !== undefined &&
    record.generations.some((one) => one.generation === 1)
  );
}

function checkIdentity(wanted: WantedSubscription, found: SubscriptionRecord | undefined): void {
  if (wanted.id === undefined || found === undefined || found.id === wanted.id.toLowerCase()) return;
  throw new StoreError(
    'STORE_IDENTITY_CONFLICT',
    `subscription ${keyOf(wanted)} has id ${found.id} and cannot take ${wanted.id}`,
    { retry: 'never' },
  );
}

async function complete(tx: Queryable, items: readonly WantedSubscription[], keys: TokenKeys): Promise<void> {
  const ids = (await insertIdentities(tx, items)).map((row) => row.id);
  await tx.query(
    `with wanted_again as (
       select id from wayleave.revocations
       where subscription_id = any($1::uuid[]) and reason = 'Deleted' and done_at is null and withdrawn_at is null
       order by id for no key update),
     withdrawn as (
       update wayleave.revocations r set withdrawn_at = now() from wanted_again where r.id = wanted_again.id),
     keyed as (
       insert into wayleave.credentials (subscription_id, generation, client_uuid)
       select id, 1, gen_random_uuid() from unnest($1::uuid[]) as id
       on conflict (subscription_id, generation) do nothing)
     select wayleave.announce_changes($1::uuid[])`,
    [ids],
  );
  await issueTokens(tx, ids, keys);
}

/** Inserts what is new, revives what is a tombstone, and locks all of it, in the order in which everybody locks. */
async function insertIdentities(tx: Queryable, items: readonly WantedSubscription[]): Promise<{ id: string }[]> {
  try {
    return await tx.query<{ id: string }>(
      `insert into wayleave.subscriptions (id, namespace, name, source, shop, short_id)
       select id, namespace, name, source, shop, short_id
       from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
         as w (id, namespace, name, source, shop, short_id)
       order by namespace collate "C", name collate "C"
       on conflict (namespace, name) do update set deleted_at = null, closed_at = null, orphaned = false
       returning id`,
      [
        items.map((item) => item.id ?? uuidv7()),
        items.map((item) => item.namespace),
        items.map((item) => item.name),
        items.map((item) => item.source),
        items.map((item) => item.shop ?? null),
        items.map(() => newShortId()),
      ],
    );
  } catch (thrown) {
    if (!(thrown instanceof StoreError) || thrown.constraint !== 'subscriptions_pkey') throw thrown;
    throw new StoreError(
      'STORE_IDENTITY_CONFLICT',
      `one of ${String(items.length)} subscription ids (first: ${items[0]?.id ?? 'new'}) belongs to a subscription of another name`,
      { retry: 'never', cause: thrown },
    );
  }
}

/** 60 random bits in lower-case letters and digits: short enough for an e-mail, and two alike are not to be expected. */
export function newShortId(): string {
  const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
  return [...randomBytes(12)].map((byte) => alphabet.charAt(byte & 31)).join('');
}
