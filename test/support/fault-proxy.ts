import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Agent, createServer, request as httpsRequest, type RequestOptions } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { loadKubeConfig } from '../../src/kube/credentials.ts';
import { createAuthority } from './certificates.ts';
import { writeKubeconfig } from './control-plane-files.ts';
import { copyWithFault, type LineFault } from './fault-stream.ts';

export type Fault =
  | LineFault
  /** The connection is cut before any answer; the request never reaches the API server. */
  | { readonly kind: 'reset' }
  /** The request reaches the API server, the connection is cut instead of its answer. */
  | { readonly kind: 'reset-after' }
  /** Never an answer, and the connection stays open. */
  | { readonly kind: 'stall' }
  /** An answer of the proxy instead of the API server's; a Status unless `body` says otherwise. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly reason?: string;
      readonly retryAfterSeconds?: number;
      readonly body?: string;
    };

export interface ProxiedRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly isWatch: boolean;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface FaultRule {
  readonly on: (request: ProxiedRequest) => boolean;
  readonly fault: Fault;
  /** How many requests it hits; 1 by default. */
  readonly times?: number;
}

export interface FaultProxy {
  readonly url: string;
  /** A kubeconfig that leads through the proxy, with the rights of the one it was made from. */
  readonly kubeconfig: string;
  /** Every request so far, also those that a fault answered. */
  readonly requests: readonly ProxiedRequest[];
  /** How many connections were accepted so far. */
  readonly connections: number;
  /** The first rule that fits a request hits it and is used up; the returned function withdraws the rule. */
  inject(rule: FaultRule): () => void;
  /** How many injected hits are still to come. */
  readonly pending: number;
  /** Cuts all connections now (RST). */
  cut(): void;
  /** From now on all connections hang, old and new ones, as behind a dead router; `thaw` cuts the old ones. */
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
}

/**
 * A TLS-terminating proxy before a real API server that breaks what it is told to break.
 *
 * It authenticates to the API server as the given kubeconfig does; who talks to the proxy needs no credentials.
 */
export async function startFaultProxy(options: {
  /** The kubeconfig of the real API server. */
  readonly kubeconfig: string;
  /** Where the proxy's own kubeconfig is written. */
  readonly directory: string;
}): Promise<FaultProxy> {
  const config = await loadKubeConfig(options.kubeconfig);
  const upstream: RequestOptions = {};
  await config.applyToHTTPSOptions(upstream);
  const server = config.getCurrentCluster()?.server;
  if (server === undefined) {
    throw new TypeError(`${options.kubeconfig} names no cluster`);
  }
  const authority = createAuthority('fault-proxy-authority');
  const identity = authority.issue({ commonName: 'fault-proxy', hosts: ['127.0.0.1'], usages: ['server'] });
  const user = authority.issue({ commonName: 'proxied', usages: ['client'] });
  const proxy = new RunningFaultProxy(new URL(server), upstream);
  const url = await proxy.listen(identity.certificate, identity.key);
  const kubeconfig = path.join(options.directory, `fault-proxy-${new URL(url).port}.kubeconfig`);
  await writeKubeconfig(kubeconfig, { url, ca: authority.certificate, ...user });
  return proxy.handle(url, kubeconfig);
}

interface LiveRule {
  readonly rule: FaultRule;
  left: number;
}

class RunningFaultProxy {
  readonly #target: URL;
  readonly #authorization: Readonly<Record<string, string>>;
  readonly #agent: Agent;
  readonly #requests: ProxiedRequest[] = [];
  /**
   * TCP sockets by the client's port: a reset has to be an RST of TCP, and the TLS socket on top cannot send one.
   */
  readonly #sockets = new Map<number, Socket>();
  #rules: LiveRule[] = [];
  #accepted = 0;
  #frozen = false;
  #server: ReturnType<typeof createServer> | undefined;

