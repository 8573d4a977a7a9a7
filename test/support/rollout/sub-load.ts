import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

export interface SubLoadOptions {
  readonly url: string;
  /** Phones that keep their connection, and phones that open one for each request. */
  readonly lanes: { readonly kept: number; readonly fresh: number };
  /** What a lane waits between two requests. */
  readonly pauseMs: number;
}

const answerWithinMs = 10_000;

interface Link {
  readonly path: string;
  readonly expected: string;
}

/** Phones that fetch their subscriptions without end. Whatever is not the full list, the first time, has failed. */
export class SubLoad {
  readonly failures: string[] = [];
  asked = 0;
  readonly #options: SubLoadOptions;
  readonly #links: Link[] = [];
  readonly #stop = new AbortController();
  readonly #running: Promise<unknown>;
  #next = 0;

  constructor(options: SubLoadOptions) {
    this.#options = options;
    const { kept, fresh } = options.lanes;
    this.#running = Promise.all([
      ...Array.from({ length: kept }, () => this.#lane(new Agent({ keepAlive: true, maxSockets: 1 }))),
      ...Array.from({ length: fresh }, () => this.#lane(new Agent({ keepAlive: false }))),
    ]);
  }

  /** From now on phones ask for this one too. @param link as its customer got it */
  async add(link: string): Promise<void> {
    const { pathname } = new URL(link);
    const agent = new Agent();
    const expected = await this.#ask(pathname, agent);
    if (!expected.startsWith('200 ')) throw new Error(`${pathname} answered ${expected}`);
    this.#links.push({ path: pathname, expected });
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #lane(agent: Agent): Promise<void> {
    while (!this.#stop.signal.aborted) {
      this.#next += 1;
      const link = this.#links[this.#next % Math.max(1, this.#links.length)];
      if (link !== undefined) await this.#count(link, agent);
      await delay(this.#options.pauseMs);
    }
    agent.destroy();
  }

  async #count({ path, expected }: Link, agent: Agent): Promise<void> {
    this.asked += 1;
    const got = await this.#ask(path, agent).catch((error: unknown) => String(error));
    if (got !== expected) this.failures.push(`${path}: ${got.slice(0, 200)}`);
  }

  /** @returns status and text */
  async #ask(path: string, agent: Agent): Promise<string> {
    // A proxy in front says who asks; they come from everywhere, so no address is asked to slow down.
    const address = Array.from({ length: 4 }, () => 1 + Math.floor(Math.random() * 223)).join('.');
    const asking = request(new URL(path, this.#options.url), {
      agent,
      headers: { 'user-agent': 'v2rayNG/2.3.5', 'x-forwarded-for': address },
      signal: AbortSignal.timeout(answerWithinMs),
    });
    asking.end();
    const [reply] = (await once(asking, 'response')) as [IncomingMessage];
    return `${String(reply.statusCode)} ${await text(reply)}`;
  }
}
