import {
  CustomObjectsApi,
  KubeConfig,
  type KubernetesListObject,
  type KubernetesObject,
  makeInformer,
  PatchStrategy,
  setHeaderOptions,
} from '@kubernetes/client-node';
import { cpuCounter, warmUpMs } from './cpu.ts';
import { group, widgets } from './widgets.ts';

interface TheirWidget extends KubernetesObject {
  status?: { observed: number };
}

type WidgetInformer = ReturnType<typeof makeInformer<TheirWidget>>;

/** The same work done by client-node as it comes: its informer, its typed client, and a loop over changed objects. */
export class ClientNodeRuntime {
  readonly #config: KubeConfig;
  readonly #api: CustomObjectsApi;

  private constructor(config: KubeConfig) {
    this.#config = config;
    this.#api = config.makeApiClient(CustomObjectsApi);
  }

  static async load(kubeconfig: string): Promise<ClientNodeRuntime> {
    const config = new KubeConfig();
    config.loadFromFile(kubeconfig);
    return new ClientNodeRuntime(config);
  }

  async writePerCpuSecond(namespace: string, forMs: number): Promise<number> {
    const informer = this.#informer(namespace);
    let round = 1_000_000;
    let missing = 0;
    let writes = 0;
    const pending = new Set<string>();
    const idle: (() => void)[] = [];
    const add = (name: string): void => {
      pending.add(name);
      idle.pop()?.();
    };
    const startRound = (): void => {
      round += 1;
      const known = informer.list(namespace);
      missing = known.length;
      for (const { metadata } of known) {
        add(metadata?.name ?? '');
      }
    };
    informer.on('update', ({ metadata, status }) => {
      add(metadata?.name ?? '');
      missing -= status?.observed === round ? 1 : 0;
      if (missing === 0) {
        startRound();
      }
    });
    await informer.start();
    const endMs = Date.now() + warmUpMs + forMs;
    const reconcile = async (name: string): Promise<void> => {
      const widget = informer.get(name, namespace);
      if (widget === undefined || widget.status?.observed === round) {
        return;
      }
      const { apiVersion, kind } = widget;
      await this.#api.patchNamespacedCustomObjectStatus(
        {
          group,
          version: widgets.version,
          namespace,
          plural: widgets.plural,
          name,
          body: { apiVersion, kind, metadata: { namespace, name }, status: { observed: round } },
          fieldManager: 'bench',
          force: true,
        },
        setHeaderOptions('Content-Type', PatchStrategy.ServerSideApply),
      );
      writes += 1;
    };
    const worker = async (): Promise<void> => {
      while (Date.now() < endMs) {
        const [name] = pending;
        if (name === undefined) {
          await new Promise<void>((resolve) => idle.push(resolve));
        } else {
          pending.delete(name);
          await reconcile(name);
        }
      }
    };
    const workers = Array.from({ length: 16 }, worker);
    startRound();
    await new Promise((resolve) => setTimeout(resolve, warmUpMs));
    const perSecond = cpuCounter();
    const warm = writes;
    await new Promise((resolve) => setTimeout(resolve, forMs));
    const value = perSecond(writes - warm);
    for (const wake of idle) {
      wake();
    }
    await Promise.all(workers);
    await informer.stop();
    return value;
  }

  async listMs(namespace: string, count: number): Promise<number> {
    const informer = this.#informer(namespace);
    const startedMs = performance.now();
    await informer.start();
    const tookMs = performance.now() - startedMs;
    const { length } = informer.list(namespace);
    await informer.stop();
    if (length !== count) {
      throw new RangeError(`client-node listed ${length} of ${count} ${group} objects`);
    }
    return tookMs;
  }

  #informer(namespace: string): WidgetInformer {
    const path = `/apis/${group}/${widgets.version}/namespaces/${namespace}/${widgets.plural}`;
    const { version, plural } = widgets;
    const list = (): Promise<KubernetesListObject<TheirWidget>> =>
      this.#api.listNamespacedCustomObject({ group, version, namespace, plural });
    const informer = makeInformer<TheirWidget>(this.#config, path, list);
    // Without a listener its errors would be thrown into the void; a stop reports one as well.
    informer.on('error', () => undefined);
    return informer;
  }
}
