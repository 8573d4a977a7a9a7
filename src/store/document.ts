import {
  entitlementColumns,
  epochMs,
  toEntitlement,
  toState,
  type EntitlementColumns,
  type EntitlementRecord,
  type SubscriptionState,
  type TrafficReset,
} from './records.ts';
import { deviceRestDays, mostDevices, type KnownDevice } from './devices.ts';
import type { StoredEndpoint } from './panels.ts';
import type { Queryable } from './store.ts';
import type { UsageTotal } from './usage.ts';

/** All that the subscription service needs to answer one address. */
export interface SubscriptionDocument {
  readonly subscriptionId: string;
  readonly namespace: string;
  readonly name: string;
  /**
   * `retired`: a newer address replaced this one at `sinceMs`; `revoked`: it, or the whole subscription, is gone since
   * then, and the answer must not differ from that to an address that never was. `serial` is 0 for an alias, which may be
   * retired at a time that is still to come.
   */
  readonly token: { readonly serial: number } & (
    | { readonly state: 'active' }
    | { readonly state: 'retired' | 'revoked'; readonly sinceMs: number }
  );
  /** What the customer chose in the bot; nothing on what a person made by hand. */
  readonly language: string | undefined;
  /** JSON of a `ShopRendering`; nothing where there never was a shop. */
  readonly rendering: string | undefined;
  readonly entitlement: EntitlementRecord | undefined;
  readonly state: SubscriptionState;
  readonly usage: UsageTotal;
  /** In a stable order: location, namespace, name. */
  readonly panels: readonly ServedPanel[];
  /** Those that are counted, the oldest first; none are read where the entitlement has no limit. */
  readonly devices: readonly KnownDevice[];
}

export interface ServedPanel {
  readonly namespace: string;
  readonly name: string;
  readonly location: string;
  /** Newest generation that this panel was seen to hold. */
  readonly generation: number;
  readonly clientUuid: string;
  readonly enabled: boolean;
  /** Of the inbounds that the client is on, in the panel's order. */
  readonly endpoints: readonly StoredEndpoint[];
}

interface DocumentRow extends EntitlementColumns {
  readonly tokenHash: Buffer;
  readonly subscriptionId: string;
  readonly namespace: string;
  readonly name: string;
  readonly serial: number;
  readonly retiredAtMs: number | null;
  readonly revokedAtMs: number | null;
  readonly language: string | null;
  readonly rendering: string | null;
  readonly suspended: boolean;
  readonly limited: boolean;
  readonly trafficReset: TrafficReset | null;
  readonly panelsWanted: number | null;
  readonly upBytes: bigint;
  readonly downBytes: bigint;
  readonly panels: readonly ServedPanel[];
  readonly devices: readonly KnownDevice[];
}

