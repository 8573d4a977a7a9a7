import { Gauge, type Registry } from 'prom-client';
import { Bell, workUntil } from '../base/bell.ts';
import { sleep, type Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Queryable } from '../store/index.ts';
import type { Closable } from './lifecycle.ts';

export interface DatabaseWatchOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly registry: Registry;
  /** What is told from now on is closed before what was opened so far. */
  readonly opened: (closable: Closable) => void;
}

const everyMs = 5_000;
/** Whoever waits for Postgres as long as this has no use for it. */
const patienceMs = 4_000;

/**
 * Tells Prometheus whether Postgres answers, by asking it every few seconds: 0 from the start until it does.
 *
 * A watch of its own, because whoever has nothing to ask would go on telling what was true an hour ago.
 */
export class DatabaseWatch {
  readonly #options: DatabaseWatchOptions;
  readonly #gauge: Gauge;

  constructor(options: DatabaseWatchOptions) {
    this.#options = options;
    this.#gauge = new Gauge({
      name: 'wayleave_database_up',
      help: '1 while Postgres answers this process; asked every 5 s.',
      registers: [options.registry],
    });
  }

  /** Asks this store from now on, until everything is closed. */
  follow(store: Queryable): void {
    const stop = new AbortController();
    const watching = this.#watch(store, stop.signal);
    this.#options.opened({
      name: 'database watch',
      close: async () => {
        stop.abort();
        await watching;
      },
    });
  }

  async #watch(store: Queryable, signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options;
    await workUntil(signal, new Bell(), {
      pollMs: everyMs,
      workOnce: async () => {
        this.#gauge.set(Number(await this.#answers(store, signal)));
        return 0;
      },
      isMore: () => false,
      clock,
      log,
      what: 'whether Postgres answers is not told',
    });
  }

  async #answers(store: Queryable, signal: AbortSignal): Promise<boolean> {
    const over = new AbortController();
    const tooLate = sleep(this.#options.clock, patienceMs, AbortSignal.any([signal, over.signal])).then(() => false);
    const answered = store.query('select 1').then(
      () => true,
      // Why is told by whoever asked for something.
      () => false,
    );
    try {
      return await Promise.race([answered, tooLate]);
    } finally {
      over.abort();
    }
  }
}
