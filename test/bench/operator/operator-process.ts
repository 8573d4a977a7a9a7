import path from 'node:path';
import { startGuarded, type GuardedProcess } from '../../support/guarded-process.ts';
import { operatorProgram, type OperatorSettings } from '../../support/operator-program.ts';
import type { ShippedProgram } from '../../support/image/shipped-program.ts';
import { freePort, waitUntil } from '../../support/processes.ts';
import { Metrics } from './metrics.ts';

interface Pace {
  readonly timeoutMs?: number;
  /** Each look costs the operator the making of its whole page of metrics. */
  readonly intervalMs?: number;
}

export interface BenchOperatorOptions {
  readonly directory: string;
  /** Takes a CPU and a heap profile; undefined: none are taken. */
  readonly profileDirectory: string | undefined;
  readonly shipped: ShippedProgram;
}

/** What V8 takes for its heap in a container with the chart's memory limit for an operator, 512 MiB. */
const heapMib = 256;

/** An operator that runs as production's does: the bundle, with the flags of the image and the chart's memory limit. */
export class BenchOperator {
  readonly pid: number;
  readonly #program: GuardedProcess;
  readonly #port: number;

  private constructor(program: GuardedProcess, port: number) {
    this.#program = program;
    this.#port = port;
    this.pid = program.pid;
  }

  /** Returns as soon as the process is spawned. */
  static async spawn(
    settings: OperatorSettings,
    { directory, profileDirectory, shipped }: BenchOperatorOptions,
  ): Promise<BenchOperator> {
    const port = await freePort();
    const { file, env } = operatorProgram({ ...settings, healthListen: `127.0.0.1:${port}` });
    const profiling =
      profileDirectory === undefined
        ? []
        : ['--cpu-prof', `--cpu-prof-dir=${profileDirectory}`, '--heap-prof', `--heap-prof-dir=${profileDirectory}`];
    const logFile = path.join(directory, `operator-${port}.log`);
    const args = [...profiling, `--max-old-space-size=${heapMib}`, ...shipped.args, 'operator'];
    const program = await startGuarded({ file, args, env: { ...env, ...shipped.env }, logFile, graceMs: 30_000 });
    return new BenchOperator(program, port);
  }

  /** Undefined while it does not serve them yet. */
  async metrics(): Promise<Metrics | undefined> {
    try {
      const answer = await fetch(`http://127.0.0.1:${this.#port}/metrics`);
      return new Metrics(await answer.text());
    } catch (error) {
      if (error instanceof TypeError) return undefined;
      throw error;
    }
  }

  /** @throws Error with the end of its log when the process ends first, or in vain */
  async until(what: string, holds: (metrics: Metrics) => boolean, pace: Pace = {}): Promise<void> {
    const asked = async (): Promise<boolean> => {
      const metrics = await this.metrics();
      return metrics !== undefined && holds(metrics);
    };
    await this.#waitUntil(what, asked, pace);
  }

  untilLeading(): Promise<void> {
    return this.until('leading', (metrics) => metrics.sum('leader_election_master_status') === 1);
  }

  /** Its caches are filled, whether it leads or not. */
  async untilReady(): Promise<void> {
    const answers = async (): Promise<boolean> => {
      try {
        return (await fetch(`http://127.0.0.1:${this.#port}/readyz`)).ok;
      } catch (error) {
        if (error instanceof TypeError) return false;
        throw error;
      }
    };
    await this.#waitUntil('ready', answers, {});
  }

  /** SIGTERM, and resolves when it is gone. */
  stop(): Promise<void> {
    return this.#program.stop();
  }

  /** SIGKILL; the warden of the process has nothing left to do. */
  async kill(): Promise<void> {
    process.kill(this.pid, 'SIGKILL');
    await this.#program.exited;
  }

  async #waitUntil(
    what: string,
    holds: () => Promise<boolean>,
    { timeoutMs = 60_000, intervalMs = 50 }: Pace,
  ): Promise<void> {
    let ended: number | undefined;
    void this.#program.exited.then((code) => {
      ended = code;
    });
    try {
      await waitUntil(
        what,
        async () => {
          if (ended !== undefined) throw new Error(`it ended with code ${ended}`);
          return holds();
        },
        { timeoutMs, intervalMs },
      );
    } catch (cause) {
      throw new Error(`the operator is not ${what}; the end of its log:\n${await this.#program.logTail()}`, { cause });
    }
  }
}
