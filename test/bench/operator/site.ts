import { randomUUID } from 'node:crypto';
import { vpnPanels, vpnSubscriptions, type VPNPanelSpec } from '../../../src/api/index.ts';
import { silentLog } from '../../../src/base/log.ts';
import { loadKubeClient, type KubeClient, type KubeObject, type Resource } from '../../../src/kube/index.ts';
import { migrate } from '../../../src/store/index.ts';
import { panelSecret, secretResource, vpnPanel, vpnSubscription } from '../../support/manifests.ts';
import type { CostModel } from '../../support/simulators/3x-ui/index.ts';
import type { BenchContext } from '../measurement.ts';
import { BenchOperator } from './operator-process.ts';
import type { OperatorEnvironment } from './environment.ts';
import { BenchPanel } from './panel.ts';
import { ReadyWatch } from './ready-watch.ts';

const panelVersion = '3.6.0';
const fieldManager = 'bench';
const monthMs = 30 * 86_400_000;

/** A namespace and a database of their own, with whatever a bench starts for them. */
export class Site {
  readonly namespace: string;
  readonly databaseUrl: string;
  readonly client: KubeClient;
  readonly ready: ReadyWatch;
  readonly panels: BenchPanel[] = [];
  readonly #environment: OperatorEnvironment;
  readonly #context: BenchContext;
  readonly #cleanups: (() => Promise<void>)[] = [];
  readonly #expiresAt = new Date(Date.now() + monthMs).toISOString().replace(/\.\d+Z$/, 'Z');

  private constructor(environment: OperatorEnvironment, context: BenchContext, namespace: string, client: KubeClient) {
    this.#environment = environment;
    this.#context = context;
    this.namespace = namespace;
    this.client = client;
    this.databaseUrl = environment.postgres.urlOf(namespace);
    this.ready = new ReadyWatch(client, namespace);
  }

  static async open(environment: OperatorEnvironment, context: BenchContext, purpose: string): Promise<Site> {
    const name = `bench-${purpose}-${randomUUID().slice(0, 8)}`;
    const { plane, postgres } = environment;
    const client = await loadKubeClient({ kubeconfig: plane.kubeconfig, log: silentLog, userAgent: 'wayleave-bench' });
    const site = new Site(environment, context, name, client);
    await postgres.createDatabase(name);
    await migrate({ databaseUrl: site.databaseUrl, log: silentLog });
    await site.#apply(namespaceResource, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    await site.ready.start();
    return site;
  }

  /** Starts panels with two inbounds each, and registers them. */
  async addPanels(names: readonly string[], cost: CostModel, spec: Partial<VPNPanelSpec> = {}): Promise<void> {
    for (const name of names) {
      const port = 20_000 + this.panels.length * 2;
      const settings = { version: panelVersion, cost, ports: { reality: port, ws: port + 1 } };
      const panel = await BenchPanel.start(name, settings);
      this.panels.push(panel);
      const metadata = { name, namespace: this.namespace };
      await this.#apply(secretResource, panelSecret(metadata, { token: panel.token }));
      const labelled = { ...metadata, labels: { tier: 'main' } };
      await this.#apply(vpnPanels, vpnPanel(labelled, { url: panel.url, ...spec }));
    }
  }

  /** Returns as soon as the process is spawned. */
  async spawnOperator(): Promise<BenchOperator> {
    const { plane, directory, shipped } = this.#environment;
    const { profileDirectory } = this.#context;
    const operator = await BenchOperator.spawn(
      { kubeconfig: plane.kubeconfig, databaseUrl: this.databaseUrl, namespace: this.namespace },
      { directory, profileDirectory, shipped },
    );
    this.#cleanups.push(() => operator.stop());
    return operator;
  }

  /** Returns when it leads and every panel answers it. */
  async startOperator(): Promise<BenchOperator> {
    const operator = await this.spawnOperator();
    await operator.untilLeading();
    const { length } = this.panels;
    await operator.until('in touch with its panels', (metrics) => metrics.sum('wayleave_panel_reachable') === length);
    return operator;
  }

  /** Adds labels to a panel that nobody selects by. */
  async labelPanel(name: string, labels: Readonly<Record<string, string>>): Promise<void> {
    const metadata = { name, namespace: this.namespace, labels };
    const { apiVersion, kind } = vpnPanel(metadata, {});
    await this.client.apply(vpnPanels, { apiVersion, kind, metadata }, { fieldManager: 'bench-labels', force: true });
  }

  /** Applies a subscription for all panels, as a person or the ledger would. */
  async applySubscription(name: string): Promise<void> {
    const spec = { panelSelector: { matchLabels: { tier: 'main' } }, expiresAt: this.#expiresAt };
    await this.#apply(vpnSubscriptions, vpnSubscription({ name, namespace: this.namespace }, spec));
  }

  /** Applies `count` subscriptions, 32 at a time. */
  async applySubscriptions(count: number, prefix = 'sub'): Promise<void> {
    let next = 0;
    const applier = async (): Promise<void> => {
      for (let index = next; index < count; index = next) {
        next += 1;
        await this.applySubscription(`${prefix}-${index}`);
      }
    };
    await Promise.all(Array.from({ length: 32 }, applier));
  }

  async close(): Promise<void> {
    for (const cleanup of this.#cleanups.toReversed()) await cleanup();
    await this.ready.stop();
    await this.client.close();
    await Promise.all(this.panels.map((panel) => panel.stop()));
  }

  async #apply(resource: Resource, object: KubeObject): Promise<void> {
    await this.client.apply(resource, object, { fieldManager, force: true });
  }
}

const namespaceResource: Resource = {
  group: '',
  version: 'v1',
  plural: 'namespaces',
  kind: 'Namespace',
  namespaced: false,
};
