import type { Statement } from './store.ts';

/** Who declares a subscription: a person's resource, or the ledger of payments. */
export type SubscriptionSource = 'resource' | 'ledger';

export interface SubscriptionRecord {
  /** UUIDv7. */
  readonly id: string;
  readonly namespace: string;
  readonly name: string;
  /** As first recorded; a resource that a person makes again does not turn a ledger subscription into his own. */
  readonly source: SubscriptionSource;
  /** Part of the e-mail on panels, `wl-<short id>`. */
  readonly shortId: string;
  /** Epoch milliseconds. */
  readonly createdAtMs: number;
  /** Epoch milliseconds; present on a tombstone. */
  readonly deletedAtMs: number | undefined;
  /** In order of generation, from 1. */
  readonly generations: readonly CredentialGeneration[];
  /** The address that is alive; absent only where somebody revoked it by hand, until the next `ensureSubscriptions`. */
  readonly token: TokenRecord | undefined;
  readonly entitlement: EntitlementRecord | undefined;
  readonly state: SubscriptionState;
  readonly clients: readonly PanelClientRecord[];
}

export interface CredentialGeneration {
  readonly generation: number;
  readonly clientUuid: string;
}

export interface TokenRecord {
  readonly serial: number;
  readonly keyId: string;
}

export interface EntitlementRecord {
  readonly source: SubscriptionSource;
  /** By language; `default` is there if anything is. */
  readonly title: Readonly<Record<string, string>>;
  /** Epoch milliseconds; absent: never. */
  readonly expiresAtMs: number | undefined;
  readonly access: 'granted' | 'denied';
  /** Absent: unlimited. */
  readonly trafficLimitBytes: bigint | undefined;
  readonly deviceLimit: number | undefined;
  readonly revision: number;
  /** The newest revision that reached enough panels; 0 before the first. */
  readonly provisionedRevision: number;
}

export type TrafficReset = 'Never' | 'Renewal' | 'Monthly';

export interface SubscriptionState {
  readonly suspended: boolean;
  readonly limited: boolean;
  /** When traffic is counted anew; absent where nobody wrote it yet. */
  readonly trafficReset?: TrafficReset;
  /** For how many panels it is meant; absent where nobody wrote it yet. */
  readonly panelsWanted?: number;
}

/** A client that a panel was seen to hold. */
export interface PanelClientRecord {
  readonly panelId: string;
  readonly subscriptionId: string;
  readonly generation: number;
  readonly email: string;
  /** Tags. */
  readonly inbounds: readonly string[];
  readonly fingerprint: string;
  readonly enabled: boolean;
  /** Epoch milliseconds. */
  readonly firstConfirmedAtMs: number;
  /** Epoch milliseconds of the last confirmation that changed something. */
  readonly confirmedAtMs: number;
}

export interface EntitlementColumns {
  readonly entitlementSource: SubscriptionSource | null;
  readonly title: Readonly<Record<string, string>>;
  readonly expiresAtMs: number | null;
  readonly access: 'granted' | 'denied';
  readonly trafficLimitBytes: bigint | null;
  readonly deviceLimit: number | null;
  readonly revision: bigint;
  readonly provisionedRevision: bigint;
}

/** Columns of `entitlements e` for `toEntitlement`. */
export const entitlementColumns = `
  e.source as "entitlementSource", e.title, e.expires_at as "expiresAtMs", e.access,
  e.traffic_limit_bytes as "trafficLimitBytes", e.device_limit as "deviceLimit", e.revision,
  e.provisioned_revision as "provisionedRevision"`;

/** @returns nothing when the left join found none */
export function toEntitlement(row: EntitlementColumns): EntitlementRecord | undefined {
  if (row.entitlementSource === null) return undefined;
  return {
    source: row.entitlementSource,
    title: row.title,
    expiresAtMs: row.expiresAtMs ?? undefined,
    access: row.access,
    trafficLimitBytes: row.trafficLimitBytes ?? undefined,
    deviceLimit: row.deviceLimit ?? undefined,
    revision: Number(row.revision),
    provisionedRevision: Number(row.provisionedRevision),
  };
}