  constructor(target: URL, upstream: RequestOptions) {
    this.#target = target;
    this.#authorization = upstream.headers as Record<string, string>;
    this.#agent = new Agent({
      keepAlive: true,
      ca: upstream.ca,
      cert: upstream.cert,
      key: upstream.key,
    });
  }

  async listen(cert: string, key: string): Promise<string> {
    const server = createServer({ cert, key }, (request, response) => {
      void this.#serve(request, response);
    });
    server.on('connection', (socket: Socket) => {
      const port = socket.remotePort ?? 0;
      this.#accepted += 1;
      this.#sockets.set(port, socket);
      // Broken connections are what we are here for.
      socket.on('error', () => undefined);
      socket.on('close', () => this.#sockets.delete(port));
    });
    server.on('tlsClientError', () => undefined);
    this.#server = server;
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  handle(url: string, kubeconfig: string): FaultProxy {
    const accepted = (): number => this.#accepted;
    const pending = (): number => this.#rules.reduce((sum, { left }) => sum + left, 0);
    return {
      url,
      kubeconfig,
      requests: this.#requests,
      get connections() {
        return accepted();
      },
      get pending() {
        return pending();
      },
      inject: (rule) => this.#inject(rule),
      cut: () => {
        this.#cut();
      },
      freeze: () => {
        this.#frozen = true;
      },
      thaw: () => {
        this.#frozen = false;
        this.#cut();
      },
      stop: () => this.#stop(),
    };
  }

  #inject(rule: FaultRule): () => void {
    const live = { rule, left: rule.times ?? 1 };
    this.#rules.push(live);
    return () => {
      this.#rules = this.#rules.filter((it) => it !== live);
    };
  }

  #cut(): void {
    for (const socket of this.#sockets.values()) {
      socket.resetAndDestroy();
    }
  }

  #cutOne(incoming: IncomingMessage): void {
    this.#sockets.get(incoming.socket.remotePort ?? 0)?.resetAndDestroy();
  }

  async #stop(): Promise<void> {
    const server = this.#server;
    if (server !== undefined) {
      const closed = once(server, 'close');
      server.close();
      this.#cut();
      await closed;
    }
    this.#agent.destroy();
  }

  #faultFor(request: ProxiedRequest): Fault | undefined {
    if (this.#frozen) {
      return { kind: 'stall' };
    }
    const live = this.#rules.find(({ rule }) => rule.on(request));
    if (live === undefined) {
      return undefined;
    }
    live.left -= 1;
    if (live.left === 0) {
      this.#rules = this.#rules.filter((it) => it !== live);
    }
    return live.rule.fault;
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = describe(incoming);
    this.#requests.push(request);
    const fault = this.#faultFor(request);
    try {
      if (fault === undefined || 'afterLines' in fault) {
        await this.#forward(incoming, response, fault);
      } else {
        await this.#answer(incoming, response, fault);
      }
    } catch {
      // Either side hung up. The other one must not believe in a complete answer.
      this.#cutOne(incoming);
    }
  }

  async #answer(incoming: IncomingMessage, response: ServerResponse, fault: Exclude<Fault, LineFault>): Promise<void> {
    switch (fault.kind) {
      case 'reset':
        this.#cutOne(incoming);
        return;
      case 'reset-after':
        (await this.#ask(incoming, response)).resume();
        this.#cutOne(incoming);
        return;
      case 'stall':
        return;
      case 'status': {
        incoming.resume();
        const { status, reason = 'Injected', retryAfterSeconds } = fault;
        const body = { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, code: status, message: 'injected' };
        const headers = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
        response.writeHead(status, { 'content-type': 'application/json', ...headers });
        response.end(fault.body ?? JSON.stringify(body));
      }
    }
  }

  async #forward(incoming: IncomingMessage, response: ServerResponse, fault: LineFault | undefined): Promise<void> {
    const answer = await this.#ask(incoming, response);
    const headers = { ...answer.headers };
    delete headers['content-length'];
    response.writeHead(answer.statusCode ?? 502, headers);
    response.flushHeaders();
    if (fault !== undefined) {
      await copyWithFault(answer, response, fault, () => {
        this.#cutOne(incoming);
      });
      return;
    }
    for await (const chunk of answer) {
      if (this.#frozen) {
        return;
      }
      if (!response.write(chunk)) {
        await writableAgain(response);
      }
    }
    response.end();
  }

  async #ask(incoming: IncomingMessage, response: ServerResponse): Promise<IncomingMessage> {
    const headers = { ...incoming.headers, ...this.#authorization, host: this.#target.host };
    const outgoing = httpsRequest(new URL(incoming.url ?? '/', this.#target), {
      agent: this.#agent,
      method: incoming.method,
      headers,
    });
    response.on('close', () => outgoing.destroy());
    const answered = once(outgoing, 'response') as Promise<[IncomingMessage]>;
    await Promise.all([pipeline(incoming, outgoing), answered]);
    const [answer] = await answered;
    return answer;
  }
}

/** Resolves also when the client is gone: what is written then goes nowhere, and the copying ends with the source. */
function writableAgain(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      response.off('drain', settle);
      response.off('close', settle);
      resolve();
    };
    response.on('drain', settle);
    response.on('close', settle);
  });
}

function describe(incoming: IncomingMessage): ProxiedRequest {
  const url = new URL(incoming.url ?? '/', 'https://proxy');
  return {
    method: incoming.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    isWatch: url.searchParams.get('watch') === 'true',
    headers: incoming.headers,
  };
}
