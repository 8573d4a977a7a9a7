import { uuidv7 } from 'uuidv7';
import { StoreError } from './errors.ts';
import type { Queryable, Store } from './store.ts';

/** One inbound's endpoint as a panel driver made it. The store keeps it and does not look inside. */
export interface StoredEndpoint {
  /** Tag. */
  readonly inbound: string;
  readonly endpoint: unknown;
}

export interface PanelRecord {
  readonly id: string;
  readonly namespace: string;
  readonly name: string;
  readonly location: string;
  /** Of the first complete reading and since. */
  readonly identity: string | undefined;
  /** Last complete reading, in the order to serve. */
  readonly endpoints: readonly StoredEndpoint[];
}

export interface PanelReading {
  readonly identity: string;
  readonly endpoints: readonly StoredEndpoint[];
  readonly location?: string;
}

const ensure = {
  name: 'ensure-panel',
  text: `insert into wayleave.panels (id, namespace, name) values ($1, $2, $3)
         on conflict (namespace, name) do update set removed_at = null
         returning id, namespace, name, location, identity, endpoints`,
};

/** Gives a panel its row, the same one whenever it comes back. */
export async function ensurePanel(
  db: Queryable,
  panel: { readonly namespace: string; readonly name: string },
): Promise<PanelRecord> {
  type Row = Omit<PanelRecord, 'identity'> & { identity: string | null };
  const [row] = await db.query<Row>(ensure, [uuidv7(), panel.namespace, panel.name]);
  if (row === undefined) {
    throw new StoreError('STORE_NONSENSE', `panel ${panel.namespace}/${panel.name} cannot be read`, { retry: 'later' });
  }
  return { ...row, identity: row.identity ?? undefined };
}

/**
 * Keeps a complete reading of a panel, and announces a change of what subscriptions serve. The whole list is replaced:
 * an endpoint that is left out disappears from phones, so leaving one out must be a decision.
 *
 * @returns whether anything differed
 * @throws StoreError STORE_PANEL_UNKNOWN
 */
export async function savePanelReading(db: Queryable, panelId: string, reading: PanelReading): Promise<boolean> {
  const [row] = await db.query<{ changed: boolean; announced: unknown }>(
    `with before as (
       select id, identity, endpoints, location from wayleave.panels where id = $1 for update
     ), changed as (
       update wayleave.panels p
       set identity = $2, endpoints = $3, location = coalesce($4, p.location), updated_at = now()
       from before b
       where p.id = b.id and (b.identity, b.endpoints, b.location) is distinct from ($2, $3::jsonb, coalesce($4, b.location))
       returning (b.endpoints, b.location) is distinct from (p.endpoints, p.location) as visible
     )
     select exists (select from changed) as changed,
            (select pg_notify('wayleave_changed', '*') from changed where visible) as announced
     from before`,
    [panelId, reading.identity, JSON.stringify(reading.endpoints), reading.location ?? null],
  );
  if (row === undefined)
    throw new StoreError('STORE_PANEL_UNKNOWN', `there is no panel ${panelId}`, { retry: 'never' });
  return row.changed;
}

/**
 * Forgets what a released panel holds; from now on nothing of it is served. Its open revocations stay, should it come
 * back.
 *
 * @returns the clients that were left on it, for an Event
 */
export async function markPanelRemoved(
  store: Store,
  panelId: string,
): Promise<readonly { readonly email: string; readonly subscriptionId: string }[]> {
  return store.transaction(async (tx) => {
    await tx.query(
      `update wayleave.panels set removed_at = now(), identity = null, endpoints = '[]', updated_at = now()
       where id = $1 and removed_at is null`,
      [panelId],
    );
    const left = await tx.query<{ email: string; subscriptionId: string }>(
      `delete from wayleave.panel_clients where panel_id = $1 returning email, subscription_id as "subscriptionId"`,
      [panelId],
    );
    await tx.query(`select pg_notify('wayleave_changed', '*')`);
    return left;
  });
}
