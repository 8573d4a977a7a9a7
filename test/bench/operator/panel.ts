import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { DriftOrder, DriftRepairs } from './make-drift.ts';
import type { PanelQuestion, PanelReady, PanelSettings, PanelStats } from './panel-process.ts';

const processFile = fileURLToPath(new URL('panel-process.ts', import.meta.url));

type Reply = { readonly id: number } & ({ readonly reply: unknown } | { readonly error: string });

/** A simulated 3x-ui that runs in a process of its own. */
export class BenchPanel {
  readonly name: string;
  readonly url: string;
  readonly token: string;
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (reply: Reply) => void>();
  #questions = 0;

  private constructor(name: string, child: ChildProcess, { url, token }: PanelReady) {
    this.name = name;
    this.url = url;
    this.token = token;
    this.#child = child;
    child.on('message', (reply: Reply) => {
      this.#waiting.get(reply.id)?.(reply);
      this.#waiting.delete(reply.id);
    });
    child.once('exit', () => {
      for (const [id, settle] of this.#waiting) settle({ id, error: 'its process ended' });
    });
  }

  static async start(name: string, settings: PanelSettings): Promise<BenchPanel> {
    const child = fork(processFile, [JSON.stringify(settings)]);
    const ended = once(child, 'exit').then(() => {
      throw new Error(`the process of panel ${name} ended before it was ready`);
    });
    const [ready] = (await Promise.race([once(child, 'message'), ended])) as [PanelReady];
    ended.catch(() => undefined);
    return new BenchPanel(name, child, ready);
  }

  async stats(): Promise<PanelStats> {
    return (await this.#ask({ ask: 'stats' })) as PanelStats;
  }

  async drift(order: DriftOrder): Promise<DriftRepairs> {
    return (await this.#ask({ ask: 'drift', ...order })) as DriftRepairs;
  }

  async stop(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, 'exit');
  }

  async #ask(question: PanelQuestion): Promise<unknown> {
    const id = (this.#questions += 1);
    const answered = new Promise<Reply>((resolve) => this.#waiting.set(id, resolve));
    this.#child.send({ id, question });
    const reply = await answered;
    if ('error' in reply) throw new Error(`panel ${this.name}: ${reply.error}`);
    return reply.reply;
  }
}
