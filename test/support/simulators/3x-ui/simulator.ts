import { randomBytes, randomInt } from 'node:crypto';
import { systemClock, type Clock } from '../../../../src/base/clock.ts';
import { Access, type Account } from './access.ts';
import { done, status, texts } from './answers.ts';
import { bulkRoutes } from './bulk-routes.ts';
import { clientRoutes } from './client-routes.ts';
import { Clients } from './clients.ts';
import { ModelCore, type Core } from './core.ts';
import { emptyDatabase, nextId, type Database, type TokenScope } from './database.ts';
import { FaultBook } from './faults.ts';
import { inboundRoutes } from './inbound-routes.ts';
import { Inbounds, type InboundDraft } from './inbounds.ts';
import type { CostModel } from './latency.ts';
import { LegacyClients } from './legacy-clients.ts';
import { legacyRoutes } from './legacy-routes.ts';
import { Panel } from './panel.ts';
import { RequestLog } from './request-log.ts';
import type { Route } from './route.ts';
import { PanelServer } from './server.ts';
import { Storage } from './storage.ts';
import { systemRoutes } from './system-routes.ts';
import { upgrade } from './upgrade.ts';
import { Upkeep } from './upkeep.ts';
import { parseVersion } from './version.ts';
import { XrayCore } from './xray-core.ts';

export interface SimulatorOptions {
  /** Any release; the nearest known behaviour is used. */
  readonly version: string;
  /** Default `/`. */
  readonly basePath?: string;
  /** Default `admin`. */
  readonly username?: string;
  /** Default `admin`. */
  readonly password?: string;
  /** The API token of v3.0.0 and later; default: a random one. */
  readonly token?: string;
  /** Only releases after v3.6.0 know others than `admin`. */
  readonly tokenScope?: TokenScope;
  /** The one-time code that a login needs. */
  readonly twoFactor?: string;
  /** PEM certificate and key: serve HTTPS. */
  readonly tls?: { readonly cert: string; readonly key: string };
  readonly inbounds?: readonly InboundDraft[];
  /** Runs a real Xray with the panel's inbounds and clients; else a model says who would be let in. */
  readonly xray?: { readonly binary: string };
  readonly clock?: Clock;
  /** `real` takes the time that a real panel takes. Default `none`. */
  readonly cost?: CostModel;
  /** Default: any that is free. */
  readonly port?: number;
  /** File that keeps the panel across runs; when it exists, `inbounds` and `token` are not used. */
  readonly storage?: string;
  /** Whether `server/status` knows nothing for the first two seconds, as after a real start. */
  readonly statusWarmUp?: boolean;
}

