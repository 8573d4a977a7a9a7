import {
  entitlementColumns,
  toEntitlement,
  type EntitlementColumns,
  type EntitlementRecord,
  type SubscriptionState,
} from './records.ts';
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
   * then, and the answer must not differ from that to an address that never was.
   */
  readonly token: { readonly serial: number } & (
    | { readonly state: 'active' }
    | { readonly state: 'retired' | 'revoked'; readonly sinceMs: number }
  );
  readonly entitlement: EntitlementRecord | undefined;
  readonly state: SubscriptionState;
  readonly usage: UsageTotal;
  /** In a stable order: location, namespace, name. */
  readonly panels: readonly ServedPanel[];
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
  readonly subscriptionId: string;
  readonly namespace: string;
  readonly name: string;
  readonly serial: number;
  readonly retiredAtMs: number | null;
  readonly revokedAtMs: number | null;
  readonly suspended: boolean;
  readonly limited: boolean;
  readonly upBytes: bigint;
  readonly downBytes: bigint;
  readonly panels: readonly ServedPanel[];
}

/** One round trip, index look-ups only; exported so that a test can hold its plan to that. */
export const findByTokenStatement = {
  name: 'find-by-token',
  text: `
    select s.id as "subscriptionId", s.namespace, s.name, t.serial, t.retired_at as "retiredAtMs",
      least(t.revoked_at, s.closed_at) as "revokedAtMs",
      ${entitlementColumns},
      coalesce(st.suspended, false) as suspended, coalesce(st.limited, false) as limited,
      greatest(u.up - coalesce(b.up, 0), 0)::bigint as "upBytes",
      greatest(u.down - coalesce(b.down, 0), 0)::bigint as "downBytes",
      served.panels
    from wayleave.subscription_tokens t
    join wayleave.subscriptions s on s.id = t.subscription_id
    left join wayleave.entitlements e on e.subscription_id = s.id
    left join wayleave.subscription_states st on st.subscription_id = s.id
    left join wayleave.usage_baselines b on b.subscription_id = s.id
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
    where t.token_hash = $1`,
};

/**
 * Finds what an address stands for.
 *
 * @param tokenHash of `hashToken`
 * @returns nothing when there never was such an address
 */
export async function findByToken(db: Queryable, tokenHash: Buffer): Promise<SubscriptionDocument | undefined> {
  const [row] = await db.query<DocumentRow>(findByTokenStatement, [tokenHash]);
  if (row === undefined) return undefined;
  return {
    subscriptionId: row.subscriptionId,
    namespace: row.namespace,
    name: row.name,
    token: tokenState(row),
    entitlement: toEntitlement(row),
    state: { suspended: row.suspended, limited: row.limited },
    usage: { upBytes: row.upBytes, downBytes: row.downBytes },
    panels: row.panels,
  };
}

function tokenState({ serial, retiredAtMs, revokedAtMs }: DocumentRow): SubscriptionDocument['token'] {
  if (revokedAtMs !== null) return { serial, state: 'revoked', sinceMs: revokedAtMs };
  if (retiredAtMs !== null) return { serial, state: 'retired', sinceMs: retiredAtMs };
  return { serial, state: 'active' };
}
