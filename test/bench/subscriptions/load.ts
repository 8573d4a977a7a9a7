import { connect, type Socket } from 'node:net';

import { quantile } from '../measurement.ts';

export interface LoadResult {
  readonly requests: number;
  readonly seconds: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Answers other than 200. */
  readonly refused: number;
}

export interface LoadOptions {
  readonly port: number;
  readonly connections: number;
  readonly durationMs: number;
  /** Fewer than fit into that time. */
  readonly mostRequests?: number;
  /** The whole text of a request, by its number from `offset` on. */
  readonly requestAt: (number: number) => string;
  readonly offset?: number;
}

/** What an app sends, or a proxy in front of the service for it. */
export function requestText(path: string, headers: Readonly<Record<string, string>> = {}): string {
  const all = { host: 'sub.example.com', 'user-agent': 'v2rayNG/2.3.5', accept: '*/*', ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

/**
 * Closed-loop load: each connection has one request under way, as phones do, and no pipelining, which would flatter the
 * server by sharing system calls. Plain sockets, because an HTTP client costs more than the server it measures.
 */
export async function load(options: LoadOptions): Promise<LoadResult> {
  const { port, connections, durationMs, mostRequests = Number.POSITIVE_INFINITY, requestAt, offset = 0 } = options;
  const latencies: number[] = [];
  let refused = 0;
  let next = offset;
  const started = performance.now();
  const end = started + durationMs;

  async function drive(): Promise<void> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return new Promise((resolve, reject) => {
      let sentAt = 0;
      const ask = (): void => {
        sentAt = performance.now();
        if (sentAt >= end || next - offset >= mostRequests) {
          socket.destroy();
          resolve();
          return;
        }
        socket.write(requestAt(next), 'latin1');
        next += 1;
      };
      onAnswer(socket, (ok) => {
        latencies.push(performance.now() - sentAt);
        if (!ok) refused += 1;
        ask();
      });
      socket.once('error', reject);
      ask();
    });
  }

  await Promise.all(Array.from({ length: connections }, drive));
  const seconds = (performance.now() - started) / 1000;
  const [p50, p99] = [quantile(latencies, 0.5), quantile(latencies, 0.99)];
  return { requests: latencies.length, seconds, p50, p99, refused };
}

/** Splits a stream of answers by their content-length. */
function onAnswer(socket: Socket, answered: (ok: boolean) => void): void {
  let pending = '';
  socket.setEncoding('latin1');
  socket.on('data', (chunk: string) => {
    pending += chunk;
    for (;;) {
      const bodyAt = pending.indexOf('\r\n\r\n') + 4;
      if (bodyAt < 4) return;
      const length = Number(/content-length: (\d+)/i.exec(pending)?.[1]);
      if (pending.length < bodyAt + length) return;
      const ok = pending.startsWith('HTTP/1.1 200');
      pending = pending.slice(bodyAt + length);
      answered(ok);
    }
  });
}
