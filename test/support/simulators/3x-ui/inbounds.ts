import { BindError, type Bound, type GoStruct } from './binding.ts';
import { ServiceError } from './answers.ts';
import { entryFor, rowOf, clientWire } from './client-wire.ts';
import {
  entriesOf,
  nextId,
  type ClientEntry,
  type InboundRow,
  type InboundSettings,
  type StreamSettings,
} from './database.ts';
import type { Panel } from './panel.ts';
import { dropTraffic, openTraffic, setLimits, trafficOf } from './traffic.ts';

/** What a request or a test may say of an inbound; the rest takes the panel's defaults. */
export interface InboundDraft {
  readonly tag?: string;
  readonly remark?: string;
  readonly enable?: boolean;
  readonly listen?: string;
  readonly port: number;
  readonly protocol?: string;
  readonly settings?: InboundSettings;
  readonly streamSettings?: StreamSettings;
  readonly sniffing?: Record<string, unknown>;
  readonly total?: number;
  readonly expiryTime?: number;
}

export const inboundStruct: GoStruct = {
  name: 'Inbound',
  fields: {
    id: 'int',
    remark: 'string',
    enable: 'bool',
    listen: 'string',
    port: 'int',
    protocol: 'string',
    settings: 'string',
    streamSettings: 'string',
    sniffing: 'string',
    total: 'int64',
    expiryTime: 'int64',
  },
};

const protocols = 'vmess vless trojan shadowsocks wireguard hysteria http mixed tunnel tun mtproto'.split(' ');

/** Whole inbounds: what the panel's pages do. A driver never writes them. */
export class Inbounds {
  readonly #panel: Panel;

  constructor(panel: Panel) {
    this.#panel = panel;
  }

