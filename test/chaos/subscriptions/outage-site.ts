import { execFile } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

import { vpnPanels, vpnSubscriptions, type VPNSubscription } from '../../../src/api/index.ts';
import { silentLog } from '../../../src/base/log.ts';
import { loadKubeClient, type KubeClient, type KubeObject, type Resource } from '../../../src/kube/index.ts';
import {
  findSubscriptionsByName,
  migrate,
  openStore,
  parseTokenKeys,
  type Store,
  type TokenKeys,
  tokenOf,
} from '../../../src/store/index.ts';
import { type Relay, startRelay } from '../../integration/subscriptions/relay.ts';
import { type ControlPlane, startControlPlane } from '../../support/control-plane.ts';
import { type GuardedProcess, startGuarded } from '../../support/guarded-process.ts';
import { panelSecret, secretResource, vpnPanel, vpnSubscription } from '../../support/manifests.ts';
import { freshNamespace } from '../../support/namespace.ts';
import { operatorProgram } from '../../support/operator-program.ts';
import { type Postgres, startPostgres } from '../../support/postgres.ts';
import { isRunning } from '../../../src/commands/up/processes.ts';
import { freePort, waitUntil } from '../../support/processes.ts';
import { awaitReady } from '../../support/readiness.ts';
import { demoInbounds, startThreeXuiSimulator, type ThreeXuiSimulator } from '../../support/simulators/3x-ui/index.ts';
import { CONTROL_PLANE_TOOLS, ensureTools } from '../../support/toolchain.ts';
import { wayleaveProgram } from '../../support/world/child-process.ts';
import { stateOf } from '../../support/world/conditions.ts';
import { addCustomers, type Customer } from './customers.ts';

const database = 'outage';
const panelNames = ['oa', 'ob'] as const;
/** Of a start on a machine that is busy with other things. */
const patience = { timeoutMs: 120_000, intervalMs: 50 };

export interface OutageCustomers {
  /** Asked in advance, so that memory knows them. */
  readonly known: readonly Customer[];
  /** Not asked until their turn comes. */
  readonly cold: readonly Customer[];
}

/**
 * Everything that subscriptions could depend on, all of it real but the panels, in processes that may be killed: a control
 * plane, a Postgres, an operator, and two replicas of the service that reach Postgres through a relay.
 */
export class OutageSite {
  readonly plane: ControlPlane;
  readonly panels: readonly ThreeXuiSimulator[];
  readonly relay: Relay;
  readonly replicas: readonly Replica[];
  readonly operator: GuardedProcess;
  readonly customers: OutageCustomers;
  readonly #folder: string;
  #postgres: Postgres;

  private constructor(
    folder: string,
    parts: Pick<OutageSite, 'plane' | 'panels' | 'relay' | 'replicas' | 'operator' | 'customers'>,
    postgres: Postgres,
  ) {
    this.#folder = folder;
    this.plane = parts.plane;
    this.panels = parts.panels;
    this.relay = parts.relay;
    this.replicas = parts.replicas;
    this.operator = parts.operator;
    this.customers = parts.customers;
    this.#postgres = postgres;
  }

  /** @param counts of customers; four more are provisioned by the operator */
  static async open(counts: { readonly known: number; readonly cold: number }): Promise<OutageSite> {
    const folder = await mkdtemp(path.join(tmpdir(), 'wayleave-outage-'));
    const binaries = await ensureTools(CONTROL_PLANE_TOOLS, () => undefined);
    const [plane, postgres] = await Promise.all([
      startControlPlane({ binaries, directory: path.join(folder, 'kubernetes') }),
      startOwnPostgres(folder),
    ]);
    await plane.applyCrds(['vpnpanels', 'vpnplans', 'vpnsubscriptions'].map(definitionOf));
    await postgres.createDatabase(database);
    const directUrl = postgres.urlOf(database);
    await migrate({ databaseUrl: directUrl, log: silentLog });
    const relay = await startRelay(postgres.port);
    const databaseUrl = urlThrough(relay, directUrl);
    const namespace = await freshNamespace('outage', plane.kubeconfig);
    const client = await loadKubeClient({ kubeconfig: plane.kubeconfig, log: silentLog, userAgent: 'wayleave-test' });
    const store = await openStore({
      databaseUrl: directUrl,
      role: 'operator',
      log: silentLog,
      applicationName: 'test',
    });
    const panels = await Promise.all(panelNames.map((name, at) => addPanel(client, namespace, name, at)));
    const operator = await startGuarded({
      ...operatorProgram({ kubeconfig: plane.kubeconfig, databaseUrl, namespace }),
      logFile: path.join(folder, 'operator.log'),
    });
    const provisioned = await provision(client, store, namespace);
    const keys = await tokenKeysOf(client, namespace);
    const added = await addCustomers(store, counts.known + counts.cold, keys);
    const replicas = await Promise.all(
      ['a', 'b'].map((name) => Replica.start({ name, databaseUrl, folder: path.join(folder, name) })),
    );
    await store.close();
    await client.close();
    const customers = {
      known: [...provisioned, ...added.slice(0, counts.known)],
      cold: added.slice(counts.known).filter(({ kind }) => kind === 'active'),
    };
    return new OutageSite(folder, { plane, panels, relay, replicas, operator, customers }, postgres);
  }

