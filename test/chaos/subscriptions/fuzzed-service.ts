import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import type { FuzzedReply } from './fuzz-process.ts';

const processFile = fileURLToPath(new URL('fuzz-process.ts', import.meta.url));

type Figures = Extract<FuzzedReply, { metrics: string }>;

/** The process that is fuzzed, and everything that it says. */
export class FuzzedService {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  #port = 0;
  #said = '';

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#exited = once(child, 'exit').then(() => [{}]);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8');
      stream?.on('data', (text: string) => (this.#said += text));
    }
  }

  static async start(databaseUrl: string): Promise<FuzzedService> {
    const child = fork(processFile, [databaseUrl], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    const service = new FuzzedService(child);
    const [reply] = (await Promise.race([once(child, 'message'), service.#exited])) as [FuzzedReply];
    if (!('port' in reply)) throw new Error(`the service did not say its port: ${service.crash ?? ''}`);
    service.#port = reply.port;
    return service;
  }

  get port(): number {
    return this.#port;
  }

  /** Log and standard error so far. */
  get said(): string {
    return this.#said;
  }

  /** How it ended, if it has. */
  get crash(): string | undefined {
    const { exitCode, signalCode } = this.#child;
    if (exitCode === null && signalCode === null) return undefined;
    return `it ended with ${String(signalCode ?? exitCode)}: ${this.#said.slice(-3000)}`;
  }

  async figures(): Promise<Figures> {
    this.#child.send({});
    const [reply] = (await Promise.race([once(this.#child, 'message'), this.#exited])) as [FuzzedReply];
    if (!('metrics' in reply)) throw new Error(`the service did not say its metrics: ${this.crash ?? ''}`);
    return reply;
  }

  async stop(): Promise<void> {
    if (this.crash !== undefined) return;
    // Everything was said and counted; asked to go by its channel alone, it was once waited for in vain.
    this.#child.kill('SIGKILL');
    await this.#exited;
  }
}
