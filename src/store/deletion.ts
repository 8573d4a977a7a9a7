import type { Queryable, Store } from './store.ts';
import { lockSubscription } from './subscription-tokens.ts';
import { isUuid } from './uuid.ts';

/**
 * Turns a subscription into a tombstone: its UUIDs and address are kept for the day when it comes back. Its address is
 * dead at once if no panel holds a client of it, else as soon as `permitRevocations` lets the first of them go: a mass
 * deletion that is held back as a likely accident takes no phone's list of servers away.
 *
 * @param options.clients `revoke` licenses the removal of its clients from every panel that holds one; `leave` forgets
 *   them and leaves them there (deletion policy `Orphan`)
 * @param options.decidedBy who, for the record
 * @returns how many revocations are open for it now
 * @throws StoreError STORE_SUBSCRIPTION_UNKNOWN
 */
export async function markDeleted(
  store: Store,
  subscriptionId: string,
  options: { readonly clients: 'revoke' | 'leave'; readonly decidedBy: string },
): Promise<{ readonly openRevocations: number }> {
  return store.transaction(async (tx) => {
    await lockSubscription(tx, subscriptionId);
    await tx.query(
      'update wayleave.subscriptions set deleted_at = now(), orphaned = $2 where id = $1 and deleted_at is null',
      [subscriptionId, options.clients === 'leave'],
    );
    if (options.clients === 'revoke') {
      await tx.query(
        `insert into wayleave.revocations (panel_id, subscription_id, generation, email, reason, decided_by)
         select panel_id, subscription_id, generation, email, 'Deleted', $2
         from wayleave.panel_clients where subscription_id = $1
         on conflict (panel_id, email) where done_at is null and withdrawn_at is null do nothing`,
        [subscriptionId, options.decidedBy],
      );
    } else {
      await tx.query('delete from wayleave.panel_clients where subscription_id = $1', [subscriptionId]);
    }
    await tx.query(
      `update wayleave.subscriptions set closed_at = now()
       where id = $1 and closed_at is null and not exists (
         select from wayleave.revocations where subscription_id = $1 and permitted_at is null and done_at is null and withdrawn_at is null)`,
      [subscriptionId],
    );
    await tx.query('select wayleave.announce_changes(array[$1::uuid])', [subscriptionId]);
    const rows = await tx.query<{ open: number }>(
      `select count(*)::int as open from wayleave.revocations
       where subscription_id = $1 and done_at is null and withdrawn_at is null`,
      [subscriptionId],
    );
    return { openRevocations: rows[0]?.open ?? 0 };
  });
}

/**
 * Which of these were deleted together with their clients: one that a panel shows all the same was put there by a process
 * that died before it could tell, or came back with the panel's backup.
 *
 * @param subscriptionIds as panels show them: what is no UUID is nobody's
 */
export async function deletedWithClients(
  db: Queryable,
  subscriptionIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await db.query<{ id: string }>(
    'select id from wayleave.subscriptions where id = any($1::uuid[]) and deleted_at is not null and not orphaned',
    [subscriptionIds.filter(isUuid)],
  );
  return new Set(rows.map(({ id }) => id));
}
