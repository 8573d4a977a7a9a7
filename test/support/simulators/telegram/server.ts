import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { ApiError } from './api-error.ts';
import { failure, type Calls, type Reply } from './calls.ts';
import type { Files } from './files.ts';
import { parseParams, readBytes } from './request-body.ts';

/** Serves what is not the Bot API; false when there is no such address. */
export type Site = (incoming: IncomingMessage, response: ServerResponse, url: URL) => Promise<boolean>;

/** The web server at which the bot, and the browser of whoever plays, knock. It listens on the loopback only. */
export class TelegramServer {
  readonly #token: string;
  readonly #calls: Calls;
  readonly #files: Files;
  readonly #site: Site;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  constructor(parts: { readonly token: string; readonly calls: Calls; readonly files: Files; readonly site: Site }) {
    this.#token = parts.token;
    this.#calls = parts.calls;
    this.#files = parts.files;
    this.#site = parts.site;
    this.#server = createServer((incoming, response) => {
      this.#answer(incoming, response).catch((error: unknown) => {
        response.destroy(error instanceof Error ? error : new Error(String(error)));
      });
    });
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  /** @param port 0: any that is free @returns the port */
  async listen(port: number): Promise<number> {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the simulator has no TCP port');
    return address.port;
  }

  /** Ends every connection and refuses new ones. */
  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async #answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(incoming.url ?? '/', 'http://telegram');
    const [, file, token, rest] = /^\/(file\/)?bot([^/]+)\/(.+)$/.exec(decodeURIComponent(url.pathname)) ?? [];
    if (token === undefined || rest === undefined) {
      if (!(await this.#site(incoming, response, url))) send(response, failure(new ApiError(404, 'Not Found')));
    } else if (token !== this.#token) {
      send(response, failure(new ApiError(401, 'Unauthorized')));
    } else if (file !== undefined) {
      this.#sendFile(response, rest);
    } else {
      await this.#call(rest, incoming, response, url);
    }
  }

  async #call(method: string, incoming: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const gone = new AbortController();
    response.once('close', () => {
      gone.abort();
    });
    try {
      const body = await readBytes(incoming);
      const params = parseParams(url.searchParams, incoming.headers['content-type'] ?? '', body);
      const reply = await this.#calls.make(method, params, gone.signal);
      if (reply?.isCut === true) incoming.socket.resetAndDestroy();
      else if (reply !== undefined) send(response, reply);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      send(response, failure(error));
    }
  }

  #sendFile(response: ServerResponse, path: string): void {
    const row = this.#files.byPath(path);
    if (row === undefined) {
      send(response, failure(new ApiError(404, 'Not Found')));
      return;
    }
    response.writeHead(200, { 'content-type': row.contentType });
    response.end(Buffer.from(row.base64, 'base64'));
  }
}

function send(response: ServerResponse, { status, body }: Reply): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
