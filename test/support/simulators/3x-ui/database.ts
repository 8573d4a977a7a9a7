import { randomBytes, randomUUID } from 'node:crypto';

/** One client inside an inbound's `settings.clients`. Keys beyond these are kept as they came (legacy API). */
export interface ClientEntry {
  id?: string;
  email?: string;
  enable?: boolean;
  flow?: string;
  subId?: string;
  comment?: string;
  expiryTime?: number;
  totalGB?: number;
  [key: string]: unknown;
}

export interface InboundSettings {
  clients?: ClientEntry[];
  encryption?: string;
  [key: string]: unknown;
}

export interface StreamSettings {
  network?: string;
  security?: string;
  [key: string]: unknown;
}

export interface InboundRow {
  id: number;
  up: number;
  down: number;
  total: number;
  allTime: number;
  remark: string;
  enable: boolean;
  expiryTime: number;
  listen: string;
  port: number;
  protocol: string;
  tag: string;
  settings: InboundSettings;
  streamSettings: StreamSettings;
  sniffing: Record<string, unknown>;
}

/** From v3.1.0: the client as a record of its own, beside its copies in the inbounds' settings. */
export interface ClientRow {
  id: number;
  email: string;
  subId: string;
  uuid: string;
  password: string;
  auth: string;
  /** Whatever was written last to any inbound. */
  flow: string;
  security: string;
  limitIp: number;
  totalGB: number;
  expiryTime: number;
  enable: boolean;
  tgId: number;
  group: string;
  comment: string;
  reset: number;
  createdAt: number;
  updatedAt: number;
}

/** From v3.1.0: which record is on which inbound. */
export interface LinkRow {
  clientId: number;
  inboundId: number;
  flowOverride: string;
}

export interface TrafficRow {
  id: number;
  inboundId: number;
  enable: boolean;
  email: string;
  up: number;
  down: number;
  allTime: number;
  expiryTime: number;
  total: number;
  reset: number;
  lastOnline: number;
}

export interface TokenRow {
  id: number;
  name: string;
  token: string;
  enabled: boolean;
  scope: TokenScope;
  createdAt: number;
}

export type TokenScope = 'admin' | 'monitor' | 'node-sync';

/** Everything that a panel keeps; plain data, so that tests may reach in and a file may hold it. */
export interface Database {
  guid: string;
  /** Signs sessions; a new one ends them all. */
  secret: string;
  sequences: Record<'inbound' | 'client' | 'traffic' | 'token', number>;
  inbounds: InboundRow[];
  clients: ClientRow[];
  links: LinkRow[];
  traffic: TrafficRow[];
  tokens: TokenRow[];
}

export function emptyDatabase(): Database {
  return {
    guid: randomUUID(),
    secret: randomBytes(16).toString('hex'),
    sequences: { inbound: 0, client: 0, traffic: 0, token: 0 },
    inbounds: [],
    clients: [],
    links: [],
    traffic: [],
    tokens: [],
  };
}

export function nextId(database: Database, table: keyof Database['sequences']): number {
  database.sequences[table] += 1;
  return database.sequences[table];
}

/** The entries of an inbound; a missing list counts as empty and becomes one. */
export function entriesOf(inbound: InboundRow): ClientEntry[] {
  inbound.settings.clients ??= [];
  return inbound.settings.clients;
}

/** Where Xray allows `xtls-rprx-vision`: tcp with tls or reality, or xhttp with VLESS encryption. */
export function isFlowCapable({ protocol, settings, streamSettings: { network, security } }: InboundRow): boolean {
  if (protocol !== 'vless') return false;
  if (network === 'tcp' || network === 'raw') return security === 'tls' || security === 'reality';
  return network === 'xhttp' && settings.encryption !== undefined && !['', 'none'].includes(settings.encryption);
}
