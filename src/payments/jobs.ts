import { Bell } from '../base/bell.ts';
import { sleep, type Clock, type Random } from '../base/clock.ts';
import { describeError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { jobsOf, noteJobFailure, noteJobSuccess } from '../ledger/index.ts';
import type { Store } from '../store/index.ts';
import { PaymentError } from './errors.ts';
import type { PaymentMetrics } from './metrics.ts';

/** Something that a shop has done again and again. It must bear to run twice at once: a Lease can change hands. */
export interface Job {
  /** Unique within the shop; also in the table of jobs and in metrics. */
  readonly name: string;
  readonly everyMs: number;
  /** A run that takes longer is told to stop. */
  readonly timeoutMs: number;
  /** @returns `more` when it did not come to its end, because there is more than one run can do, or it was told to stop */
  run(signal: AbortSignal): Promise<'done' | 'more'>;
  /** Calls `ring` when there may be something to do before the time. @returns ends that */
  readonly listen?: (ring: () => void) => () => void;
}

export interface RunJobsOptions {
  readonly shop: { readonly id: string; readonly namespace: string; readonly name: string };
  readonly store: Store;
  readonly metrics: PaymentMetrics;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Ends all of them. */
  readonly signal: AbortSignal;
}

/** A doorbell that never stops ringing brings a run forward no more often than this. */
const leastPauseMs = 1_000;

/**
 * Runs the jobs of a shop, each on its own: none waits for another, and one that fails or hangs is counted, recorded and
 * tried again while the others go on. A job never overlaps itself, unless a run ignores even the order to stop for
 * another `timeoutMs`; it is given up then, because a job that waits for ever would die in silence.
 *
 * Resolves when the signal has aborted and every run has ended or was given up. Never rejects.
 */
export async function runJobs(jobs: readonly Job[], options: RunJobsOptions): Promise<void> {
  const key = `${options.shop.namespace}/${options.shop.name}`;
  const known = await knownJobs(options);
  for (const { name } of jobs) options.metrics.jobKnown(key, name, known.get(name));
  try {
    await Promise.all(jobs.map((job) => runForever(job, key, options)));
  } finally {
    for (const { name } of jobs) options.metrics.jobLeft(key, name);
  }
}

async function knownJobs({ store, shop, log }: RunJobsOptions): Promise<ReadonlyMap<string, number | undefined>> {
  try {
    return new Map((await jobsOf(store, shop.id)).map(({ name, lastSuccessAtMs }) => [name, lastSuccessAtMs]));
  } catch (err) {
    log.warn({ err }, 'when jobs last succeeded is not known, they start all the same');
    return new Map();
  }
}

async function runForever(job: Job, key: string, options: RunJobsOptions): Promise<void> {
  const { clock, random, signal } = options;
  const bell = new Bell();
  const unlisten = job.listen?.(bell.ring);
  try {
    // Not all at once when a replica takes over.
    await sleep(clock, random() * Math.min(job.everyMs, leastPauseMs), signal);
    while (!signal.aborted) {
      bell.rearm();
      const more = await runOnce(job, key, options);
      if (more) continue;
      await sleep(clock, Math.min(leastPauseMs, job.everyMs), signal);
      const restMs = job.everyMs * (0.9 + random() / 5) - leastPauseMs;
      if (restMs > 0) await bell.wait(clock, restMs, signal);
    }
  } finally {
    unlisten?.();
  }
}

/** @returns whether there is more to do at once */
async function runOnce(job: Job, key: string, options: RunJobsOptions): Promise<boolean> {
  const { store, shop, metrics, log } = options;
  try {
    if ((await withinTime(job, options)) === 'more') return true;
    metrics.jobSucceeded(key, job.name, await noteJobSuccess(store, shop.id, job.name));
    return false;
  } catch (thrown) {
    // Being told to stop is no failure.
    if (options.signal.aborted) return false;
    metrics.jobFailed(key, job.name);
    log.warn({ err: thrown, job: job.name }, 'a job failed, will try again');
    await noteJobFailure(store, shop.id, job.name, describeError(thrown)).catch((err: unknown) => {
      log.warn({ err, job: job.name }, 'the failure of a job could not be recorded');
    });
    return false;
  }
}

async function withinTime(job: Job, { clock, signal }: RunJobsOptions): Promise<'done' | 'more'> {
  const run = new AbortController();
  const stop = (): void => {
    run.abort();
  };
  signal.addEventListener('abort', stop, { once: true });
  const cancelStop = clock.schedule(job.timeoutMs, stop);
  const over = new AbortController();
  const givenUp = sleep(clock, job.timeoutMs * 2, over.signal).then(() => {
    throw hanging(job);
  });
  // The run usually ends first, and nobody waits for this any more.
  givenUp.catch(() => undefined);
  try {
    return await Promise.race([job.run(run.signal), givenUp]);
  } finally {
    over.abort();
    cancelStop();
    signal.removeEventListener('abort', stop);
  }
}

function hanging({ name, timeoutMs }: Job): PaymentError {
  return new PaymentError(
    'PAYMENT_JOB_HANGS',
    `job ${name} did not stop after ${String(timeoutMs)} ms and was given up`,
    {
      retry: 'later',
    },
  );
}
