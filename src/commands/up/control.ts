import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer, request, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeError } from '../../base/errors.ts';

export type PanelOrder = 'stop' | 'start';

const socketName = 'socket';
/** unix(7) has room for 107 bytes, BSD and macOS for 103. */
const longestSocketPath = 100;

/** The panels as orders see them. */
export interface PanelSwitches {
  readonly names: readonly string[];
  /** Resolves to one sentence about the new state. */
  order(order: PanelOrder, panel: string): Promise<string>;
}

/**
 * Takes orders from `wayleave up panel …` in another terminal. A Unix socket in a folder of mode 0700, so that neither
 * another user nor a web page can reach it.
 */
export class ControlServer {
  readonly socket: string;
  readonly #folder: string;
  readonly #server: Server;

  private constructor(folder: string, socket: string, server: Server) {
    this.#folder = folder;
    this.socket = socket;
    this.#server = server;
  }

  /** @param wanted a folder of its own; what a killed run left in it is removed */
  static async start(panels: PanelSwitches, wanted: string): Promise<ControlServer> {
    const folder = await privateFolder(wanted);
    const socket = join(folder, socketName);
    const server = createServer((incoming, answer) => {
      void obey(panels, incoming.method ?? '', incoming.url ?? '').then(({ status, text }) => {
        answer.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(text);
      });
    });
    server.listen(socket);
    await once(server, 'listening');
    return new ControlServer(folder, socket, server);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** Where the wanted folder lies too deep for a socket, one among the temporary files. */
async function privateFolder(wanted: string): Promise<string> {
  if (Buffer.byteLength(join(wanted, socketName)) > longestSocketPath) return mkdtemp(join(tmpdir(), 'wayleave-'));
  await rm(wanted, { recursive: true, force: true });
  await mkdir(wanted, { mode: 0o700 });
  return wanted;
}

async function obey(panels: PanelSwitches, method: string, path: string): Promise<{ status: number; text: string }> {
  const [, name, order] = /^\/panels\/([a-z0-9-]+)\/(stop|start)$/.exec(path) ?? [];
  if (method !== 'POST' || name === undefined || order === undefined) return { status: 404, text: 'no such order' };
  if (!panels.names.includes(name)) {
    return { status: 404, text: `there is no demo panel ${name}: the demo panels are ${panels.names.join(', ')}` };
  }
  try {
    return { status: 200, text: await panels.order(order as PanelOrder, name) };
  } catch (error) {
    return { status: 500, text: describeError(error) };
  }
}

/** Gives one order. @returns what the running `up` says about it, and whether it was done */
export function sendOrder(socket: string, order: PanelOrder, panel: string): Promise<{ ok: boolean; text: string }> {
  return new Promise((resolve, reject) => {
    const path = `/panels/${encodeURIComponent(panel)}/${order}`;
    const outgoing = request({ socketPath: socket, method: 'POST', path }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.once('error', reject);
      answer.once('end', () => {
        resolve({ ok: answer.statusCode === 200, text: Buffer.concat(chunks).toString() });
      });
    });
    outgoing.once('error', reject);
    outgoing.end();
  });
}