/** Epoch milliseconds inside JSON, where the type parser of timestamptz does not reach. */
export const epochMs = (column: string): string => `floor(extract(epoch from ${column}) * 1000)::bigint`;

interface SubscriptionRow extends EntitlementColumns {
  readonly id: string;
  readonly namespace: string;
  readonly name: string;
  readonly source: SubscriptionSource;
  readonly shortId: string;
  readonly createdAtMs: number;
  readonly deletedAtMs: number | null;
  readonly generations: readonly {
    readonly generation: number;
    readonly clientUuid: string;
  }[];
  readonly token: TokenRecord | null;
  readonly suspended: boolean;
  readonly limited: boolean;
  readonly trafficReset: TrafficReset | null;
  readonly panelsWanted: number | null;
  readonly clients: readonly Omit<PanelClientRecord, 'subscriptionId'>[];
}

/** A statement whose rows `toSubscription` reads; `tail` holds the conditions on `subscriptions s`, and the order. */
export function selectSubscriptions(name: string, tail: string): Statement {
  return {
    name,
    text: `
      select s.id, s.namespace, s.name, s.source, s.short_id as "shortId", s.created_at as "createdAtMs",
        s.deleted_at as "deletedAtMs",
        coalesce((
          select json_agg(json_build_object('generation', k.generation, 'clientUuid', k.client_uuid) order by k.generation)
          from wayleave.credentials k where k.subscription_id = s.id), '[]') as generations,
        (select json_build_object('serial', t.serial, 'keyId', t.key_id)
         from wayleave.subscription_tokens t
         where t.subscription_id = s.id and t.retired_at is null and t.revoked_at is null) as token,
        ${entitlementColumns},
        coalesce(st.suspended, false) as suspended, coalesce(st.limited, false) as limited,
        st.traffic_reset as "trafficReset", st.panels_wanted as "panelsWanted",
        coalesce((
          select json_agg(json_build_object('panelId', c.panel_id, 'generation', c.generation, 'email', c.email,
                                            'inbounds', c.inbounds, 'fingerprint', c.fingerprint, 'enabled', c.enabled,
                                            'firstConfirmedAtMs', ${epochMs('c.first_confirmed_at')},
                                            'confirmedAtMs', ${epochMs('c.confirmed_at')})
                          order by c.panel_id, c.generation)
          from wayleave.panel_clients c where c.subscription_id = s.id), '[]') as clients
      from wayleave.subscriptions s
      left join wayleave.entitlements e on e.subscription_id = s.id
      left join wayleave.subscription_states st on st.subscription_id = s.id
      ${tail}`,
  };
}

/** Reads a row of `selectSubscriptions`. */
export function toSubscription(row: SubscriptionRow): SubscriptionRecord {
  return {
    id: row.id,
    namespace: row.namespace,
    name: row.name,
    source: row.source,
    shortId: row.shortId,
    createdAtMs: row.createdAtMs,
    deletedAtMs: row.deletedAtMs ?? undefined,
    generations: row.generations,
    token: row.token ?? undefined,
    entitlement: toEntitlement(row),
    state: toState(row),
    clients: row.clients.map((client) => ({ ...client, subscriptionId: row.id })),
  };
}

export type { SubscriptionRow };

export function toState(row: {
  readonly suspended: boolean;
  readonly limited: boolean;
  readonly trafficReset: TrafficReset | null;
  readonly panelsWanted: number | null;
}): SubscriptionState {
  const { suspended, limited, trafficReset, panelsWanted } = row;
  return {
    suspended,
    limited,
    ...(trafficReset === null ? {} : { trafficReset }),
    ...(panelsWanted === null ? {} : { panelsWanted }),
  };
}