/** @param condition on the columns of addresses, ours and foreign ones */
function documents(condition: (column: string) => string): string {
  return `
    select t.hash as "tokenHash", s.id as "subscriptionId", s.namespace, s.name, t.serial, t.retired_at as "retiredAtMs",
      least(t.revoked_at, s.closed_at) as "revokedAtMs",
      ${entitlementColumns},
      coalesce(st.suspended, false) as suspended, coalesce(st.limited, false) as limited,
      st.traffic_reset as "trafficReset", st.panels_wanted as "panelsWanted", cl.language, sr.rendering::text as rendering,
      greatest(u.up - coalesce(b.up, 0), 0)::bigint as "upBytes",
      greatest(u.down - coalesce(b.down, 0), 0)::bigint as "downBytes",
      served.panels, counted.devices
    from (
      select token_hash as hash, subscription_id, serial, retired_at, revoked_at from wayleave.subscription_tokens
      where ${condition('token_hash')}
      union all
      select alias_hash, subscription_id, 0, ends_at, null from wayleave.aliases where ${condition('alias_hash')}
    ) t
    join wayleave.subscriptions s on s.id = t.subscription_id
    left join wayleave.entitlements e on e.subscription_id = s.id
    left join wayleave.subscription_states st on st.subscription_id = s.id
    left join wayleave.usage_baselines b on b.subscription_id = s.id
    left join wayleave.customer_languages cl on cl.id = s.customer_id
    left join wayleave.shop_renderings sr on sr.namespace = s.namespace
    cross join lateral (
      select coalesce(sum(past_up + counter_up), 0) as up, coalesce(sum(past_down + counter_down), 0) as down
      from wayleave.panel_usage where subscription_id = s.id
    ) u
    cross join lateral (
      select coalesce(json_agg(json_build_object(
               'namespace', p.namespace, 'name', p.name, 'location', p.location, 'generation', c.generation,
               'clientUuid', k.client_uuid, 'enabled', c.enabled,
               'endpoints', array(
                 select one.item from jsonb_array_elements(p.endpoints) with ordinality as one (item, position)
                 where one.item ->> 'inbound' = any (c.inbounds) order by one.position)
             ) order by p.location, p.namespace, p.name), '[]') as panels
      from (
        select distinct on (panel_id) panel_id, generation, inbounds, enabled
        from wayleave.panel_clients where subscription_id = s.id order by panel_id, generation desc
      ) c
      join wayleave.panels p on p.id = c.panel_id and p.removed_at is null
      join wayleave.credentials k on k.subscription_id = s.id and k.generation = c.generation
    ) served
    cross join lateral (
      select coalesce(json_agg(json_build_object(
               'id', d.id, 'hash', rtrim(translate(encode(d.hash, 'base64'), '+/', '-_'), '='), 'model', d.model,
               'os', d.os, 'firstSeenMs', ${epochMs('d.first_seen_at')}, 'lastSeenMs', ${epochMs('d.last_seen_at')}
             ) order by d.first_seen_at, d.id), '[]') as devices
      from (
        select * from wayleave.devices
        where subscription_id = s.id and e.device_limit is not null
          and last_seen_at > now() - interval '${String(deviceRestDays)} days'
        order by last_seen_at desc limit ${String(mostDevices)}
      ) d
    ) counted`;
}

/** One round trip, index look-ups only; exported so that a test can hold its plan to that. */
export const findByTokenStatement = {
  name: 'find-by-token',
  text: documents((column) => `${column} = $1`),
};

const findByTokensStatement = { name: 'find-by-tokens', text: documents((column) => `${column} = any($1::bytea[])`) };

/**
 * Finds what an address stands for.
 *
 * @param tokenHash of `hashToken`
 * @returns nothing when there never was such an address
 */
export async function findByToken(db: Queryable, tokenHash: Buffer): Promise<SubscriptionDocument | undefined> {
  const [row] = await db.query<DocumentRow>(findByTokenStatement, [tokenHash]);
  return row === undefined ? undefined : toDocument(row);
}

/**
 * The same for many addresses at once, as a service that starts reads them.
 *
 * @returns by hash of the address in base64url; those that are unknown are missing
 */
export async function findByTokens(
  db: Queryable,
  tokenHashes: readonly Buffer[],
): Promise<ReadonlyMap<string, SubscriptionDocument>> {
  const rows = await db.query<DocumentRow>(findByTokensStatement, [tokenHashes]);
  return new Map(rows.map((row) => [row.tokenHash.toString('base64url'), toDocument(row)]));
}

function toDocument(row: DocumentRow): SubscriptionDocument {
  return {
    subscriptionId: row.subscriptionId,
    namespace: row.namespace,
    name: row.name,
    token: tokenState(row),
    entitlement: toEntitlement(row),
    language: row.language ?? undefined,
    rendering: row.rendering ?? undefined,
    state: toState(row),
    usage: { upBytes: row.upBytes, downBytes: row.downBytes },
    panels: row.panels,
    devices: row.devices,
  };
}

function tokenState({ serial, retiredAtMs, revokedAtMs }: DocumentRow): SubscriptionDocument['token'] {
  if (revokedAtMs !== null) return { serial, state: 'revoked', sinceMs: revokedAtMs };
  if (retiredAtMs !== null) return { serial, state: 'retired', sinceMs: retiredAtMs };
  return { serial, state: 'active' };
}
