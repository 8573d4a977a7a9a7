import { markProvisioned } from '../../../src/store/index.ts';
import type { TestShop } from './shop.ts';

/** A panel was seen to hold what the subscription is entitled to now, as the operator records it. */
export async function confirmOnPanel({ owner }: TestShop, subscriptionId: string, panel: string): Promise<void> {
  await owner.query(
    `insert into wayleave.panels (id, namespace, name) values (gen_random_uuid(), 'shop', $1)
     on conflict (namespace, name) do nothing`,
    [panel],
  );
  await owner.query(
    `insert into wayleave.panel_clients as k (panel_id, subscription_id, generation, email, inbounds, fingerprint, enabled)
     select p.id, $1::uuid, 1, 'wl-' || right($1::uuid::text, 12), '{}', gen_random_uuid()::text, true
     from wayleave.panels p where p.namespace = 'shop' and p.name = $2
     on conflict (subscription_id, panel_id, generation) do update
       set fingerprint = excluded.fingerprint, confirmed_at = now()`,
    [subscriptionId, panel],
  );
}

/** Enough panels hold it: what the operator writes then. */
export async function deliver({ owner, store }: TestShop, subscriptionId: string): Promise<void> {
  const { rows } = await owner.query<{ revision: string }>(
    'select revision from wayleave.entitlements where subscription_id = $1',
    [subscriptionId],
  );
  await markProvisioned(store, [{ subscriptionId, revision: Number(rows[0]?.revision) }]);
}
