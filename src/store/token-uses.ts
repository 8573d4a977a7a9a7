import type { Queryable } from './store.ts';

/** Whoever did not ask for so many days need not be in memory when the service starts. */
const keptDays = 14;

/**
 * Notes that these addresses were asked for, to the hour; several services may note the same.
 *
 * @param hashes SHA-256 of tokens, or of aliases
 */
export async function recordTokenUses(db: Queryable, hashes: readonly Buffer[]): Promise<void> {
  await db.query(
    {
      name: 'record-token-uses',
      text: `insert into wayleave.token_uses (token_hash, used_at)
        select hash, date_trunc('hour', now()) from (select distinct unnest($1::bytea[]) as hash order by 1) as used
        on conflict (token_hash) do update set used_at = excluded.used_at where token_uses.used_at < excluded.used_at`,
    },
    [hashes],
  );
}

/** Forgets what nobody has asked for in a long time. @returns how many, at most `limit` */
export async function forgetTokenUses(db: Queryable, limit: number): Promise<number> {
  const [row] = await db.query<{ count: number }>(
    `with gone as (
       delete from wayleave.token_uses where ctid = any(array(
         select ctid from wayleave.token_uses where used_at < now() - make_interval(days => ${String(keptDays)})
         order by used_at limit $1 for update skip locked)) returning 1)
     select count(*)::integer as count from gone`,
    [limit],
  );
  return row?.count ?? 0;
}

/** Hashes of the addresses that were asked for lately, the latest first; those of one hour in no order. */
export async function recentTokenUses(db: Queryable, limit: number): Promise<Buffer[]> {
  const rows = await db.query<{ hash: Buffer }>(
    `select token_hash as hash from wayleave.token_uses
     where used_at >= now() - make_interval(days => ${String(keptDays)}) order by used_at desc limit $1`,
    [limit],
  );
  return rows.map(({ hash }) => hash);
}
