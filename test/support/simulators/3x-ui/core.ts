import { isUtf8 } from 'node:buffer';
import type { ClientEntry, InboundRow } from './database.ts';

export interface CoreStatus {
  readonly state: 'running' | 'stop' | 'error';
  readonly errorMsg: string;
  readonly version: string;
}

export interface TrafficDelta {
  readonly up: number;
  readonly down: number;
}

/** An inbound with the clients that the panel lets in, as it stands in the core's configuration. */
export interface CoreInbound {
  readonly row: InboundRow;
  readonly clients: readonly ClientEntry[];
}

/** The Xray behind a panel: a model of it, or a real one. A live change answers false when only a restart applies it. */
export interface Core {
  status(): CoreStatus;
  /** Loads a configuration afresh, which drops every connection. Never throws: a refused one shows in `status`. */
  restart(inbounds: readonly CoreInbound[]): Promise<void>;
  stop(): Promise<void>;
  /** As `kill -9` would. */
  kill(): Promise<void>;
  addInbound(inbound: CoreInbound): Promise<boolean>;
  removeInbound(tag: string): Promise<boolean>;
  addUser(tag: string, entry: ClientEntry): Promise<boolean>;
  removeUser(tag: string, email: string): Promise<boolean>;
  /** Bytes by e-mail since the last call. */
  takeTraffic(): Promise<ReadonlyMap<string, TrafficDelta>>;
}

interface User {
  readonly email: string;
  readonly uuid: string;
  readonly flow: string;
}

/** Users of one inbound, kept as Xray keeps them: two indexes that can fall apart when two e-mails share a uuid. */
interface LiveInbound {
  readonly byEmail: Map<string, User>;
  readonly byUuid: Map<string, User>;
}

/** A model of Xray's user tables, exact enough to say who would be let in. */
export class ModelCore implements Core {
  readonly #version: string;
  readonly #live = new Map<string, LiveInbound>();
  readonly #traffic = new Map<string, TrafficDelta>();
  #state: CoreStatus['state'] = 'stop';
  #errorMsg = '';
  /** How often it was started: each start after the first dropped every connection. */
  starts = 0;

  constructor(version: string) {
    this.#version = version;
  }

  status(): CoreStatus {
    return { state: this.#state, errorMsg: this.#errorMsg, version: this.#version };
  }

  /** Whether a customer with this uuid and flow would be served on an inbound now. */
  admits(tag: string, uuid: string, flow = ''): boolean {
    if (this.#state !== 'running') return false;
    const user = this.#live.get(tag)?.byUuid.get(uuid.toLowerCase());
    return user !== undefined && user.flow === flow;
  }

  /** Counts bytes for a customer, as if they had gone through an inbound. */
  carry(email: string, delta: TrafficDelta): void {
    const before = this.#traffic.get(email) ?? { up: 0, down: 0 };
    this.#traffic.set(email, { up: before.up + delta.up, down: before.down + delta.down });
  }

  async restart(inbounds: readonly CoreInbound[]): Promise<void> {
    this.#live.clear();
    this.starts += 1;
    const invalid = inbounds.flatMap(({ clients }) => clients).find(({ id }) => !isUserId(id ?? ''));
    const duplicate = inbounds.find(({ clients }) => hasRepeatedEmail(clients));
    if (invalid !== undefined || duplicate !== undefined) {
      this.#state = 'error';
      this.#errorMsg =
        invalid === undefined
          ? `Failed to start: main: failed to create server > User already exists in ${String(duplicate?.row.tag)}`
          : `Failed to start: main: failed to load config files > infra/conf: invalid UUID: ${String(invalid.id)}`;
      return;
    }
    this.#state = 'running';
    this.#errorMsg = '';
    for (const inbound of inbounds) await this.addInbound(inbound);
  }

  async stop(): Promise<void> {
    this.#state = 'stop';
    this.#live.clear();
  }

  async kill(): Promise<void> {
    this.#state = 'error';
    this.#errorMsg = 'signal: killed';
    this.#live.clear();
  }

  async addInbound({ row, clients }: CoreInbound): Promise<boolean> {
    if (this.#state !== 'running') return false;
    this.#live.set(row.tag, { byEmail: new Map(), byUuid: new Map() });
    for (const entry of clients) await this.addUser(row.tag, entry);
    return true;
  }

  async removeInbound(tag: string): Promise<boolean> {
    return this.#state === 'running' && this.#live.delete(tag);
  }

  async addUser(tag: string, entry: ClientEntry): Promise<boolean> {
    const live = this.#live.get(tag);
    if (this.#state !== 'running' || live === undefined || !isUserId(entry.id ?? '')) return false;
    const user: User = { email: entry.email ?? '', uuid: (entry.id ?? '').toLowerCase(), flow: entry.flow ?? '' };
    if (live.byEmail.has(user.email.toLowerCase())) return false;
    live.byEmail.set(user.email.toLowerCase(), user);
    live.byUuid.set(user.uuid, user);
    return true;
  }

  async removeUser(tag: string, email: string): Promise<boolean> {
    const live = this.#live.get(tag);
    if (this.#state !== 'running' || live === undefined) return false;
    const user = live.byEmail.get(email.toLowerCase());
    if (user === undefined) return true;
    live.byEmail.delete(email.toLowerCase());
    // The uuid goes whoever else holds it: the duplicate-uuid trap.
    live.byUuid.delete(user.uuid);
    return true;
  }

  async takeTraffic(): Promise<ReadonlyMap<string, TrafficDelta>> {
    const taken = new Map(this.#traffic);
    this.#traffic.clear();
    return taken;
  }
}

/** Xray takes a UUID, or any text of at most 30 bytes, which it maps to one. */
function isUserId(id: string): boolean {
  if (/^[\da-f]{8}-?[\da-f]{4}-?[\da-f]{4}-?[\da-f]{4}-?[\da-f]{12}$/i.test(id)) return true;
  const bytes = Buffer.from(id);
  return bytes.length > 0 && bytes.length <= 30 && isUtf8(bytes);
}

function hasRepeatedEmail(clients: readonly ClientEntry[]): boolean {
  const emails = clients.map(({ email }) => (email ?? '').toLowerCase());
  return new Set(emails).size < emails.length;
}
