import { vpnSubscriptions } from '../../api/index.ts';
import { sleep, type Clock, type Random } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import { Backoff, watchEvents, type KubeObject, type WatchEvent } from '../../kube/index.ts';
import type { ProjectionMetrics } from './metrics.ts';
import { isOverridden } from './ownership.ts';
import { askForAll, soldSelector, subscriptionOf, sweep, type SweepOptions } from './sweep.ts';

export interface PatrolOptions extends Omit<SweepOptions, 'found'> {
  readonly metrics: ProjectionMetrics;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Instead of five minutes. */
  readonly sweepEveryMs?: number;
}

const defaultSweepEveryMs = 300_000;
const retryMs = { floor: 800, cap: 30_000 };
/** Bookmarks come at least every 75 s. */
const inactivityMs = 100_000;
/** The API server ends a watch every few minutes. One that lived shorter has perhaps never worked. */
const healthyAfterMs = 10_000;

/**
 * Looks after the resources of what was sold: compares all of them at the start and every five minutes, and between that
 * watches their metadata, so that what somebody deletes or edits is put back within seconds. The watch keeps nothing in
 * memory and may miss anything: the comparison is the truth.
 */
export class Patrol {
  readonly #options: PatrolOptions;
  readonly #backoff: Backoff;

  constructor(options: PatrolOptions) {
    this.#options = options;
    this.#backoff = new Backoff(retryMs.floor, retryMs.cap, options.random);
  }

  /** Runs until the signal aborts. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { metrics, clock, log } = this.#options;
    while (!signal.aborted) {
      try {
        const resourceVersion = await this.#sweep();
        metrics.sweepSucceeded(clock.now());
        await this.#watch(resourceVersion, signal);
      } catch (err) {
        if (signal.aborted) return;
        metrics.sweepFailed();
        log.warn({ err }, 'the cluster could not be compared with the ledger, will try again');
        await sleep(clock, this.#backoff.next(), signal);
      }
    }
  }

  /** @returns from where a watch misses nothing that the comparison did not see */
  async #sweep(): Promise<string> {
    const { client, namespace, metrics } = this.#options;
    const selection = { namespace, labelSelector: soldSelector, metadataOnly: true, limit: 1 };
    const { resourceVersion } = await client.list(vpnSubscriptions, selection);
    await sweep({
      ...this.#options,
      found: (finding) => {
        metrics.found(finding);
      },
    });
    return resourceVersion;
  }

  /**
   * Until it is time to compare again, which is soon where the watch does not hold.
   *
   * @throws StoreError when something was seen that could not be asked for
   */
  async #watch(fromVersion: string, signal: AbortSignal): Promise<void> {
    const { clock, random, log, sweepEveryMs = defaultSweepEveryMs } = this.#options;
    const time = new AbortController();
    const cancel = clock.schedule(sweepEveryMs * (0.9 + random() / 5), () => {
      time.abort();
    });
    const over = AbortSignal.any([signal, time.signal]);
    let resourceVersion = fromVersion;
    try {
      while (!over.aborted) {
        const startedMs = clock.monotonic();
        let failure: unknown;
        for await (const batch of this.#events(resourceVersion, over, (thrown) => {
          failure = thrown;
        })) {
          await this.#take(batch);
          resourceVersion = batch.at(-1)?.object.metadata.resourceVersion ?? resourceVersion;
        }
        if (over.aborted) return;
        const isHealthy = clock.monotonic() - startedMs >= healthyAfterMs;
        if (isHealthy) this.#backoff.reset();
        if (isHealthy && failure === undefined) continue;
        log.info({ err: failure }, 'lost sight of what was sold, comparing again');
        await sleep(clock, this.#backoff.next(), over);
        return;
      }
    } finally {
      cancel();
    }
  }

  /** One watch; that it breaks is no failure of what was seen before. */
  async *#events(
    resourceVersion: string,
    signal: AbortSignal,
    broke: (thrown: unknown) => void,
  ): AsyncGenerator<WatchEvent<KubeObject>[], void, undefined> {
    const { client, namespace, clock } = this.#options;
    const parameters = { labelSelector: soldSelector, allowWatchBookmarks: true, resourceVersion };
    const watched = { client, resource: vpnSubscriptions, namespace, parameters, metadataOnly: true };
    const events = watchEvents<KubeObject>({ ...watched, inactivityMs, clock, signal });
    try {
      for (;;) {
        const next = await events.next().catch(broke);
        if (next === undefined || next.done === true) return;
        this.#backoff.reset();
        yield next.value;
      }
    } finally {
      // Whoever stops listening half-way leaves no connection behind.
      await events.return(undefined);
    }
  }

  async #take(batch: readonly WatchEvent<KubeObject>[]): Promise<void> {
    const { store, metrics } = this.#options;
    const asked: string[] = [];
    for (const { type, object } of batch) {
      if (type === 'BOOKMARK') continue;
      const isGone = type === 'DELETED';
      // What is on its way out comes again as gone.
      const isEdited = object.metadata.deletionTimestamp === undefined && isOverridden(object.metadata);
      const id = isGone || isEdited ? subscriptionOf(object) : undefined;
      if (id === undefined) continue;
      metrics.found(isGone ? 'absent' : 'edited');
      asked.push(id);
    }
    await askForAll(store, asked);
  }
}
