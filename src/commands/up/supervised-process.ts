import { type GuardedCommand, type GuardedProcess, startGuarded } from '../../../test/support/guarded-process.ts';
import { type Clock, sleep } from '../../base/clock.ts';

export interface SupervisionOptions {
  readonly clock: Clock;
  /** Called with each process id, so that the next run can end what is left if this one is killed. */
  readonly remember: (pid: number) => Promise<void>;
  /** It ended without being asked to; `retryInMs` until it is started again. */
  readonly onDeath: (death: {
    readonly exitCode: number;
    readonly retryInMs: number;
    readonly lastLine: string;
  }) => void;
}

const firstDelayMs = 500;
const longestDelayMs = 30_000;
/** Having lived this long, the next death counts as the first again. */
const healthyMs = 60_000;

/** A program that is started again whenever it ends, until it is stopped. It cannot outlive this process. */
export class SupervisedProcess {
  readonly #command: GuardedCommand;
  readonly #options: SupervisionOptions;
  readonly #stopping = new AbortController();
  #current: GuardedProcess;
  readonly #loop: Promise<void>;

  private constructor(command: GuardedCommand, options: SupervisionOptions, first: GuardedProcess) {
    this.#command = command;
    this.#options = options;
    this.#current = first;
    this.#loop = this.#keepAlive();
  }

  /** Resolves when the program runs; it need not be ready. */
  static async start(command: GuardedCommand, options: SupervisionOptions): Promise<SupervisedProcess> {
    const first = await startGuarded(command);
    await options.remember(first.pid);
    return new SupervisedProcess(command, options, first);
  }

  get pid(): number {
    return this.#current.pid;
  }

  /** Resolves when it has ended; the command's `graceMs` says when it is killed. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#current.stop();
    await this.#loop;
  }

  async #keepAlive(): Promise<void> {
    const { clock, onDeath, remember } = this.#options;
    let delayMs = firstDelayMs;
    for (;;) {
      const startedAt = clock.monotonic();
      const exitCode = await this.#current.exited;
      if (this.#stopping.signal.aborted) return;
      if (clock.monotonic() - startedAt >= healthyMs) delayMs = firstDelayMs;
      onDeath({ exitCode, retryInMs: delayMs, lastLine: await this.#current.logTail(1) });
      await sleep(clock, delayMs, this.#stopping.signal);
      if (this.#stopping.signal.aborted) return;
      delayMs = Math.min(delayMs * 2, longestDelayMs);
      this.#current = await startGuarded(this.#command);
      await remember(this.#current.pid);
      // Stopped while it was being started: `stop` asked its predecessor.
      if (this.#stopping.signal.aborted) await this.#current.stop();
    }
  }
}
