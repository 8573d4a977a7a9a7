import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { vpnPanels, vpnPlans, vpnShops } from '../../../src/api/index.ts';
import { silentLog } from '../../../src/base/log.ts';
import { loadKubeClient, type KubeObject, type Resource } from '../../../src/kube/index.ts';
import { migrate } from '../../../src/store/index.ts';
import type { Environment } from '../../support/environment.ts';
import { startGuarded } from '../../support/guarded-process.ts';
import { podIdentity } from '../../support/image/pod.ts';
import { inSandbox, prepareSandbox, type Sandbox } from '../../support/image/sandbox.ts';
import { panelSecret, secretResource, vpnPanel, vpnPlan } from '../../support/manifests.ts';
import { freePort, waitUntil } from '../../support/processes.ts';
import { botSecret, vpnShop } from '../../support/shops.ts';
import { startTelegramSimulator, type TelegramSimulator } from '../../support/simulators/telegram/index.ts';
import { BenchPanel } from '../operator/panel.ts';
import { residentMib } from '../operator/process-figures.ts';
import type { ServiceName } from './figures.ts';

const namespace = 'default';

type Environments = Readonly<Record<ServiceName, Readonly<Record<string, string>>>>;

interface Container {
  readonly readyMs: number;
  residentMib(): Promise<number>;
  stop(): Promise<void>;
}

/** Two panels, a plan and a shop that polls, and containers of the image beside them. */
export class ImageSite {
  readonly #sandbox: Sandbox;
  readonly #directory: string;
  readonly #environments: Environments;
  readonly #telegram: TelegramSimulator;
  readonly #panels: readonly BenchPanel[];

  private constructor(
    sandbox: Sandbox,
    directory: string,
    environments: Environments,
    telegram: TelegramSimulator,
    panels: readonly BenchPanel[],
  ) {
    this.#sandbox = sandbox;
    this.#directory = directory;
    this.#environments = environments;
    this.#telegram = telegram;
    this.#panels = panels;
  }

  static async open({ plane, postgres, directory }: Environment, sandbox: Sandbox): Promise<ImageSite> {
    const database = `image_${randomUUID().slice(0, 8)}`;
    await postgres.createDatabase(database);
    const databaseUrl = postgres.urlOf(database);
    await migrate({ databaseUrl, log: silentLog });
    const telegram = await startTelegramSimulator();
    const panels = [await startPanel('nl', 20_000), await startPanel('de', 20_002)];
    await applyAll(plane.kubeconfig, [...panelObjects(panels), ...shopObjects(telegram.token)]);
    const { files, env } = await podIdentity(plane.kubeconfig, namespace);
    await prepareSandbox({ ...sandbox, files });
    const own = { WAYLEAVE_NAMESPACE: namespace, WAYLEAVE_PUBLIC_URL: 'http://127.0.0.1:8080' };
    const inCluster = { DATABASE_URL: databaseUrl, ...env, ...own };
    const environments = { operator: inCluster, bot: inCluster, subscriptions: { DATABASE_URL: databaseUrl } };
    return new ImageSite(sandbox, directory, environments, telegram, panels);
  }

  /** Returns when it is ready. */
  async start(name: ServiceName): Promise<Container> {
    const health = `127.0.0.1:${await freePort()}`;
    const telegram = ['--telegram-api-url', this.#telegram.apiUrl];
    const listen = ['--listen', '127.0.0.1:0'];
    const flags = { operator: [], bot: [...listen, ...telegram], subscriptions: listen }[name];
    const env = { ...this.#environments[name], WAYLEAVE_HEALTH_LISTEN: health };
    const logFile = path.join(this.#directory, `image-${name}.log`);
    const startedMs = performance.now();
    const program = await startGuarded({ ...inSandbox(this.#sandbox, [name, ...flags], env), logFile });
    const isReady = async (): Promise<boolean> => {
      try {
        return (await fetch(`http://${health}/readyz`)).ok;
      } catch (error) {
        if (error instanceof TypeError) return false;
        throw error;
      }
    };
    try {
      await waitUntil('ready', isReady, { intervalMs: 5 });
    } catch (cause) {
      await program.stop();
      throw new Error(`the ${name} is not ready:\n${await program.logTail()}`, { cause });
    }
    return {
      readyMs: performance.now() - startedMs,
      residentMib: async () => (await residentMib(program.pid)).now,
      stop: () => program.stop(),
    };
  }

  async close(): Promise<void> {
    await this.#telegram.stop();
    await Promise.all(this.#panels.map((panel) => panel.stop()));
  }
}

function startPanel(name: string, port: number): Promise<BenchPanel> {
  return BenchPanel.start(name, { version: '3.6.0', cost: 'none', ports: { reality: port, ws: port + 1 } });
}

type Owned = readonly [Resource, KubeObject];

function panelObjects(panels: readonly BenchPanel[]): readonly Owned[] {
  return panels.flatMap(({ url, token }, index): Owned[] => {
    const metadata = { name: `panel-${index}`, namespace };
    return [
      [secretResource, panelSecret(metadata, { token })],
      [vpnPanels, vpnPanel(metadata, { url })],
    ];
  });
}

function shopObjects(token: string): readonly Owned[] {
  return [
    [secretResource, botSecret({ name: 'bot', namespace }, { token })],
    [vpnPlans, vpnPlan({ name: 'month', namespace }, { prices: [{ currency: 'XTR', amount: '150' }] })],
    [vpnShops, vpnShop({ name: 'main', namespace }, { mode: 'Test', bot: { tokenSecretRef: { name: 'bot' } } })],
  ];
}

async function applyAll(kubeconfig: string, objects: readonly Owned[]): Promise<void> {
  const client = await loadKubeClient({ kubeconfig, log: silentLog, userAgent: 'wayleave-bench' });
  try {
    for (const [resource, object] of objects) {
      await client.apply(resource, object, { fieldManager: 'bench', force: true });
    }
  } finally {
    await client.close();
  }
}
