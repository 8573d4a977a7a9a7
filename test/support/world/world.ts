import { randomUUID } from 'node:crypto';
import { Registry } from 'prom-client';
import { inject } from 'vitest';
import {
  vpnPanels,
  vpnPlans,
  vpnSubscriptions,
  type VPNPanel,
  type VPNPanelSpec,
  type VPNPlan,
  type VPNPlanSpec,
  type VPNSubscription,
  type VPNSubscriptionSpec,
} from '../../../src/api/index.ts';
import { systemClock, type Clock } from '../../../src/base/clock.ts';
import { silentLog, type Log } from '../../../src/base/log.ts';
import { createOperator } from '../../../src/controllers/operator.ts';
import { loadKubeClient, type KubeClient, type KubeObject, type Resource } from '../../../src/kube/index.ts';
import { openPanel } from '../../../src/panels/open.ts';
import { openStore, type Store } from '../../../src/store/index.ts';
import { freshDatabase } from '../database.ts';
import { panelSecret, secretResource, vpnPanel, vpnPlan, vpnSubscription } from '../manifests.ts';
import { freshNamespace } from '../namespace.ts';
import {
  demoInbounds,
  startThreeXuiSimulator,
  type SimulatorOptions,
  type ThreeXuiSimulator,
} from '../simulators/3x-ui/index.ts';

export { secretResource } from '../manifests.ts';

export interface World {
  readonly namespace: string;
  readonly client: KubeClient;
  readonly store: Store;
  readonly databaseUrl: string;
  /** Starts a panel and, unless `register` is false, its VPNPanel and Secret, labelled `tier: main`. */
  addPanel(name: string, options?: PanelOptions): Promise<ThreeXuiSimulator>;
  panel(name: string): Promise<VPNPanel>;
  plan(name: string, spec?: Partial<VPNPlanSpec>): Promise<VPNPlan>;
  subscription(name: string, spec?: Partial<VPNSubscriptionSpec>): Promise<VPNSubscription>;
  get(name: string): Promise<VPNSubscription>;
  find(name: string): Promise<VPNSubscription | undefined>;
  /** Server-side apply in our namespace, as a person would. */
  apply(resource: Resource, object: KubeObject): Promise<KubeObject>;
  patch(resource: Resource, name: string, patch: object): Promise<void>;
  startOperator(options?: OperatorChanges): RunningOperator;
  /** Stops whatever was started. */
  end(): Promise<void>;
}

export interface PanelOptions extends Partial<SimulatorOptions> {
  readonly register?: boolean;
  readonly spec?: Partial<VPNPanelSpec>;
  readonly labels?: Record<string, string>;
}

/** What a test gives the operator instead of the real thing. */
export interface OperatorChanges {
  readonly clock?: Clock;
  readonly failpoint?: (name: string) => void;
  readonly client?: KubeClient;
  readonly store?: Store;
}

export interface RunningOperator {
  readonly registry: Registry;
  stop(): Promise<void>;
}

let nextPort = 20_000;

/** Inbounds that nobody connects to: a model of the core runs behind the simulator. */
export function modelInbounds(): NonNullable<SimulatorOptions['inbounds']> {
  nextPort += 2;
  return demoInbounds({ ports: { reality: nextPort, ws: nextPort + 1 } });
}

/**
 * A namespace and a database of their own on the real API server and the real Postgres of this run.
 *
 * @param options.kubeconfig of another API server, for what would harm the shared one
 */
export async function createWorld({
  log = silentLog,
  kubeconfig = inject('kubeconfig'),
}: { log?: Log; kubeconfig?: string } = {}): Promise<World> {
  const [namespace, database] = await Promise.all([freshNamespace('world', kubeconfig), freshDatabase()]);
  const client = await loadKubeClient({ kubeconfig, log, userAgent: 'wayleave-test' });
  const store = await openStore({ databaseUrl: database.url, role: 'operator', log, applicationName: 'test' });
  const cleanups: (() => Promise<void>)[] = [];
  const metadata = (name: string): { name: string; namespace: string } => ({ name, namespace });
  const apply = (resource: Resource, object: KubeObject): Promise<KubeObject> =>
    client.apply<KubeObject>(resource, object, { fieldManager: 'test', force: true });

  async function addPanel(
    name: string,
    { register = true, spec, labels, ...options }: PanelOptions = {},
  ): Promise<ThreeXuiSimulator> {
    const simulator = await startThreeXuiSimulator({ version: '3.6.0', inbounds: modelInbounds(), ...options });
    cleanups.push(() => simulator.stop());
    if (!register) return simulator;
    const { username, password } = simulator.account;
    const stringData = simulator.token === '' ? { username, password } : { token: simulator.token };
    await apply(secretResource, panelSecret(metadata(name), stringData));
    const labelled = { ...metadata(name), labels: { tier: 'main', ...labels } };
    await apply(vpnPanels, vpnPanel(labelled, { url: simulator.url, pollIntervalSeconds: 5, ...spec }));
    return simulator;
  }

  return {
    namespace,
    client,
    store,
    databaseUrl: database.url,
    addPanel,
    panel: (name) => client.get<VPNPanel>(vpnPanels, namespace, name),
    plan: (name, spec) => apply(vpnPlans, vpnPlan(metadata(name), spec)) as Promise<VPNPlan>,
    subscription: (name, spec) => {
      const onMain = { panelSelector: { matchLabels: { tier: 'main' } }, ...spec };
      return apply(vpnSubscriptions, vpnSubscription(metadata(name), onMain)) as Promise<VPNSubscription>;
    },
    get: (name) => client.get<VPNSubscription>(vpnSubscriptions, namespace, name),
    find: (name) => client.find<VPNSubscription>(vpnSubscriptions, namespace, name),
    apply,
    patch: async (resource, name, patch) => {
      const group = resource.group === '' ? '/api' : `/apis/${resource.group}`;
      const path = `${group}/${resource.version}/namespaces/${namespace}/${resource.plural}/${name}`;
      const answer = await client.raw('PATCH', path, { body: patch, contentType: 'application/merge-patch+json' });
      if (answer.status >= 300) throw new Error(`patching ${name}: ${JSON.stringify(answer.body)}`);
    },
    startOperator({ clock = systemClock, failpoint = () => undefined, ...changed } = {}) {
      const stop = new AbortController();
      const registry = new Registry();
      const operator = createOperator({
        client,
        store,
        ...changed,
        openPanel: (connection, driver) => openPanel(connection, driver, { clock, random: Math.random, log }),
        log,
        clock,
        random: Math.random,
        registry,
        namespace,
        watchNamespace: namespace,
        identity: randomUUID(),
        version: 'test',
        publicUrl: 'http://127.0.0.1:8080',
        lease: { durationMs: 15_000, renewDeadlineMs: 10_000, retryPeriodMs: 500 },
        failpoint,
      });
      const running = operator.run(stop.signal);
      const end = async (): Promise<void> => {
        stop.abort();
        await running;
      };
      cleanups.push(end);
      return { registry, stop: end };
    },
    async end() {
      for (const cleanup of cleanups.toReversed()) await cleanup();
      await client.close();
      await store.close();
      await database.drop();
    },
  };
}
