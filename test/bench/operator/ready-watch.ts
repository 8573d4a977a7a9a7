import { vpnSubscriptions, type VPNSubscription } from '../../../src/api/index.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { silentLog } from '../../../src/base/log.ts';
import { Reflector, type KubeClient } from '../../../src/kube/index.ts';

/** Sees subscriptions become `Ready`, as everybody who watches them does. */
export class ReadyWatch {
  readonly #reflector: Reflector<VPNSubscription>;
  readonly #stop = new AbortController();
  readonly #ready = new Set<string>();
  readonly #waiting = new Set<{ holds: () => boolean; resolve: () => void }>();
  #running: Promise<void> | undefined;

  constructor(client: KubeClient, namespace: string) {
    this.#reflector = new Reflector({
      client,
      resource: vpnSubscriptions,
      namespace,
      log: silentLog,
      clock: systemClock,
      random: Math.random,
    });
    this.#reflector.onChange(({ object }) => {
      const state = object.status?.conditions?.find(({ type }) => type === 'Ready')?.status;
      const isCurrent = object.status?.observedGeneration === object.metadata.generation;
      if (state !== 'True' || !isCurrent) return;
      this.#ready.add(object.metadata.name);
      for (const waiter of this.#waiting) if (waiter.holds()) waiter.resolve();
    });
  }

  /** How many have been `Ready` at some time. */
  get count(): number {
    return this.#ready.size;
  }

  async start(): Promise<void> {
    this.#running = this.#reflector.run(this.#stop.signal);
    await this.#reflector.synced(this.#stop.signal);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  untilReady(name: string, timeoutMs = 60_000): Promise<void> {
    return this.#until(`${name} is Ready`, () => this.#ready.has(name), timeoutMs);
  }

  untilCount(count: number, timeoutMs: number): Promise<void> {
    return this.#until(`${count} subscriptions are Ready`, () => this.#ready.size >= count, timeoutMs);
  }

  /** Resolves within the change that makes it true. */
  async #until(what: string, holds: () => boolean, timeoutMs: number): Promise<void> {
    if (holds()) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter = { holds, resolve };
    const timer = setTimeout(() => {
      reject(new Error(`waited ${timeoutMs / 1000} s in vain until ${what}; ${this.#ready.size} are`));
    }, timeoutMs);
    this.#waiting.add(waiter);
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(waiter);
    }
  }
}
