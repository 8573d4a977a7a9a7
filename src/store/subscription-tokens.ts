import { StoreError } from './errors.ts';
import type { TokenRecord } from './records.ts';
import type { Queryable, Store } from './store.ts';
import { hashToken, tokenOf, type TokenKeys } from './tokens.ts';

/**
 * Gives the next address to each of these subscriptions that has none alive. The caller holds their row locks, which is
 * what keeps serials apart.
 */
export async function issueTokens(tx: Queryable, subscriptionIds: readonly string[], keys: TokenKeys): Promise<void> {
  const missing = await tx.query<{ id: string; serial: number }>(
    `select s.id, coalesce(max(t.serial), 0) + 1 as serial
     from wayleave.subscriptions s left join wayleave.subscription_tokens t on t.subscription_id = s.id
     where s.id = any($1::uuid[])
     group by s.id
     having count(*) filter (where t.serial is not null and t.retired_at is null and t.revoked_at is null) = 0`,
    [subscriptionIds],
  );
  const tokens = missing.map(({ id, serial }) => tokenOf(keys, id, { serial, keyId: keys.current }));
  await tx.query(
    `insert into wayleave.subscription_tokens (token_hash, subscription_id, serial, key_id)
     select *, $4 from unnest($1::bytea[], $2::uuid[], $3::integer[])`,
    [tokens.map(hashToken), missing.map(({ id }) => id), missing.map(({ serial }) => serial), keys.current],
  );
}

/**
 * "New address": the next serial comes alive, the one before and all foreign ones are retired and answer a notice for a
 * while.
 *
 * @param from the serial that is to be replaced: with another one alive already, nothing happens. So a caller that was
 *   killed may repeat itself.
 * @param restSeconds with an address that replaced another one less than this ago, nothing happens either
 * @returns the serial that is alive
 * @throws StoreError STORE_SUBSCRIPTION_UNKNOWN
 */
export async function rotateToken(
  store: Store,
  subscriptionId: string,
  keys: TokenKeys,
  from?: number,
  restSeconds = 0,
): Promise<TokenRecord> {
  return store.transaction(async (tx) => {
    await lockSubscription(tx, subscriptionId);
    const alive = await aliveToken(tx, subscriptionId);
    if (alive !== undefined && from !== undefined && alive.serial !== from) return alive;
    if (alive !== undefined && restSeconds > 0 && (await isFresh(tx, subscriptionId, restSeconds))) return alive;
    await tx.query(
      `update wayleave.subscription_tokens set retired_at = now()
       where subscription_id = $1 and retired_at is null and revoked_at is null`,
      [subscriptionId],
    );
    // Whoever takes a new address because others know the old one means the imported ones as well.
    await tx.query(
      `update wayleave.aliases set ends_at = now()
       where subscription_id = $1 and (ends_at is null or ends_at > now())`,
      [subscriptionId],
    );
    await issueTokens(tx, [subscriptionId], keys);
    await tx.query('select wayleave.announce_changes(array[$1::uuid])', [subscriptionId]);
    const issued = await aliveToken(tx, subscriptionId);
    if (issued === undefined) {
      throw new StoreError('STORE_NONSENSE', `subscription ${subscriptionId} got no address`, { retry: 'later' });
    }
    return issued;
  });
}

/** Whether any address was ever given out: then a missing token key is a loss. */
export async function hasAddresses(db: Queryable): Promise<boolean> {
  const rows = await db.query('select from wayleave.subscription_tokens limit 1');
  return rows.length > 0;
}

/** The addresses that are alive; those without one are left out. */
export async function aliveTokens(
  db: Queryable,
  subscriptionIds: readonly string[],
): Promise<ReadonlyMap<string, TokenRecord>> {
  const rows = await db.query<TokenRecord & { readonly id: string }>(
    `select subscription_id as id, serial, key_id as "keyId" from wayleave.subscription_tokens
     where subscription_id = any($1::uuid[]) and retired_at is null and revoked_at is null`,
    [subscriptionIds],
  );
  return new Map(rows.map(({ id, serial, keyId }) => [id, { serial, keyId }]));
}

/**
 * Holds each key against an address that was given out under its name: a Secret that was made anew under the old names
 * would otherwise give links that nobody answers.
 *
 * @throws StoreError STORE_TOKEN_KEYS_INVALID
 */
export async function checkTokenKeys(db: Queryable, keys: TokenKeys): Promise<void> {
  for (const keyId of keys.keys.keys()) {
    const [known] = await db.query<{ id: string; serial: number; hash: Buffer }>(
      `select subscription_id as id, serial, token_hash as hash from wayleave.subscription_tokens
       where key_id = $1 limit 1`,
      [keyId],
    );
    if (known === undefined || hashToken(tokenOf(keys, known.id, { ...known, keyId })).equals(known.hash)) continue;
    throw new StoreError(
      'STORE_TOKEN_KEYS_INVALID',
      `Secret wayleave-token-key: key "${keyId}" is not the one that customers' addresses were derived under: restore it from the backup`,
      { retry: 'later' },
    );
  }
}

/** Serializes whoever changes this subscription's identity, addresses or ledger. */
export async function lockSubscription(tx: Queryable, subscriptionId: string): Promise<void> {
  const rows = await tx.query('select from wayleave.subscriptions where id = $1 for no key update', [subscriptionId]);
  if (rows.length === 0) {
    throw new StoreError('STORE_SUBSCRIPTION_UNKNOWN', `there is no subscription ${subscriptionId}`, {
      retry: 'never',
    });
  }
}

/** The first address counts as old: it replaced none. */
async function isFresh(tx: Queryable, subscriptionId: string, restSeconds: number): Promise<boolean> {
  const rows = await tx.query(
    `select from wayleave.subscription_tokens
     where subscription_id = $1 and retired_at is null and revoked_at is null and serial > 1
       and created_at > now() - make_interval(secs => $2)`,
    [subscriptionId, restSeconds],
  );
  return rows.length > 0;
}

async function aliveToken(tx: Queryable, subscriptionId: string): Promise<TokenRecord | undefined> {
  const rows = await tx.query<TokenRecord>(
    `select serial, key_id as "keyId" from wayleave.subscription_tokens
     where subscription_id = $1 and retired_at is null and revoked_at is null`,
    [subscriptionId],
  );
  return rows[0];
}
