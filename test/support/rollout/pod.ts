import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort, waitUntil } from '../processes.ts';
import { watchProcess, type WatchedProcess } from '../world/child-process.ts';
import type { Endpoint } from './endpoints.ts';
import type { Version } from './next-version.ts';

export type Part = 'operator' | 'bot' | 'subscriptions';

export interface PodOptions {
  readonly part: Part;
  readonly version: Version;
  readonly env: NodeJS.ProcessEnv;
}

const compileCache = path.join(tmpdir(), 'wayleave-compile-cache');

/** One process of one version. */
export class Pod implements Endpoint {
  readonly port: number;
  readonly gone: AbortSignal;
  readonly #healthPort: number;
  readonly #process: WatchedProcess;

  private constructor({ part, version, env }: PodOptions, port: number, healthPort: number) {
    this.port = port;
    this.#healthPort = healthPort;
    this.#process = run(part, version, {
      ...env,
      ...(part === 'operator' ? {} : { WAYLEAVE_LISTEN: `127.0.0.1:${port}` }),
      WAYLEAVE_HEALTH_LISTEN: `127.0.0.1:${healthPort}`,
    });
    const gone = new AbortController();
    this.gone = gone.signal;
    void this.#process.ended.then(() => gone.abort());
  }

  /** The operator's comes after its init container, which migrates. */
  static async start(options: PodOptions): Promise<Pod> {
    if (options.part === 'operator') await migrate(options);
    return new Pod(options, await freePort(), await freePort());
  }

  /** The version that it says it is. */
  async version(): Promise<string> {
    const page = await (await fetch(`http://127.0.0.1:${this.#healthPort}/metrics`)).text();
    return /wayleave_build_info\{[^}]*version="([^"]*)"/.exec(page)?.[1] ?? '';
  }

  async isReady(): Promise<boolean> {
    try {
      return (await fetch(`http://127.0.0.1:${this.#healthPort}/readyz`)).ok;
    } catch (error) {
      // Refused or cut: it is not there yet, or not any more.
      if (error instanceof TypeError) return false;
      throw error;
    }
  }

  /** @throws Error with the end of its log when it ends first, or in vain */
  async until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
    const asked = async (): Promise<boolean> => {
      if (this.gone.aborted) throw new Error('it ended');
      return holds();
    };
    try {
      await waitUntil(what, asked, { timeoutMs: 90_000, intervalMs: 50 });
    } catch (cause) {
      throw new Error(`a pod is not ${what}; the end of its log:\n${this.log()}`, { cause });
    }
  }

  /** SIGTERM; resolves when it is gone. @throws Error unless it ended in order */
  async terminate(): Promise<void> {
    await this.#process.stop();
    const code = await this.#process.ended;
    if (code !== 0) throw new Error(`a pod ended with ${String(code)}; the end of its log:\n${this.log()}`);
  }

  async kill(): Promise<void> {
    await this.#process.stop('SIGKILL');
  }

  log(): string {
    return this.#process.log().slice(-5000);
  }
}

async function migrate({ version, env }: PodOptions): Promise<void> {
  const init = run('migrate', version, env);
  const code = await init.ended;
  if (code !== 0) throw new Error(`migrating with ${version.name} ended with ${String(code)}: ${init.log()}`);
}

function run(command: string, { folder }: Version, env: NodeJS.ProcessEnv): WatchedProcess {
  return watchProcess({
    file: process.execPath,
    args: [path.join(folder, 'src/main.ts'), command],
    env: { ...process.env, NODE_COMPILE_CACHE: compileCache, ...env },
  });
}
