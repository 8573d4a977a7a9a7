import type { Clock } from '../base/clock.ts';

const firstProbeMs = 100;
const longestProbeMs = 5000;

export interface SourceHealthOptions {
  readonly clock: Clock;
  /** Asks the source once more; what comes of it is told by `succeeded` or `failed`. */
  readonly probe: () => void;
  readonly onChange: (failing: boolean) => void;
}

/**
 * Whether the source is worth asking. The first failure makes it failing; from then on one probe at a time asks, 100 ms
 * later, then twice as long up to 5 s, whether anybody wants an answer or not, until one succeeds.
 */
export class SourceHealth {
  readonly #options: SourceHealthOptions;
  #probeDelayMs = firstProbeMs;
  #cancel: (() => void) | undefined;
  #stopped = false;
  #failing = false;

  constructor(options: SourceHealthOptions) {
    this.#options = options;
  }

  get failing(): boolean {
    return this.#failing;
  }

  succeeded(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#probeDelayMs = firstProbeMs;
    this.#change(false);
  }

  failed(): void {
    // Failures of readings that began before the first one must not pile up probes.
    if (this.#stopped || this.#cancel !== undefined) return;
    this.#cancel = this.#options.clock.schedule(this.#probeDelayMs, () => {
      this.#cancel = undefined;
      this.#options.probe();
    });
    this.#probeDelayMs = Math.min(this.#probeDelayMs * 2, longestProbeMs);
    this.#change(true);
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #change(failing: boolean): void {
    if (failing === this.#failing) return;
    this.#failing = failing;
    this.#options.onChange(failing);
  }
}
