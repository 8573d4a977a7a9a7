import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { sleep, systemClock } from '../../base/clock.ts';

/**
 * Ports that stay the same from run to run, so that a subscription address on a phone goes on working: the remembered one,
 * else the preferred one, else whatever is free.
 */
export class PortBook {
  readonly #file: string;
  readonly #ports: Map<string, number>;
  readonly #moved: { name: string; from: number; to: number }[] = [];

  readonly #patienceMs: number;

  private constructor(file: string, ports: Map<string, number>, patienceMs: number) {
    this.#file = file;
    this.#ports = ports;
    this.#patienceMs = patienceMs;
  }

  /** @param options.patienceMs how long to wait for a remembered port that is taken: by what a killed run left, perhaps */
  static async open(file: string, { patienceMs = 0 }: { readonly patienceMs?: number } = {}): Promise<PortBook> {
    let remembered: [string, number][] = [];
    try {
      remembered = Object.entries(JSON.parse(await readFile(file, 'utf8')) as Record<string, number>);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    return new PortBook(file, new Map(remembered), patienceMs);
  }

  /** A loopback port that was free a moment ago. Two names never get the same one. */
  async claim(name: string, preferred: number): Promise<number> {
    const remembered = this.#ports.get(name);
    const wanted = remembered ?? preferred;
    if (remembered !== undefined) await this.#awaitFree(remembered);
    const others = new Set([...this.#ports].filter(([other]) => other !== name).map(([, port]) => port));
    let port = others.has(wanted) || !(await isFree(wanted)) ? 0 : wanted;
    while (port === 0 || others.has(port)) port = await anyFreePort();
    if (remembered !== undefined && remembered !== port) this.#moved.push({ name, from: remembered, to: port });
    this.#ports.set(name, port);
    await writeFile(this.#file, JSON.stringify(Object.fromEntries(this.#ports), null, 2));
    return port;
  }

  async #awaitFree(port: number): Promise<void> {
    const deadline = systemClock.monotonic() + this.#patienceMs;
    while (systemClock.monotonic() < deadline && !(await isFree(port))) await sleep(systemClock, 100);
  }

  /** Ports of earlier runs that somebody else holds now. */
  get moved(): readonly { readonly name: string; readonly from: number; readonly to: number }[] {
    return this.#moved;
  }
}

async function isFree(port: number): Promise<boolean> {
  return (await listenOnce(port)) !== undefined;
}

async function anyFreePort(): Promise<number> {
  const port = await listenOnce(0);
  if (port === undefined) throw new Error('the system has no free loopback port');
  return port;
}

/** The port that was listened on and released, or undefined when it is taken or forbidden. */
function listenOnce(port: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(undefined);
      else reject(error);
    });
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address();
      server.close(() => {
        resolve(typeof address === 'object' && address !== null ? address.port : undefined);
      });
    });
  });
}
