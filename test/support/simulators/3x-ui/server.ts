import { createServer as createPlainServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { Socket } from 'node:net';
import {
  DatabaseError,
  HandlerPanic,
  loginFirst,
  redirect,
  refused,
  ServiceError,
  status,
  texts,
  type Answer,
} from './answers.ts';
import { BindError } from './binding.ts';
import type { Access } from './access.ts';
import type { Fault, FaultBook } from './faults.ts';
import type { Panel } from './panel.ts';
import { pretending } from './pretence.ts';
import type { LoggedRequest, RequestLog } from './request-log.ts';
import { matchRoute, type Match, type PanelRequest, type Route } from './route.ts';

export interface Site {
  readonly panel: Panel;
  readonly access: Access;
  readonly routes: readonly Route[];
  readonly faults: FaultBook;
  readonly log: RequestLog;
  /** Begins and ends with a slash. */
  readonly basePath: string;
  /** Panel clock minus the simulator's, as the `Date` header shows it. */
  readonly skewMs: () => number;
  readonly tls?: { readonly cert: string; readonly key: string };
  /** After each request that may have changed something. */
  readonly onChange: () => void;
}

interface Outcome {
  readonly answer: Answer;
  readonly cookie?: string;
}

const LOGIN_PAGE = '<!DOCTYPE html>\n<html><head><title>Login</title></head><body><div id="app"></div></body></html>\n';

/** The panel's web server, which can also be taken off the air and put back on the same port. */
export class PanelServer {
  readonly #site: Site;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #port: number;

  constructor(site: Site, port: number) {
    this.#site = site;
    this.#port = port;
  }

  get port(): number {
    return this.#port;
  }

  async listen(): Promise<void> {
    const answer = (request: IncomingMessage, response: ServerResponse): void => {
      this.#answer(request, response).catch((error: unknown) => {
        response.destroy(error instanceof Error ? error : new Error(String(error)));
      });
    };
    const { tls } = this.#site;
    const server = tls === undefined ? createPlainServer(answer) : createTlsServer(tls, answer);
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    server.listen(this.#port, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the simulator has no TCP port');
    this.#port = address.port;
    this.#server = server;
  }

  /** Ends every connection and refuses new ones. */
  async close(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    const closed = once(server, 'close');
    server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async #answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { panel, faults, log } = this.#site;
    const { method = 'GET' } = incoming;
    const url = new URL(incoming.url ?? '/', 'http://panel');
    const { path, match } = this.#find(method, url.pathname);
    const body = await readBody(incoming);
    const logged: LoggedRequest = {
      method,
      path,
      query: url.search.slice(1),
      body,
      isWrite: match?.route.isWrite === true,
      atMs: panel.clock.now(),
    };
    const finish = log.begin(logged);
    const request: PanelRequest = {
      method,
      path,
      params: decodeAll(match?.params ?? {}),
      query: url.searchParams,
      headers: incoming.headers,
      contentType: incoming.headers['content-type'] ?? '',
      body,
      remoteAddress: incoming.socket.remoteAddress ?? '',
    };
    const fault = faults.take(method, path);
    const act = (): Promise<Outcome> => this.#act(match?.route, request, url.pathname);
    try {
      const outcome = await withFault(fault, act, () => pretending(panel, act));
      if (logged.isWrite) this.#site.onChange();
      if (outcome === 'cut') incoming.socket.destroy();
      else if (outcome !== 'hang') this.#send(response, incoming, outcome, fault?.kind === 'reset', logged);
    } finally {
      finish();
    }
  }

  /** The path after the base path and its route; outside the base path there is none. */
  #find(method: string, pathname: string): { readonly path: string; readonly match: Match | undefined } {
    const { panel, routes, basePath } = this.#site;
    if (!pathname.startsWith(basePath)) return { path: pathname, match: undefined };
    const path = pathname.slice(basePath.length);
    return { path, match: matchRoute(routes, panel.version, method, path) };
  }

  async #act(route: Route | undefined, request: PanelRequest, pathname: string): Promise<Outcome> {
    const { panel, access, basePath } = this.#site;
    const special = this.#entrance(request, pathname, route);
    if (special !== undefined) return special;
    if (route === undefined) return { answer: status(404) };
    const refusal = access.check(route, request);
    if (refusal !== undefined) return { answer: refusal };
    if (request.path === 'login') return login(access, request);
    if (request.path === 'logout') return access.logout();
    if (request.path === 'csrf-token') return access.csrf(request);
    if (request.path === '') return { answer: page(LOGIN_PAGE) };
    if (request.path === 'panel/') return { answer: page(`<!DOCTYPE html><title>3x-ui</title>${basePath}`) };
    const handle = async (): Promise<Answer> => handleErrors(route, () => route.handle(request));
    const isGuarded = route.isWrite === true && panel.version.generation === 4;
    return { answer: await (isGuarded ? panel.writes.run(handle) : handle()) };
  }

  /** What happens before routing: the base path without its slash, and pages that send a stranger to the login. */
  #entrance(request: PanelRequest, pathname: string, route: Route | undefined): Outcome | undefined {
    const { access, basePath } = this.#site;
    if (basePath !== '/' && `${pathname}/` === basePath) return { answer: redirect(301, basePath) };
    const isPage = route?.pattern === 'panel/' || route?.pattern.startsWith('panel/setting/') === true;
    if (!isPage || access.session(request)?.loggedIn === true) return undefined;
    return { answer: loginFirst(request.headers['x-requested-with'] === 'XMLHttpRequest', basePath) };
  }

  #send(
    response: ServerResponse,
    incoming: IncomingMessage,
    outcome: Outcome,
    isCut: boolean,
    logged: LoggedRequest,
  ): void {
    const { answer, cookie } = outcome;
    const text = answer.kind === 'envelope' ? envelopeText(answer) : (answer.body ?? '');
    const code = answer.kind === 'envelope' ? 200 : answer.status;
    logged.status = code;
    const isPacked = text.length > 1024 && (incoming.headers['accept-encoding'] ?? '').includes('gzip');
    // As quick as it gets: packing megabytes must not take longer here than the whole answer of a real panel.
    const payload = isPacked ? gzipSync(text, { level: 1 }) : Buffer.from(text);
    response.setHeader('Date', new Date(this.#site.panel.clock.now() + this.#site.skewMs()).toUTCString());
    if (answer.kind === 'envelope') response.setHeader('Content-Type', 'application/json; charset=utf-8');
    else for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
    if (cookie !== undefined) response.setHeader('Set-Cookie', cookie);
    if (isPacked) response.setHeader('Content-Encoding', 'gzip');
    response.setHeader('Content-Length', payload.length);
    response.writeHead(code);
    if (!isCut) {
      response.end(payload);
      return;
    }
    response.write(payload.subarray(0, Math.floor(payload.length / 2)), () => {
      incoming.socket.resetAndDestroy();
    });
  }
}

function login(access: Access, request: PanelRequest): Outcome {
  try {
    return access.login(request);
  } catch (error) {
    if (error instanceof BindError) return { answer: refused('The Input data format is invalid.', '') };
    throw error;
  }
}

/** Go escapes these in JSON texts; a client that compares bytes would notice. */
function envelopeText({ success, msg, obj }: Answer & { readonly kind: 'envelope' }): string {
  return JSON.stringify({ success, msg, obj }).replaceAll(/[<>&]/g, (character) => {
    return `\\u00${character.charCodeAt(0).toString(16)}`;
  });
}

function page(body: string): Answer {
  return { kind: 'raw', status: 200, body, headers: { 'content-type': 'text/html; charset=utf-8' } };
}

async function handleErrors(route: Route, action: () => Promise<Answer> | Answer): Promise<Answer> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof HandlerPanic) return status(500);
    if (error instanceof BindError) return refused(route.unreadable ?? texts.wrong, error.message);
    if (error instanceof ServiceError || error instanceof DatabaseError) return refused(texts.wrong, error.message);
    throw error;
  }
}

