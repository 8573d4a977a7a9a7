import { StoreError } from './errors.ts';
import { selectSubscriptions, toSubscription, type SubscriptionRecord, type SubscriptionRow } from './records.ts';
import type { Queryable } from './store.ts';

/** The identity that marks our clients on every panel. */
export async function installationId(db: Queryable): Promise<string> {
  const [row] = await db.query<{ id: string }>('select id from wayleave.installation');
  if (row === undefined)
    throw new StoreError('STORE_NONSENSE', 'table installation is empty: restore its row', { retry: 'never' });
  return row.id;
}

const pageSize = 2_000;

const nextPage = selectSubscriptions(
  'load-subscriptions',
  `where s.id > $1
     and ($2::text[] is null or s.namespace = any($2))
     and (coalesce(s.deleted_at, s.retired_at) is null or exists (select from wayleave.panel_clients c where c.subscription_id = s.id))
   order by s.id limit ${String(pageSize)}`,
);

/**
 * Everything that the operator knows of its subscriptions, for its start. Tombstones and retired ones come too as long as a
 * panel holds a client of theirs. In order of id; each page is consistent in itself.
 *
 * @param options.namespaces only these; absent: all
 */
export async function* loadSubscriptions(
  db: Queryable,
  options: { readonly namespaces?: readonly string[] } = {},
): AsyncGenerator<SubscriptionRecord, void, undefined> {
  let after = '00000000-0000-0000-0000-000000000000';
  for (;;) {
    const rows = await db.query<SubscriptionRow>(nextPage, [after, options.namespaces ?? null]);
    for (const row of rows) yield toSubscription(row);
    const last = rows.at(-1);
    if (last === undefined || rows.length < pageSize) return;
    after = last.id;
  }
}

const byIds = selectSubscriptions('subscriptions-by-id', 'where s.id = any($1::uuid[])');

/** Also tombstones. Ids that are unknown are missing from the result; the order is open. */
export async function findSubscriptions(db: Queryable, ids: readonly string[]): Promise<SubscriptionRecord[]> {
  return (await db.query<SubscriptionRow>(byIds, [ids])).map(toSubscription);
}

const byNames = selectSubscriptions(
  'subscriptions-by-name',
  'join unnest($1::text[], $2::text[]) as wanted (namespace, name) on s.namespace = wanted.namespace and s.name = wanted.name',
);

/** Also tombstones. Names that are unknown are missing from the result; the order is open. */
export async function findSubscriptionsByName(
  db: Queryable,
  names: readonly { readonly namespace: string; readonly name: string }[],
): Promise<SubscriptionRecord[]> {
  const values = [names.map((one) => one.namespace), names.map((one) => one.name)];
  return (await db.query<SubscriptionRow>(byNames, values)).map(toSubscription);
}
