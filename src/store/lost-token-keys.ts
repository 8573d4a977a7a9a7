import type { Queryable } from './store.ts';
import type { TokenKeys } from './tokens.ts';

/** Ids of keys that addresses which are alive were derived under and that are not among these: those cannot be shown again. */
export async function lostTokenKeys(db: Queryable, { keys }: TokenKeys): Promise<string[]> {
  const rows = await db.query<{ keyId: string }>(
    `select distinct key_id as "keyId" from wayleave.subscription_tokens
     where retired_at is null and revoked_at is null and not (key_id = any($1::text[])) order by 1`,
    [[...keys.keys()]],
  );
  return rows.map(({ keyId }) => keyId);
}