/** Carries out a request as a fault wants it: with or without effect, with this or that answer, or none. */
async function withFault(
  fault: Fault | undefined,
  act: () => Promise<Outcome>,
  pretend: () => Promise<Outcome>,
): Promise<Outcome | 'cut' | 'hang'> {
  const json = { 'content-type': 'application/json; charset=utf-8' };
  switch (fault?.kind) {
    case undefined:
    case 'reset':
      return act();
    case 'refuse':
      return 'cut';
    case 'hang':
      if (fault.commit === true) await act();
      return 'hang';
    case 'status':
      if (fault.commit === true) await act();
      return { answer: status(fault.status) };
    case 'slow':
      await sleep(fault.delayMs);
      return act();
    case 'lie':
      return pretend();
    case 'html':
      return { answer: page('<html><body><h1>502 Bad Gateway</h1><hr>nginx</body></html>') };
    case 'body':
      return { answer: { kind: 'raw', status: fault.status ?? 200, body: fault.body, headers: json } };
    case 'wrongTypes':
      return { answer: { kind: 'raw', status: 200, body: '{"success":"yes","msg":7,"obj":"nothing"}', headers: json } };
    case 'truncated': {
      const { answer } = await act();
      const text = answer.kind === 'envelope' ? envelopeText(answer) : (answer.body ?? '');
      const body = text.slice(0, Math.ceil(text.length / 2));
      return { answer: { kind: 'raw', status: 200, body, headers: json } };
    }
  }
}

function decodeAll(params: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, decodeURIComponent(value)]));
}

async function readBody(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
