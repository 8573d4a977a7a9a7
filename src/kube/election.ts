import type { Registry } from 'prom-client';
import { type Clock, type Random, sleep } from '../base/clock.ts';
import { describeError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { KubeClient } from './client.ts';
import { LeaseLock } from './lease-lock.ts';
import { gauge } from './metrics.ts';

export interface LeaderElectorOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly name: string;
  /** Unique for each process start: a host name and a random part. */
  readonly identity: string;
  readonly leaseDurationMs?: number | undefined;
  readonly renewDeadlineMs?: number | undefined;
  readonly retryPeriodMs?: number | undefined;
  /** What the holder says of itself on the Lease, for people and for whoever starts next. */
  readonly annotations?: (() => Readonly<Record<string, string>>) | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics?: Registry | undefined;
}

/** client-go's: candidates that lost a leader together do not knock together. */
const jitterFactor = 1.2;

type Ended = 'lost' | 'finished';

/**
 * Leader election over a Lease: at most one of all processes that share its name leads at a time.
 *
 * A Lease does not fence. Who pauses for longer than the lease comes back believing in it, so before anything that must
 * not happen twice ask {@link LeaderElector.outlives}, which looks at the clock and not at what a timer has noticed.
 */
export class LeaderElector {
  readonly #options: LeaderElectorOptions;
  readonly #leaseDurationMs: number;
  readonly #renewDeadlineMs: number;
  readonly #retryPeriodMs: number;
  readonly #lock: LeaseLock;
  readonly #log: Log;
  readonly #report: (leading: boolean) => void;
  /** Until when nobody else can hold the lease: counted from before the last successful write was sent. */
  #heldUntilMs = Number.NEGATIVE_INFINITY;
  #leading = false;

  /** @throws RangeError unless lease duration > renew deadline > 1.2 × retry period > 0 */
  constructor(options: LeaderElectorOptions) {
    const { leaseDurationMs = 15_000, renewDeadlineMs = 10_000, retryPeriodMs = 2_000 } = options;
    if (!(leaseDurationMs > renewDeadlineMs && renewDeadlineMs > retryPeriodMs * jitterFactor && retryPeriodMs > 0)) {
      throw new RangeError('leader election needs lease duration > renew deadline > 1.2 × retry period > 0');
    }
    this.#options = options;
    this.#leaseDurationMs = leaseDurationMs;
    this.#renewDeadlineMs = renewDeadlineMs;
    this.#retryPeriodMs = retryPeriodMs;
    this.#lock = new LeaseLock({ ...options, leaseDurationMs });
    this.#log = options.log.child({ lease: `${options.namespace}/${options.name}`, identity: options.identity });
    this.#report = reporterOf(options.metrics, options.name);
    this.#report(false);
  }

  /** Whether we lead at this moment, by the clock. */
  get isLeader(): boolean {
    return this.outlives(0);
  }

  /** The identity that held the lease when we last looked; `''` for nobody. */
  get holder(): string {
    return this.#lock.holder;
  }

  /** Whether nobody else can become leader within the next `ms` milliseconds. False for everybody who does not lead. */
  outlives(ms: number): boolean {
    return this.#leading && this.#options.clock.monotonic() + ms < this.#heldUntilMs;
  }

  /** Whether we still act as leader although the lease ran out: what a liveness probe must kill. */
  overdue(toleranceMs: number): boolean {
    return this.#leading && this.#options.clock.monotonic() > this.#heldUntilMs + toleranceMs;
  }