  /** Signals Postgres and all of its backends. */
  async signalPostgres(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): Promise<void> {
    const { pid } = this.#postgres;
    const family = [pid, ...(await childrenOf(pid))];
    // The parent first: it would replace, or mourn, a child that is gone.
    for (const one of signal === 'SIGCONT' ? family.toReversed() : family) sendTo(one, signal);
  }

  /** After it was killed: the same data, at another port. */
  async restartPostgres(): Promise<void> {
    await this.#postgres.stop();
    this.#postgres = await startOwnPostgres(this.#folder);
    this.relay.aim(this.#postgres.port);
  }

  async close(): Promise<void> {
    sendTo(this.plane.pids.apiserver, 'SIGCONT');
    await this.signalPostgres('SIGCONT');
    this.relay.set('pass');
    await Promise.all([...this.replicas.map((replica) => replica.stop()), this.operator.stop()]);
    await Promise.all(this.panels.map((panel) => panel.stop()));
    await this.relay.stop();
    await Promise.all([this.plane.stop(), this.#postgres.stop()]);
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** A signal to a process that may have ended. */
export function sendTo(pid: number, signal: NodeJS.Signals): void {
  if (isRunning(pid)) process.kill(pid, signal);
}

interface ReplicaSettings {
  readonly name: string;
  readonly databaseUrl: string;
  readonly folder: string;
}

/** `wayleave subscriptions` as a process, which may be started anew at the same address. */
export class Replica {
  readonly name: string;
  readonly url: string;
  readonly #healthUrl: string;
  readonly #settings: ReplicaSettings;
  readonly #env: NodeJS.ProcessEnv;
  #program: GuardedProcess | undefined;

  private constructor(settings: ReplicaSettings, ports: { readonly listen: number; readonly health: number }) {
    const listen = `127.0.0.1:${String(ports.listen)}`;
    const health = `127.0.0.1:${String(ports.health)}`;
    this.#settings = settings;
    this.name = settings.name;
    this.url = `http://${listen}`;
    this.#healthUrl = `http://${health}/readyz`;
    this.#env = {
      DATABASE_URL: settings.databaseUrl,
      WAYLEAVE_LISTEN: listen,
      WAYLEAVE_HEALTH_LISTEN: health,
      WAYLEAVE_LOG_FORMAT: 'json',
      WAYLEAVE_TRUSTED_PROXIES: '127.0.0.1',
      // Whoever asks goes elsewhere by himself.
      WAYLEAVE_DRAIN_DELAY: '1ms',
      WAYLEAVE_SNAPSHOT_FILE: path.join(settings.folder, 'snapshot'),
      WAYLEAVE_SNAPSHOT_KEY: randomBytes(32).toString('base64'),
    };
  }

  static async start(settings: ReplicaSettings): Promise<Replica> {
    await mkdir(settings.folder, { recursive: true });
    const replica = new Replica(settings, { listen: await freePort(), health: await freePort() });
    await replica.start();
    return replica;
  }

  /** Returns when it is ready. */
  async start(): Promise<void> {
    const logFile = path.join(this.#settings.folder, `${randomUUID()}.log`);
    const program = await startGuarded({ ...wayleaveProgram('subscriptions', this.#env), logFile });
    this.#program = program;
    const programs = new Map([[`replica ${this.name}`, program]]);
    await awaitReady({ programs, what: 'ready', holds: () => this.#isReady(), timeoutMs: patience.timeoutMs });
  }

  async kill(): Promise<void> {
    const program = this.#program;
    if (program === undefined) return;
    sendTo(program.pid, 'SIGKILL');
    await program.exited;
  }

  /** In peace: it finishes what is in hand and writes its snapshot. */
  async stop(): Promise<void> {
    await this.#program?.stop();
  }

  /** Whether the program that runs now has died by itself. */
  get hasEnded(): boolean {
    return this.#program !== undefined && !isRunning(this.#program.pid);
  }

  async #isReady(): Promise<boolean> {
    return (await fetch(this.#healthUrl)).status === 200;
  }
}

function startOwnPostgres(folder: string): Promise<Postgres> {
  return startPostgres({ directory: path.join(folder, 'postgres') });
}

function urlThrough(relay: Relay, url: string): string {
  const through = new URL(url);
  through.host = `127.0.0.1:${String(relay.port)}`;
  return through.href;
}

function definitionOf(plural: string): string {
  return path.resolve(import.meta.dirname, `../../../crds/${plural}.wayleave.dev.yaml`);
}

async function childrenOf(pid: number): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=']);
  const pairs = stdout.split('\n').map((line) => line.trim().split(/\s+/).map(Number));
  return pairs.flatMap(([child = 0, parent]) => (parent === pid ? [child] : []));
}

async function apply(client: KubeClient, resource: Resource, object: KubeObject): Promise<void> {
  await client.apply(resource, object, { fieldManager: 'test', force: true });
}

/** With two inbounds, whose addresses are told apart from everybody else's. */
async function addPanel(client: KubeClient, namespace: string, name: string, at: number): Promise<ThreeXuiSimulator> {
  const ports = { ws: 21_000 + 2 * at, grpc: 21_001 + 2 * at };
  const simulator = await startThreeXuiSimulator({ version: '3.6.0', inbounds: demoInbounds({ ports }) });
  const metadata = { name, namespace };
  await apply(client, secretResource, panelSecret(metadata, { token: simulator.token }));
  const inbounds = ['ws', 'grpc'].map((remark, index) => ({
    name: remark,
    match: { remark },
    endpoints: [{ address: addressAt(name, index), remark: `${name} ${remark}` }],
  }));
  const spec = { url: simulator.url, pollIntervalSeconds: 5, inbounds, location: name };
  await apply(client, vpnPanels, vpnPanel({ ...metadata, labels: { tier: 'main' } }, spec));
  return simulator;
}

function addressAt(panel: string, index: number): string {
  return `${panel}${String(index + 1)}.servers.example.com`;
}

/** Customers as they come about: a resource each, the operator, and two panels. */
async function provision(client: KubeClient, store: Store, namespace: string): Promise<Customer[]> {
  const names = ['alice', 'bob', 'carol', 'dave'];
  const expiresAt = new Date(Date.now() + 30.5 * 86_400_000).toISOString().replace(/\.\d+Z$/, 'Z');
  const panelSelector = { matchLabels: { tier: 'main' } };
  for (const name of names) {
    await apply(client, vpnSubscriptions, vpnSubscription({ name, namespace }, { panelSelector, expiresAt }));
  }
  const isReady = async (name: string): Promise<boolean> =>
    stateOf(await client.get<VPNSubscription>(vpnSubscriptions, namespace, name)) === 'True/Ready';
  const areReady = async (): Promise<boolean> => (await Promise.all(names.map(isReady))).every(Boolean);
  await waitUntil('the operator has provisioned its customers', areReady, patience);
  const keys = await tokenKeysOf(client, namespace);
  const records = await findSubscriptionsByName(
    store,
    names.map((name) => ({ namespace, name })),
  );
  return records.map(({ name, id, token, generations }) => ({
    name,
    kind: 'active',
    token: token === undefined ? '' : tokenOf(keys, id, token),
    uuid: generations[0]?.clientUuid ?? '',
    servers: panelNames.flatMap((panel) => [0, 1].map((index) => ({ address: addressAt(panel, index) }))),
  }));
}

async function tokenKeysOf(client: KubeClient, namespace: string): Promise<TokenKeys> {
  const secret = await client.get<{ data: Record<string, string> }>(secretResource, namespace, 'wayleave-token-key');
  return parseTokenKeys(secret.data);
}
