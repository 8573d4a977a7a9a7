import path from 'node:path';

import { type GuardedProcess, startGuarded } from '../../support/guarded-process.ts';
import { freePort } from '../../support/processes.ts';
import { awaitReady } from '../../support/readiness.ts';
import { cpuSeconds, residentMib } from '../operator/process-figures.ts';

export interface BenchServiceOptions {
  readonly directory: string;
  readonly profileDirectory: string | undefined;
  readonly heapMib?: number;
}

/** `wayleave subscriptions` as a process of its own, as production runs it behind a proxy on the same machine. */
export class BenchService {
  readonly port: number;
  readonly #program: GuardedProcess;

  private constructor(program: GuardedProcess, port: number) {
    this.#program = program;
    this.port = port;
  }

  /**
   * Returns when it is ready.
   *
   * @param options.profileDirectory takes a CPU profile
   * @param options.heapMib V8's limit; absent: what V8 takes on this machine
   */
  static async start(
    databaseUrl: string,
    { directory, profileDirectory, heapMib }: BenchServiceOptions,
  ): Promise<BenchService> {
    const [port, healthPort] = [await freePort(), await freePort()];
    const profiling = profileDirectory === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDirectory}`];
    const heap = heapMib === undefined ? [] : [`--max-old-space-size=${String(heapMib)}`];
    const program = await startGuarded({
      file: process.execPath,
      args: [...heap, ...profiling, path.resolve(import.meta.dirname, '../../../src/main.ts'), 'subscriptions'],
      env: {
        ...process.env,
        DATABASE_URL: databaseUrl,
        WAYLEAVE_LISTEN: `127.0.0.1:${String(port)}`,
        WAYLEAVE_HEALTH_LISTEN: `127.0.0.1:${String(healthPort)}`,
        WAYLEAVE_PUBLIC_URL: 'https://sub.example.com',
        WAYLEAVE_TRUSTED_PROXIES: '127.0.0.1',
        WAYLEAVE_LOG_FORMAT: 'json',
      },
      logFile: path.join(directory, `subscriptions-${String(port)}.log`),
    });
    await awaitReady({
      programs: new Map([['the subscription service', program]]),
      what: 'ready',
      holds: async () => (await fetch(`http://127.0.0.1:${String(healthPort)}/readyz`)).ok,
      timeoutMs: 60_000,
    });
    return new BenchService(program, port);
  }

  cpuSeconds(): Promise<number> {
    return cpuSeconds(this.#program.pid);
  }

  /** The most memory that was ever resident, in MiB. */
  async peakMib(): Promise<number> {
    return (await residentMib(this.#program.pid)).peak;
  }

  stop(): Promise<void> {
    return this.#program.stop();
  }
}