  async add(draft: InboundDraft): Promise<InboundRow> {
    const { database, version } = this.#panel;
    this.#refusePort(draft.port, 0);
    const row: InboundRow = {
      ...columnsOf(draft),
      id: nextId(database, 'inbound'),
      up: 0,
      down: 0,
      allTime: 0,
      tag: draft.tag ?? defaultTag(draft.listen ?? '', draft.port, version.generation),
    };
    const known = new Set(database.inbounds.flatMap((other) => entriesOf(other)).map(({ email }) => email));
    const twice = (draft.settings?.clients ?? []).find(({ email }) => known.has(email));
    if (twice !== undefined && version.generation < 4) throw new ServiceError(`Duplicate email: ${twice.email}`);
    database.inbounds.push(row);
    this.setEntries(row, draft.settings?.clients ?? []);
    if (row.enable && !(await this.#panel.core.addInbound(this.#panel.coreInbound(row))))
      this.#panel.restartWanted = true;
    return row;
  }

  /** Replaces everything, clients included: a body that was read earlier deletes whoever was added since. */
  async update(id: number, draft: InboundDraft): Promise<InboundRow> {
    const row = this.#panel.inbound(id);
    this.#refusePort(draft.port, id);
    const oldTag = row.tag;
    Object.assign(row, columnsOf(draft));
    this.setEntries(row, draft.settings?.clients ?? []);
    await this.#reload(row, oldTag);
    return row;
  }

  async delete(id: number): Promise<void> {
    const { database, version } = this.#panel;
    const row = database.inbounds.find((candidate) => candidate.id === id);
    // From v3 on, deleting what is not there is a success.
    if (row === undefined && version.generation === 4) return;
    const { tag } = row ?? this.#panel.inbound(id);
    database.inbounds = database.inbounds.filter((candidate) => candidate.id !== id);
    database.links = database.links.filter(({ inboundId }) => inboundId !== id);
    if (version.generation < 4) database.traffic = database.traffic.filter(({ inboundId }) => inboundId !== id);
    await this.#panel.core.removeInbound(tag);
  }

  async setEnable(id: number, enable: boolean): Promise<void> {
    const row = this.#panel.inbound(id);
    row.enable = enable;
    await this.#reload(row, row.tag);
  }

  /** Makes these the inbound's clients, with traffic rows and, from v3.1.0, records and links to match. */
  setEntries(row: InboundRow, entries: readonly ClientEntry[]): void {
    const { database, version } = this.#panel;
    const stamp = this.#panel.nowInSecondsAsMs();
    const stamped = entries.map((entry) => ({ ...entry, created_at: entry['created_at'] ?? stamp, updated_at: stamp }));
    row.settings.clients = stamped;
    if (version.generation < 4) {
      this.#keepTrafficOf(row, stamped);
      return;
    }
    database.links = database.links.filter(({ inboundId }) => inboundId !== row.id);
    row.settings.clients = stamped.map((entry) => {
      const wire = clientWire(entry);
      const own = entryFor(wire, row, version);
      let client = database.clients.find(({ email }) => email === wire.email);
      if (client === undefined) {
        client = rowOf(nextId(database, 'client'), wire);
        database.clients.push(client);
        openTraffic(database, row.id, wire.email, wire);
      }
      database.links.push({ clientId: client.id, inboundId: row.id, flowOverride: own.flow ?? '' });
      return own;
    });
  }

  #keepTrafficOf(row: InboundRow, entries: readonly ClientEntry[]): void {
    const { database } = this.#panel;
    const emails = new Set(entries.map(({ email }) => email));
    for (const { email } of database.traffic.filter(({ inboundId }) => inboundId === row.id)) {
      if (!emails.has(email)) dropTraffic(database, email);
    }
    for (const entry of entries) {
      const traffic = trafficOf(database, entry.email ?? '');
      if (traffic === undefined) openTraffic(database, row.id, entry.email ?? '', entry);
      else setLimits(traffic, entry);
    }
  }

  async #reload(row: InboundRow, oldTag: string): Promise<void> {
    await this.#panel.core.removeInbound(oldTag);
    if (!row.enable) return;
    if (!(await this.#panel.core.addInbound(this.#panel.coreInbound(row)))) this.#panel.restartWanted = true;
  }

  #refusePort(port: number, own: number): void {
    const other = this.#panel.database.inbounds.find((row) => row.port === port && row.id !== own);
    if (other === undefined) return;
    throw new ServiceError(
      this.#panel.version.generation === 4
        ? `port ${port} (tcp) already used by inbound '${other.remark}' (#${other.id}) on ${other.listen}`
        : `Port already exists: ${port}`,
    );
  }
}

/** A draft with the panel's defaults; its clients are set apart from it. */
function columnsOf({ settings, ...draft }: InboundDraft): Omit<InboundRow, 'id' | 'up' | 'down' | 'allTime' | 'tag'> {
  const defaults = {
    remark: '',
    enable: false,
    listen: '',
    protocol: '',
    total: 0,
    expiryTime: 0,
    streamSettings: {},
    sniffing: {},
  };
  const { tag: _tag, ...given } = draft;
  return { ...defaults, ...given, settings: { ...settings, clients: [] } };
}

function defaultTag(listen: string, port: number, generation: number): string {
  if (generation === 4) return `in-${port}-tcp`;
  return ['', '0.0.0.0', '::', '::0'].includes(listen) ? `inbound-${port}` : `inbound-${listen}:${port}`;
}

/** An inbound from a request's fields, of which the JSON ones are text below v3.1.0 and either from there on. */
export function draftOf(bound: Bound): InboundDraft {
  const { settings, streamSettings, sniffing, ...rest } = bound;
  return {
    ...(rest as Omit<InboundDraft, 'settings' | 'streamSettings' | 'sniffing'>),
    port: typeof bound['port'] === 'number' ? bound['port'] : 0,
    settings: jsonObject(settings),
    streamSettings: jsonObject(streamSettings),
    sniffing: jsonObject(sniffing),
  };
}

export function isKnownProtocol(protocol: unknown): boolean {
  return typeof protocol === 'string' && protocols.includes(protocol);
}

/** Parses a JSON object that was sent as text. @throws BindError when it is no JSON */
export function jsonObject(text: unknown): Record<string, unknown> {
  if (typeof text !== 'string' || text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
  } catch (error) {
    throw new BindError('unexpected end of JSON input', { cause: error });
  }
}
