import type { Registry } from 'prom-client';
import type { Clock } from '../base/clock.ts';
import { describeError, WayleaveError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { isKubeError, TerminalError } from './errors.ts';
import type { WorkQueue } from './queue.ts';
import { ReconcileMetrics } from './reconcile-metrics.ts';
import { type ReconcileContext, ReconcileRun } from './reconcile-run.ts';

/** The two good ends of a reconcile. The other two are thrown: {@link TerminalError}, and anything else to try again. */
export type Outcome = { readonly kind: 'done' } | { readonly kind: 'requeue'; readonly afterMs: number };

export const done: Outcome = { kind: 'done' };

/** Reconcile again after `afterMs`, or earlier if something happens. */
export function requeueAfter(afterMs: number): Outcome {
  return { kind: 'requeue', afterMs };
}

export type Reconcile = (key: string, context: ReconcileContext) => Outcome | Promise<Outcome>;

export interface ControllerOptions {
  readonly name: string;
  readonly queue: WorkQueue;
  /** How many keys are reconciled at a time. */
  readonly concurrency: number;
  readonly reconcile: Reconcile;
  readonly log: Log;
  readonly clock: Clock;
  readonly metrics?: Registry | undefined;
  /** Aborts the signal of a reconcile that takes longer; by default none does. */
  readonly timeoutMs?: number | undefined;
  /** How long reconciles under way may go on after a stop before their signals abort. */
  readonly drainMs?: number | undefined;
}

/** How long the workers may hold the event loop before sockets and timers get their turn. */
const sliceMs = 5;
/** What is left after the drain deadline is told to stop, and then gets this long to obey. */
const obeyMs = 1_000;

/**
 * Takes keys from a queue and reconciles them. A key is never reconciled twice at a time, and a reconcile knows only the
 * key: what to do follows from what is, not from what happened.
 */
export class Controller {
  readonly #options: ControllerOptions;
  readonly #log: Log;
  readonly #metrics: ReconcileMetrics | undefined;
  readonly #active = new Set<ReconcileRun>();
  #runs = 0;
  #stopping = false;
  #turnPlanned = false;
  #sliceEndMs = 0;
  #idle: (() => void) | undefined;

  constructor(options: ControllerOptions) {
    this.#options = options;
    this.#log = options.log.child({ controller: options.name });
    this.#metrics = options.metrics && new ReconcileMetrics(options.metrics, options.name, options.concurrency);
  }

  /**
   * Reconciles until `signal` aborts, then shuts the queue down, lets what is under way finish, and resolves. Keys that
   * still wait are dropped: the next start lists everything again.
   */
  async run(signal: AbortSignal): Promise<void> {
    const { queue } = this.#options;
    queue.onReady(() => {
      this.#planTurn();
    });
    this.#planTurn();
    await new Promise<void>((resolve) => {
      if (signal.aborted) {
        resolve();
      }
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    this.#stopping = true;
    queue.shutDown();
    await this.#drain();
  }

  /** Never inside the caller of `add`: a reconcile must not run on the stack of a change handler. */
  #planTurn(): void {
    if (!this.#turnPlanned) {
      this.#turnPlanned = true;
      setImmediate(() => {
        this.#turnPlanned = false;
        this.#sliceEndMs = this.#options.clock.monotonic() + sliceMs;
        this.#fill();
      });
    }
  }

  #fill(): void {
    const { queue, concurrency, clock } = this.#options;
    while (!this.#stopping && this.#active.size < concurrency) {
      if (clock.monotonic() > this.#sliceEndMs) {
        this.#planTurn();
        return;
      }
      const key = queue.tryGet();
      if (key === undefined) {
        return;
      }
      this.#start(key);
    }
  }

  #start(key: string): void {
    this.#runs += 1;
    const run = new ReconcileRun(key, this.#options, this.#log, this.#runs);
    this.#active.add(run);
    this.#metrics?.started();
    let outcome: Outcome | Promise<Outcome>;
    try {
      outcome = this.#options.reconcile(key, run);
    } catch (thrown) {
      this.#fail(run, thrown);
      return;
    }
    if (!(outcome instanceof Promise)) {
      this.#succeed(run, outcome);
      return;
    }
    run.limit();
    void outcome.then(
      (value) => {
        this.#succeed(run, value);
        this.#fill();
      },
      (thrown: unknown) => {
        this.#fail(run, thrown);
        this.#fill();
      },
    );
  }

  #succeed(run: ReconcileRun, outcome: Outcome): void {
    const { queue } = this.#options;
    queue.forget(run.key);
    if (outcome.kind === 'requeue') {
      queue.addAfter(run.key, outcome.afterMs, { priority: queue.priorityOf(run.key) });
    }
    this.#end(run, outcome.kind === 'done' ? 'success' : 'requeue_after');
  }

  #fail(run: ReconcileRun, thrown: unknown): void {
    const { queue } = this.#options;
    const priority = queue.priorityOf(run.key);
    const fields = {
      key: run.key,
      error: describeError(thrown),
      code: codeOf(thrown),
      retries: queue.retries(run.key),
    };
    if (isKubeError(thrown, 'KUBE_CONFLICT')) {
      run.log.info(fields, 'somebody else wrote first, reconciling again');
      queue.addRateLimited(run.key, { priority });
      this.#end(run, 'requeue');
      return;
    }
    if (thrown instanceof TerminalError) {
      this.#metrics?.terminal();
      queue.forget(run.key);
      run.log.error(fields, 'reconcile failed for good');
    } else {
      if (isBug(thrown)) {
        this.#metrics?.panicked();
        run.log.error({ ...fields, stack: thrown.stack }, 'reconcile failed by a bug');
      } else {
        run.log.warn(fields, 'reconcile failed, trying again');
      }
      queue.addRateLimited(run.key, { priority });
    }
    this.#metrics?.failed(run.timedOut);
    this.#end(run, 'error');
  }

  #end(run: ReconcileRun, result: 'success' | 'error' | 'requeue' | 'requeue_after'): void {
    this.#active.delete(run);
    this.#metrics?.ended(result, run.elapsedMs() / 1000);
    run.release();
    this.#options.queue.done(run.key);
    if (this.#stopping && this.#active.size === 0) {
      this.#idle?.();
    }
  }

  async #drain(): Promise<void> {
    const { clock, drainMs = 30_000 } = this.#options;
    if (await this.#idleWithin(clock, drainMs)) {
      return;
    }
    const keys = Array.from(this.#active, ({ key }) => key);
    this.#log.warn({ keys: keys.slice(0, 20), count: keys.length }, 'reconciles exceed the drain, aborting them');
    for (const run of this.#active) {
      run.abort();
    }
    if (!(await this.#idleWithin(clock, obeyMs))) {
      this.#log.error({ count: this.#active.size }, 'reconciles ignore their abort signal, leaving them behind');
    }
  }

  async #idleWithin(clock: Clock, ms: number): Promise<boolean> {
    if (this.#active.size === 0) {
      return true;
    }
    return new Promise((resolve) => {
      const cancel = clock.schedule(ms, () => {
        resolve(false);
      });
      this.#idle = () => {
        cancel();
        resolve(true);
      };
    });
  }
}

function codeOf(thrown: unknown): string | undefined {
  return thrown instanceof WayleaveError ? String(thrown.code) : undefined;
}

/** What Go would panic with. */
function isBug(thrown: unknown): thrown is Error {
  return thrown instanceof TypeError || thrown instanceof ReferenceError || thrown instanceof RangeError;
}