export interface ThreeXuiSimulator {
  /** With the base path, ending in a slash. */
  readonly url: string;
  readonly port: number;
  readonly account: Account;
  /** The token that was given or made; empty below v3.0.0. */
  readonly token: string;
  readonly version: string;
  /** The panel's tables as they are now; tests may change them behind everybody's back. */
  readonly state: Database;
  readonly requests: RequestLog;
  readonly faults: FaultBook;
  readonly core: Core;
  /** The model of the core. @throws Error when a real Xray runs */
  readonly model: ModelCore;
  readonly inbounds: Inbounds;
  /** Runs one traffic poll now: counters, first use, renewal, depletion. */
  poll(): Promise<void>;
  /** Refuses connections, as a machine does on which nothing listens, and takes them again. */
  goOffline(): Promise<void>;
  goOnline(): Promise<void>;
  stopXray(): Promise<void>;
  killXray(): Promise<void>;
  /** The panel's clock as its `Date` header shows it runs ahead by this much. */
  skewClock(skewMs: number): void;
  /** Ends every session, as a changed secret does. */
  expireSessions(): void;
  /** A reinstallation: new guid, the same inbounds, address and credentials, not one client. */
  wipe(): Promise<void>;
  /** Replaces the program under the same database. */
  upgradeTo(version: string): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a 3x-ui of any release on the loopback. */
export async function startThreeXuiSimulator(options: SimulatorOptions): Promise<ThreeXuiSimulator> {
  const storage = options.storage === undefined ? undefined : new Storage(options.storage);
  const { panel, inbounds } = await openPanel(options, await storage?.load());
  const { core } = panel;
  const upkeep = new Upkeep(panel, options.statusWarmUp === true ? undefined : core.status());
  const { username = 'admin', password = 'admin', twoFactor, tls } = options;
  const account: Account = { username, password, ...(twoFactor === undefined ? {} : { twoFactor }) };
  const basePath = normalizePath(options.basePath ?? '/');
  const access = new Access(panel, account, { basePath, secure: tls !== undefined });
  const faults = new FaultBook();
  const requests = new RequestLog();
  let skewMs = 0;
  const save = async (): Promise<void> => storage?.save(() => panel.database);
  const server = new PanelServer(
    {
      panel,
      access,
      routes: allRoutes(panel, access, inbounds, upkeep),
      faults,
      log: requests,
      basePath,
      skewMs: () => skewMs,
      ...(tls === undefined ? {} : { tls }),
      onChange: () => void save(),
    },
    options.port ?? 0,
  );
  await server.listen();
  upkeep.start();
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${server.port}${basePath}`,
    port: server.port,
    account,
    get token() {
      return panel.version.generation < 3 ? '' : (panel.database.tokens[0]?.token ?? '');
    },
    get version() {
      return panel.version.text;
    },
    get state() {
      return panel.database;
    },
    requests,
    faults,
    core,
    get model() {
      if (!(core instanceof ModelCore)) throw new Error('a real Xray runs behind this simulator, not a model');
      return core;
    },
    inbounds,
    poll: () => panel.writes.run(() => upkeep.poll()),
    goOffline: () => server.close(),
    goOnline: () => server.listen(),
    stopXray: async () => {
      panel.stoppedByHand = true;
      await core.stop();
      upkeep.coreStatus = core.status();
    },
    killXray: () => core.kill(),
    skewClock: (ms) => {
      skewMs = ms;
    },
    expireSessions: () => {
      panel.database.secret = randomBytes(16).toString('hex');
    },
    wipe: async () => {
      await wipe(panel);
      await save();
    },
    upgradeTo: async (text) => {
      await upgrade(panel, text);
      upkeep.coreStatus = core.status();
      await save();
    },
    stop: async () => {
      await upkeep.stop();
      await server.close();
      await core.stop();
      await save();
    },
  };
}

/** A panel with what was stored of it, or with what the options say of a new one, and its core running. */
async function openPanel(
  options: SimulatorOptions,
  stored: Database | undefined,
): Promise<{ readonly panel: Panel; readonly inbounds: Inbounds }> {
  const version = parseVersion(options.version);
  const core: Core =
    options.xray === undefined ? new ModelCore(version.bundledCore) : await XrayCore.open(options.xray.binary);
  const { clock = systemClock, cost = 'none' } = options;
  const panel = new Panel({ database: stored ?? emptyDatabase(), version, core, clock, cost });
  const inbounds = new Inbounds(panel);
  if (stored === undefined) {
    addToken(panel, options.token ?? newToken(), options.tokenScope ?? 'admin');
    for (const draft of options.inbounds ?? []) await inbounds.add({ enable: true, protocol: 'vless', ...draft });
  }
  await panel.restartCore();
  return { panel, inbounds };
}

function allRoutes(panel: Panel, access: Access, inbounds: Inbounds, upkeep: Upkeep): readonly Route[] {
  const clients = new Clients(panel);
  const nothing = (): ReturnType<Route['handle']> => done(texts.loggedIn);
  const open = { isPublic: true, handle: nothing } as const;
  return [
    { method: 'GET', pattern: '', ...open },
    { method: 'POST', pattern: 'login', ...open },
    { method: 'GET', pattern: 'logout', until: '3.1.0', ...open },
    { method: 'POST', pattern: 'logout', since: '3.1.0', ...open },
    { method: 'GET', pattern: 'csrf-token', since: '3.0.0', ...open },
    { method: 'POST', pattern: 'getTwoFactorEnable', isPublic: true, handle: () => access.twoFactorEnabled() },
    { method: 'GET', pattern: 'panel/', isPublic: true, handle: () => status(200) },
    ...inboundRoutes(panel, inbounds),
    ...legacyRoutes(panel, new LegacyClients(panel)),
    ...clientRoutes(panel, clients),
    ...bulkRoutes(panel, clients),
    ...systemRoutes(panel, upkeep, newToken),
  ];
}

function addToken(panel: Panel, token: string, scope: TokenScope): void {
  const createdAt = Math.floor(panel.clock.now() / 1000);
  const id = nextId(panel.database, 'token');
  panel.database.tokens.push({ id, name: 'install', token, enabled: true, scope, createdAt });
}

async function wipe(panel: Panel): Promise<void> {
  const { tokens, inbounds, sequences } = panel.database;
  const fresh = emptyDatabase();
  for (const row of inbounds)
    Object.assign(row, { up: 0, down: 0, allTime: 0, settings: { ...row.settings, clients: [] } });
  panel.database = { ...fresh, tokens, inbounds, sequences };
  await panel.restartCore();
}

function normalizePath(path: string): string {
  const inner = path.split('/').filter((part) => part !== '');
  return inner.length === 0 ? '/' : `/${inner.join('/')}/`;
}

/** 48 alphanumerics, as the panel makes them. */
function newToken(): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  return Array.from({ length: 48 }, () => alphabet[randomInt(alphabet.length)]).join('');
}
