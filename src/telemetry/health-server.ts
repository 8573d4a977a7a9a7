import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';

import { WayleaveError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { maskText } from '../base/mask.ts';

/** One thing that has to be well. `message` says what is wrong, for a person with `kubectl`. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly message?: string;
}

export interface HealthServerOptions {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** Whether the process is worth keeping. Never depends on anything outside it: a restart mends no database. */
  readonly livez: () => readonly Check[];
  /** Whether it can do its work now. Never depends on a panel. */
  readonly readyz: () => readonly Check[];
  readonly registry: Registry;
  readonly log: Log;
}

export interface HealthServer {
  readonly address: AddressInfo;
  stop(): Promise<void>;
}

export class HealthServerError extends WayleaveError<'HEALTH_LISTEN_FAILED'> {}

/**
 * Serves `/healthz`, `/readyz` and `/metrics` to the kubelet and to Prometheus, on a port that customers do not reach.
 *
 * @throws HealthServerError HEALTH_LISTEN_FAILED
 */
export async function startHealthServer(options: HealthServerOptions): Promise<HealthServer> {
  const server = createServer(
    { maxHeaderSize: 8192, headersTimeout: 5000, requestTimeout: 10_000, keepAliveTimeout: 10_000 },
    (request, response) => {
      answer(request, response, options).catch((error: unknown) => {
        options.log.error({ error, path: request.url }, 'a health or metrics request failed');
        response.destroy();
      });
    },
  );
  server.maxConnections = 100;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      const where = `${options.host}:${options.port}`;
      const message = `cannot serve health and metrics on ${where}`;
      reject(new HealthServerError('HEALTH_LISTEN_FAILED', message, { retry: 'never', cause }));
    });
    server.listen(options.port, options.host, resolve);
  });
  return {
    address: server.address() as AddressInfo,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        // Probes and scrapes may be cut: whoever asks will ask again.
        server.closeAllConnections();
      }),
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, options: HealthServerOptions): Promise<void> {
  const { registry, livez, readyz } = options;
  if (request.method !== 'GET' && request.method !== 'HEAD') return send(response, 405, 'method not allowed\n');
  switch (request.url?.split('?', 1)[0]) {
    case '/healthz':
      return sendChecks(response, livez());
    case '/readyz':
      return sendChecks(response, readyz());
    case '/metrics':
      return send(response, 200, await registry.metrics(), registry.contentType);
    default:
      return send(response, 404, 'not found\n');
  }
}

function sendChecks(response: ServerResponse, checks: readonly Check[]): void {
  const lines = checks.map(({ name, ok, message }) => {
    const detail = message === undefined ? '' : `: ${maskText(message)}`;
    return `[${ok ? '+' : '-'}] ${name} ${ok ? 'ok' : 'failed'}${detail}\n`;
  });
  send(response, checks.every((check) => check.ok) ? 200 : 503, lines.join('') || 'ok\n');
}

function send(response: ServerResponse, status: number, body: string, contentType = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(body);
}
