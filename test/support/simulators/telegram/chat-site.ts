import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import type { Acts } from './acts.ts';
import { ApiError } from './api-error.ts';
import type { Calls } from './calls.ts';
import { ChatApi } from './chat-api.ts';
import { LiveEvents } from './live-events.ts';
import type { Services } from './method.ts';
import { readBytes } from './request-body.ts';

const PAGE_FOLDER = path.join(import.meta.dirname, 'page');

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

/** The chat page, and what it asks for. */
export class ChatSite {
  readonly #services: Services;
  readonly #api: ChatApi;
  readonly #events: LiveEvents;

  constructor(services: Services, acts: Acts, calls: Calls) {
    this.#services = services;
    this.#api = new ChatApi(services, acts, calls);
    this.#events = new LiveEvents(services.backend);
  }

  close(): void {
    this.#events.close();
  }

  /** @returns false when the address is not of the page */
  answer = async (incoming: IncomingMessage, response: ServerResponse, url: URL): Promise<boolean> => {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    const [, apiPath] = /^\/chat-api\/(.+)$/.exec(url.pathname) ?? [];
    if (apiPath === undefined) return this.#sendPage(response, url.pathname);
    if (!isOwnPage(incoming)) {
      sendJson(response, 403, { error: 'only the chat page itself may ask' });
    } else if (apiPath === 'events') {
      this.#events.open(response);
    } else if (apiPath.startsWith('files/')) {
      this.#sendFile(response, apiPath.slice('files/'.length));
    } else {
      await this.#call(incoming, response, apiPath);
    }
    return true;
  };

  async #call(incoming: IncomingMessage, response: ServerResponse, apiPath: string): Promise<void> {
    try {
      if (incoming.method !== 'POST') {
        sendJson(response, 200, this.#api.read(apiPath));
        return;
      }
      const body = JSON.parse((await readBytes(incoming)).toString()) as Record<string, unknown>;
      sendJson(response, 200, (await this.#api.act(apiPath, body)) ?? {});
    } catch (error) {
      if (!(error instanceof ApiError) && !(error instanceof SyntaxError)) throw error;
      sendJson(response, error instanceof ApiError ? error.status : 400, { error: error.message });
    }
  }

  async #sendPage(response: ServerResponse, pathname: string): Promise<boolean> {
    const name =
      pathname === '/' || pathname === '/chat' ? 'index.html' : (/^\/page\/([\w-]+\.\w+)$/.exec(pathname)?.[1] ?? '');
    const type = TYPES[path.extname(name)];
    if (type === undefined) return false;
    const content = await readFile(path.join(PAGE_FOLDER, name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (content === undefined) return false;
    response.writeHead(200, { 'content-type': type });
    response.end(content);
    return true;
  }

  #sendFile(response: ServerResponse, id: string): void {
    const file = this.#services.backend.state.files[id];
    if (file === undefined) {
      sendJson(response, 404, { error: 'there is no such file' });
      return;
    }
    response.writeHead(200, { 'content-type': file.contentType, 'cache-control': 'max-age=86400' });
    response.end(Buffer.from(file.base64, 'base64'));
  }
}

/** Other sites in the same browser can reach the loopback too; they carry their own origin or a name of their own. */
function isOwnPage({ headers }: IncomingMessage): boolean {
  const { host = '', origin } = headers;
  const isLoopback = /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(host);
  return isLoopback && (origin === undefined || origin === `http://${host}`);
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
