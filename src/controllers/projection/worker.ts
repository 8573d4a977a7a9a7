import { Bell } from '../../base/bell.ts';
import { sleep, type Clock, type Random } from '../../base/clock.ts';
import { describeError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import {
  claimWork,
  finishWork,
  outboxBacklog,
  postponeFailed,
  retryDelayMs,
  type ClaimedWork,
} from '../../ledger/index.ts';
import type { Store } from '../../store/index.ts';
import type { ProjectionMetrics } from './metrics.ts';
import type { Projector } from './projector.ts';

export interface ProjectionWorkerOptions {
  readonly store: Store;
  readonly projector: Pick<Projector, 'project'>;
  /** Only subscriptions of this namespace; undefined: all. */
  readonly namespace: string | undefined;
  readonly concurrency: number;
  readonly metrics: ProjectionMetrics;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** How soon work is looked for without a doorbell. */
const pollMs = 1_000;
/**
 * What a killed replica had in hand waits so long. Shorter than the slowest projection on purpose: two replicas may project
 * the same subscription at a time, and a customer who has paid must not wait for minutes.
 */
const leaseMs = 20_000;
const backlogEveryMs = 10_000;

/**
 * Works off what is to be carried into the cluster, so many at a time, for ever. Any number of replicas share the work; one
 * subscription is in one hand at a time, and what fails comes again after a pause that grows to five minutes.
 */
export class ProjectionWorker {
  readonly #options: ProjectionWorkerOptions;
  readonly #running = new Set<Promise<void>>();
  readonly #bell = new Bell();

  constructor(options: ProjectionWorkerOptions) {
    this.#options = options;
  }

  /** There may be work. */
  ring(): void {
    this.#bell.ring();
  }

  /** Works until the signal aborts, and resolves when nothing is in hand any more. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, concurrency } = this.#options;
    const telling = this.#tellBacklog(signal);
    while (!signal.aborted) {
      this.#bell.rearm();
      const wanted = concurrency - this.#running.size;
      const claimed = await this.#claim(wanted);
      for (const work of claimed) this.#start(work);
      // As much as was asked for leaves more, however much of what was in hand has ended meanwhile.
      if (claimed.length < wanted) await this.#bell.wait(clock, pollMs, signal);
      else if (this.#running.size >= concurrency) await Promise.race(this.#running);
    }
    await Promise.all([...this.#running, telling]);
  }

  async #claim(limit: number): Promise<readonly ClaimedWork[]> {
    const { store, namespace, log } = this.#options;
    try {
      return await claimWork(store, 'project', { limit, leaseMs, ...(namespace === undefined ? {} : { namespace }) });
    } catch (err) {
      log.warn({ err }, 'the outbox cannot be read now, will try again');
      return [];
    }
  }

  #start(work: ClaimedWork): void {
    const handled = this.#handle(work).finally(() => {
      this.#running.delete(handled);
    });
    this.#running.add(handled);
  }

  async #handle(work: ClaimedWork): Promise<void> {
    const { store, projector, metrics, random, log } = this.#options;
    try {
      const outcome = await projector.project(work.key);
      await finishWork(store, 'project', work);
      metrics.projected(outcome);
      log.info({ subscriptionId: work.key, outcome }, 'a subscription was carried from the ledger into the cluster');
    } catch (thrown) {
      metrics.projected('failed');
      log.warn(
        { err: thrown, subscriptionId: work.key, attempts: work.attempts },
        'a subscription could not be carried into the cluster, will try again',
      );
      const failure = { afterMs: retryDelayMs(work.attempts, random), error: describeError(thrown) };
      await postponeFailed(work, { store, topic: 'project', log }, failure);
    }
  }

  async #tellBacklog(signal: AbortSignal): Promise<void> {
    const { store, metrics, clock, log } = this.#options;
    while (!signal.aborted) {
      try {
        metrics.backlog(await outboxBacklog(store));
      } catch (err) {
        log.warn({ err }, 'how much waits in the outbox is not known now');
      }
      await sleep(clock, backlogEveryMs, signal);
    }
  }
}