  /**
   * Stands for election until `signal` aborts. On winning calls `lead`; its signal aborts when leadership is lost or
   * `signal` aborts. The lease is renewed until `lead` has returned, so that it can drain, and then released. After a
   * loss we stand again, but only once `lead` has returned.
   *
   * @throws what `lead` throws, after the release
   */
  async run(signal: AbortSignal, lead: (leadership: AbortSignal) => Promise<void>): Promise<void> {
    while (!signal.aborted) {
      if (!(await this.#acquire(signal))) {
        break;
      }
      this.#leading = true;
      this.#report(true);
      this.#log.info({}, 'became leader');
      try {
        if ((await this.#lead(signal, lead)) === 'finished') {
          return;
        }
      } finally {
        await this.#stepDown();
      }
    }
  }

  async #acquire(signal: AbortSignal): Promise<boolean> {
    const { clock, random } = this.#options;
    while (!signal.aborted) {
      if (await this.#attempt(signal, this.#requestTimeoutMs())) {
        return true;
      }
      const pauseMs = this.#retryPeriodMs * (1 + jitterFactor * random());
      // A lease that ends sooner is looked at when it does, a little apart from the other candidates.
      const endsInMs = this.#lock.endsInMs + this.#retryPeriodMs * 0.1 * (1 + random());
      await sleep(clock, this.#lock.endsInMs > 0 ? Math.min(pauseMs, endsInMs) : pauseMs, signal);
    }
    return false;
  }

  async #lead(signal: AbortSignal, lead: (leadership: AbortSignal) => Promise<void>): Promise<Ended> {
    const leadership = new AbortController();
    const stop = (): void => {
      leadership.abort();
    };
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) {
      stop();
    }
    const renewal = new AbortController();
    const work = (async () => {
      try {
        await lead(leadership.signal);
      } finally {
        renewal.abort();
      }
    })();
    try {
      const kept = await this.#renewWhile(renewal.signal);
      if (!kept) {
        this.#log.error({}, 'lost the lease');
      }
      stop();
      await work;
      return kept ? 'finished' : 'lost';
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  /** Renews until `until` aborts (true) or the renew deadline passes without success (false). */
  async #renewWhile(until: AbortSignal): Promise<boolean> {
    const { clock } = this.#options;
    const slackMs = this.#leaseDurationMs - this.#renewDeadlineMs;
    while (!until.aborted) {
      const leftMs = (): number => this.#heldUntilMs - slackMs - clock.monotonic();
      await sleep(clock, Math.max(0, Math.min(this.#retryPeriodMs, leftMs())), until);
      if (until.aborted) {
        return true;
      }
      if (leftMs() <= 0) {
        return false;
      }
      const renewed = await this.#attempt(until, Math.min(this.#requestTimeoutMs(), leftMs()));
      if (!renewed && !until.aborted && this.#lock.holder !== this.#options.identity) {
        return false;
      }
    }
    return true;
  }

  /** One attempt to take or renew; a failure to tell is a failure. */
  async #attempt(signal: AbortSignal, timeoutMs: number): Promise<boolean> {
    const { clock } = this.#options;
    const sentAtMs = clock.monotonic();
    try {
      if (await this.#lock.acquireOrRenew(signal, timeoutMs)) {
        this.#heldUntilMs = sentAtMs + this.#leaseDurationMs;
        return true;
      }
    } catch (thrown) {
      if (!signal.aborted) {
        this.#log.warn({ error: describeError(thrown) }, 'the lease could not be taken or renewed');
      }
    }
    return false;
  }

  async #stepDown(): Promise<void> {
    const mayRelease = this.outlives(0);
    this.#leading = false;
    this.#heldUntilMs = Number.NEGATIVE_INFINITY;
    this.#report(false);
    if (!mayRelease) {
      return;
    }
    try {
      await this.#lock.release(this.#requestTimeoutMs());
      this.#log.info({}, 'released the lease');
    } catch (thrown) {
      this.#log.warn({ error: describeError(thrown) }, 'the lease could not be released and has to run out');
    }
  }

  /** client-go's: two attempts fit into the renew deadline. */
  #requestTimeoutMs(): number {
    return Math.max(1_000, this.#renewDeadlineMs / 2);
  }
}

function reporterOf(registry: Registry | undefined, name: string): (leading: boolean) => void {
  if (registry === undefined) {
    return () => undefined;
  }
  const status = gauge(registry, {
    name: 'leader_election_master_status',
    help: 'Gauge of if the reporting system is master of the relevant lease, 0 indicates backup, 1 indicates master.',
    labelNames: ['name'],
  });
  return (leading) => {
    status.set({ name }, leading ? 1 : 0);
  };
}
