import { Registry } from 'prom-client';
import { type Clock, sleep } from '../../../src/base/clock.ts';
import { silentLog } from '../../../src/base/log.ts';
import { Controller, done, type KubeClient, Reflector, splitKey, WorkQueue } from '../../../src/kube/index.ts';
import { cpuCounter, warmUpMs } from './cpu.ts';
import { group, type Widget, widgets } from './widgets.ts';

/** The work to be compared, done by our runtime. */
export class OwnRuntime {
  readonly #client: KubeClient;
  readonly #clock: Clock;

  constructor(client: KubeClient, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  /** Reconciles that write one status each; the echo of each write is reconciled too and finds nothing to do. */
  async writePerCpuSecond(namespace: string, forMs: number): Promise<number> {
    const metrics = new Registry();
    const queue = new WorkQueue({ name: 'widget', clock: this.#clock, metrics });
    const reflector = this.#reflector(namespace);
    let round = 1;
    let missing = 0;
    const startRound = (): void => {
      round += 1;
      missing = reflector.cache.size;
      for (const key of reflector.cache.keys()) {
        queue.add(key);
      }
    };
    reflector.onChange(({ key, object }) => {
      queue.add(key);
      missing -= object.status?.observed === round ? 1 : 0;
      if (missing === 0) {
        startRound();
      }
    });
    let writes = 0;
    const controller = new Controller({
      name: 'widget',
      queue,
      concurrency: 16,
      log: silentLog,
      clock: this.#clock,
      metrics,
      reconcile: async (key, { signal }) => {
        const widget = reflector.cache.get(key);
        if (widget === undefined || widget.status?.observed === round) {
          return done;
        }
        const { name } = splitKey(key);
        const status = { observed: round };
        const { apiVersion, kind } = widget;
        const next = { apiVersion, kind, metadata: { namespace, name }, status };
        await this.#client.applyStatus(widgets, next, { fieldManager: 'bench', force: true, signal });
        writes += 1;
        return done;
      },
    });
    const stop = new AbortController();
    const reflecting = reflector.run(stop.signal);
    await reflector.synced();
    const running = controller.run(stop.signal);
    startRound();
    await sleep(this.#clock, warmUpMs);
    const perSecond = cpuCounter();
    const warm = writes;
    await sleep(this.#clock, forMs);
    const value = perSecond(writes - warm);
    stop.abort();
    await running;
    await reflecting;
    return value;
  }

  /** From nothing to a synced cache. */
  async listMs(namespace: string, count: number): Promise<number> {
    const reflector = this.#reflector(namespace);
    const stop = new AbortController();
    const startedMs = this.#clock.monotonic();
    const running = reflector.run(stop.signal);
    await reflector.synced();
    const tookMs = this.#clock.monotonic() - startedMs;
    stop.abort();
    await running;
    if (reflector.cache.size !== count) {
      throw new RangeError(`listed ${reflector.cache.size} of ${count} ${group} objects`);
    }
    return tookMs;
  }

  #reflector(namespace: string): Reflector<Widget> {
    const { random } = Math;
    return new Reflector<Widget>({
      client: this.#client,
      resource: widgets,
      namespace,
      log: silentLog,
      clock: this.#clock,
      random,
    });
  }
}
