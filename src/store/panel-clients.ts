import type { PanelClientRecord } from './records.ts';
import type { Queryable } from './store.ts';

/** Everything that a panel was seen to hold, in order of e-mail. */
export async function loadPanelClients(db: Queryable, panelId: string): Promise<PanelClientRecord[]> {
  return db.query<PanelClientRecord>(
    `select panel_id as "panelId", subscription_id as "subscriptionId", generation, email, inbounds, fingerprint, enabled,
            first_confirmed_at as "firstConfirmedAtMs", confirmed_at as "confirmedAtMs"
     from wayleave.panel_clients where panel_id = $1 order by email`,
    [panelId],
  );
}

const confirm = {
  name: 'confirm-clients',
  // An array of arrays would be flattened by unnest, hence the tags as JSON. One writer of a panel at a time: "on conflict"
  // watches over one unique key, and of two first writings of a client the second could break the other, of the e-mail.
  text: `
    with held as materialized (
      select from wayleave.panels where id = any($1::uuid[]) order by id for no key update
    ), changed as (
      insert into wayleave.panel_clients as c
        (panel_id, subscription_id, generation, email, inbounds, fingerprint, enabled)
      select w.panel_id, w.subscription_id, w.generation, w.email,
             array(select jsonb_array_elements_text(w.inbounds)), w.fingerprint, w.enabled
      from unnest($1::uuid[], $2::uuid[], $3::integer[], $4::text[], $5::jsonb[], $6::text[], $7::boolean[])
        as w (panel_id, subscription_id, generation, email, inbounds, fingerprint, enabled)
      cross join (select count(*) from held) as panels_are_held
      order by w.subscription_id, w.panel_id, w.generation
      on conflict (subscription_id, panel_id, generation) do update
        set email = excluded.email, inbounds = excluded.inbounds, fingerprint = excluded.fingerprint,
            enabled = excluded.enabled, confirmed_at = now()
      where (c.email, c.inbounds, c.fingerprint, c.enabled) is distinct from
            (excluded.email, excluded.inbounds, excluded.fingerprint, excluded.enabled)
      returning subscription_id)
    select count(*)::int as changed, wayleave.announce_changes(array_agg(distinct subscription_id)) from changed`,
};

/** A client that was read back as desired; the database says when. */
export type ConfirmedClient = Omit<PanelClientRecord, 'firstConfirmedAtMs' | 'confirmedAtMs'>;

/**
 * Records clients that were read back from a panel as desired. Rows that do not differ are not touched.
 *
 * @returns how many rows were written
 */
export async function confirmClients(db: Queryable, batch: readonly ConfirmedClient[]): Promise<number> {
  const items = [...new Map(batch.map((item) => [clientKey(item), item])).values()];
  const rows = await db.query<{ changed: number }>(confirm, [
    items.map((item) => item.panelId),
    items.map((item) => item.subscriptionId),
    items.map((item) => item.generation),
    items.map((item) => item.email),
    items.map((item) => JSON.stringify(item.inbounds)),
    items.map((item) => item.fingerprint),
    items.map((item) => item.enabled),
  ]);
  return rows[0]?.changed ?? 0;
}

export type PanelClientKey = Pick<PanelClientRecord, 'panelId' | 'subscriptionId' | 'generation'>;

function clientKey(key: PanelClientKey): string {
  return `${key.subscriptionId} ${key.panelId} ${String(key.generation)}`;
}
