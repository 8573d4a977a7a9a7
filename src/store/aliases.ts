import type { Queryable } from './store.ts';

/** An address of another product that leads to a subscription of ours. */
export interface AliasRecord {
  /** The first characters of its hash, in hex: names it without giving it away. */
  readonly handle: string;
  readonly createdAtMs: number;
  readonly createdBy: string;
  /** Epoch milliseconds; absent for never. */
  readonly endsAtMs: number | undefined;
}

export interface NewAlias {
  /** Of `hashToken`. */
  readonly hash: Buffer;
  readonly subscriptionId: string;
  /** Epoch milliseconds; absent for never. */
  readonly endsAtMs: number | undefined;
  readonly createdBy: string;
}

/** `known`: it was so already. `changed`: it has another end now. `taken`: it leads to another subscription, and stays. */
export type AliasOutcome = 'added' | 'known' | 'changed' | 'taken';

/** Makes a foreign address work. What leads elsewhere is never bent: two customers may have been given one by mistake. */
export async function addAlias(db: Queryable, alias: NewAlias): Promise<AliasOutcome> {
  const values = [alias.hash, alias.subscriptionId, alias.createdBy, alias.endsAtMs ?? null];
  const [row] = await db.query<{ outcome: AliasOutcome }>(
    `with end_of as (select to_timestamp($4::double precision / 1000) as at),
     before as (select subscription_id, ends_at from wayleave.aliases where alias_hash = $1),
     added as (
       insert into wayleave.aliases (alias_hash, subscription_id, created_by, ends_at)
       select $1, $2, $3, at from end_of
       where not exists (select from wayleave.subscription_tokens where token_hash = $1)
       on conflict (alias_hash) do update set ends_at = excluded.ends_at
         where aliases.subscription_id = excluded.subscription_id
           and aliases.ends_at is distinct from excluded.ends_at
       returning subscription_id),
     rung as (select wayleave.announce_changes(array_agg(subscription_id)) from added)
     select case
         when exists (select from added) then case when exists (select from before) then 'changed' else 'added' end
         when exists (select from before where subscription_id = $2) then 'known'
         else 'taken' end as outcome
     from rung`,
    values,
  );
  return row?.outcome ?? 'taken';
}

/** The oldest first. */
export async function aliasesOf(db: Queryable, subscriptionId: string): Promise<AliasRecord[]> {
  const rows = await db.query<Omit<AliasRecord, 'endsAtMs'> & { readonly endsAtMs: number | null }>(
    `select left(encode(alias_hash, 'hex'), 12) as handle, created_at as "createdAtMs", created_by as "createdBy",
       ends_at as "endsAtMs"
     from wayleave.aliases where subscription_id = $1 order by created_at, alias_hash`,
    [subscriptionId],
  );
  return rows.map((row) => ({ ...row, endsAtMs: row.endsAtMs ?? undefined }));
}

/**
 * Makes a foreign address answer like one that never was.
 *
 * @param which its hash, or the handle of `aliasesOf`
 * @returns how many there were
 */
export async function removeAlias(db: Queryable, subscriptionId: string, which: Buffer | string): Promise<number> {
  const [hash, handle] = typeof which === 'string' ? [null, which] : [which, null];
  const rows = await db.query<{ count: number }>(
    `with gone as (
       delete from wayleave.aliases
       where subscription_id = $1 and (alias_hash = $2 or left(encode(alias_hash, 'hex'), 12) = $3)
       returning subscription_id),
     rung as (select wayleave.announce_changes(array_agg(distinct subscription_id)) from gone)
     select (select count(*)::integer from gone) as count from rung`,
    [subscriptionId, hash, handle],
  );
  return rows[0]?.count ?? 0;
}
