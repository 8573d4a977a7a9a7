import { setTimeout as delay } from 'node:timers/promises';

/** A process that takes requests. */
export interface Endpoint {
  readonly port: number;
  isReady(): Promise<boolean>;
  /** Aborts when the process is gone. */
  readonly gone: AbortSignal;
}

const probeEveryMs = 100;

/**
 * The ready endpoints of a Service as a balancer knows them. One that is ready is known at once; one that is not any more
 * goes on getting requests for a while, because probes, the API server and each balancer take their time.
 */
export class Endpoints {
  readonly #lagMs: number;
  readonly #ready = new Set<Endpoint>();

  constructor({ lagMs }: { readonly lagMs: number }) {
    this.#lagMs = lagMs;
  }

  /** Looks after one until it is gone. */
  async follow(endpoint: Endpoint): Promise<void> {
    while (!endpoint.gone.aborted) {
      if (await endpoint.isReady()) {
        this.#ready.add(endpoint);
      } else if (this.#ready.has(endpoint)) {
        await delay(this.#lagMs);
        this.#ready.delete(endpoint);
      }
      await delay(probeEveryMs);
    }
    if (!this.#ready.has(endpoint)) return;
    await delay(this.#lagMs);
    this.#ready.delete(endpoint);
  }

  has(endpoint: Endpoint): boolean {
    return this.#ready.has(endpoint);
  }

  get size(): number {
    return this.#ready.size;
  }

  /** Any of them; undefined when nobody is ready. */
  pick(): Endpoint | undefined {
    const all = [...this.#ready];
    return all[Math.floor(Math.random() * all.length)];
  }
}
