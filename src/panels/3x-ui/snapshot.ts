import { asInteger, asList, asObject, asSettings, asText, type JsonObject } from './json.ts';
import { isMarked } from './mark.ts';
import { flowOf, type FlowRules } from './transport-settings.ts';

/** One client in one inbound's own settings, which is what Xray is given. */
export interface ClientEntry {
  readonly inboundId: number;
  readonly email: string;
  /** Lower-case; whatever the panel holds, which need not be a UUID. */
  readonly uuid: string;
  /** Switched on both in the settings and in the traffic row: up to v2.8 depletion shows in the latter only. */
  readonly enabled: boolean;
  readonly flow: string;
  readonly expiryTime: number;
  readonly totalBytes: number;
  readonly subId: string;
  readonly comment: string;
}

export interface TrafficRow {
  readonly upBytes: number;
  readonly downBytes: number;
  readonly lastOnlineMs: number;
}

/** An inbound as the panel keeps it, parsed as far as every caller needs. */
export interface InboundRow {
  readonly id: number;
  readonly tag: string;
  readonly protocol: string;
  /** Everything else that the panel says of it: without its clients and counters, which are most of it. */
  readonly raw: JsonObject;
  /** Without the clients; undefined when they are no JSON object. */
  readonly settings: JsonObject | undefined;
  readonly stream: JsonObject | undefined;
  /** Its first client that no wayleave made; a time of 0 where the version tells none. */
  readonly oldest: { readonly uuid: string; readonly createdAtMs: number } | undefined;
  /** The flow that clients of this inbound use: empty where Xray allows none. */
  readonly flow: '' | 'xtls-rprx-vision';
  readonly entries: readonly ClientEntry[];
  /** Counters by e-mail. From v3.1 a row may stand under several inbounds: it is the same row. */
  readonly traffic: ReadonlyMap<string, TrafficRow>;
}

/** What a panel held at one moment, from its inbounds' own settings. */
export class Snapshot {
  readonly inbounds: readonly InboundRow[];
  readonly byTag: ReadonlyMap<string, InboundRow>;
  readonly byId: ReadonlyMap<number, InboundRow>;

  constructor(inbounds: readonly InboundRow[]) {
    this.inbounds = inbounds;
    this.byTag = new Map(inbounds.map((inbound) => [inbound.tag, inbound]));
    this.byId = new Map(inbounds.map((inbound) => [inbound.id, inbound]));
  }

  *entries(): Generator<ClientEntry> {
    for (const { entries } of this.inbounds) yield* entries;
  }
}

/** @returns undefined when the answer is no list of inbounds, or one of them has no id */
export function parseSnapshot(rows: unknown, rules: FlowRules): Snapshot | undefined {
  // A panel without inbounds may say null.
  if (rows === null) return new Snapshot([]);
  if (!Array.isArray(rows)) return undefined;
  const inbounds: InboundRow[] = [];
  for (const row of rows) {
    const inbound = parseInboundRow(row, rules);
    if (inbound === undefined) return undefined;
    inbounds.push(inbound);
  }
  return new Snapshot(inbounds.toSorted((a, b) => a.id - b.id));
}

/** @returns undefined when it has no id or its settings are not understood: "no clients" would add them all again */
export function parseInboundRow(value: unknown, rules: FlowRules): InboundRow | undefined {
  const raw = asObject(value);
  const id = raw?.['id'];
  if (raw === undefined || typeof id !== 'number' || !Number.isSafeInteger(id)) return undefined;
  const settings = asSettings(raw['settings']);
  const clients = clientsOf(raw['settings'], settings);
  if (clients === undefined) return undefined;
  const stream = asSettings(raw['streamSettings']);
  const protocol = asText(raw['protocol']);
  const { traffic, switchedOff } = parseTraffic(raw['clientStats']);
  return {
    id,
    tag: asText(raw['tag']),
    protocol,
    raw: without(raw, 'settings', 'streamSettings', 'clientStats'),
    settings: settings === undefined ? undefined : without(settings, 'clients'),
    stream,
    oldest: oldestOf(clients),
    flow: flowOf(protocol, settings ?? {}, stream ?? {}, rules),
    entries: clients.map((client) => parseEntry(client, id, switchedOff)),
    traffic,
  };
}

function oldestOf(clients: readonly JsonObject[]): InboundRow['oldest'] {
  const first = clients.find(({ comment }) => !isMarked(asText(comment)));
  return first && { uuid: asText(first['id']).toLowerCase(), createdAtMs: asInteger(first['created_at']) };
}

function clientsOf(text: unknown, settings: JsonObject | undefined): readonly JsonObject[] | undefined {
  if (settings === undefined) return text === undefined || text === null || text === '' ? [] : undefined;
  const listed = settings['clients'] ?? [];
  return Array.isArray(listed) ? listed.map(asObject).filter((client) => client !== undefined) : undefined;
}

function parseTraffic(stats: unknown): {
  readonly traffic: Map<string, TrafficRow>;
  readonly switchedOff: Set<string>;
} {
  const traffic = new Map<string, TrafficRow>();
  const switchedOff = new Set<string>();
  for (const stat of asList(stats)) {
    const row = asObject(stat);
    const email = asText(row?.['email']);
    if (row === undefined || email === '') continue;
    if (row['enable'] === false) switchedOff.add(email);
    traffic.set(email, {
      upBytes: asInteger(row['up']),
      downBytes: asInteger(row['down']),
      lastOnlineMs: asInteger(row['lastOnline']),
    });
  }
  return { traffic, switchedOff };
}

function parseEntry(client: JsonObject, inboundId: number, switchedOff: ReadonlySet<string>): ClientEntry {
  const email = asText(client['email']);
  return {
    inboundId,
    email,
    uuid: asText(client['id']).toLowerCase(),
    enabled: client['enable'] !== false && !switchedOff.has(email),
    flow: asText(client['flow']),
    expiryTime: asInteger(client['expiryTime']),
    totalBytes: asInteger(client['totalGB']),
    subId: asText(client['subId']),
    comment: asText(client['comment']),
  };
}

function without(object: JsonObject, ...names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));
}
