import type { Queryable } from '../../src/store/index.ts';

/**
 * Kills every address of these subscriptions for good, retired and foreign ones included, as a person may with SQL. The next
 * `ensureSubscriptions` makes new ones.
 */
export async function revokeAddresses(db: Queryable, subscriptionIds: readonly string[]): Promise<void> {
  await db.query(
    `with revoked as (
       update wayleave.subscription_tokens set revoked_at = now()
       where subscription_id = any($1::uuid[]) and revoked_at is null returning subscription_id),
     ended as (
       -- The distant past: without the notice that a replaced one answers for a while.
       update wayleave.aliases set ends_at = 'epoch' where subscription_id = any($1::uuid[]))
     select wayleave.announce_changes(array_agg(distinct subscription_id)) from revoked`,
    [subscriptionIds],
  );
}
