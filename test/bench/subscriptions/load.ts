import { connect, type Socket } from 'node:net';

export interface LoadResult {
  readonly requests: number;
  readonly seconds: number;
  /** Milliseconds. */
  readonly p99: number;
  /** Answers other than 200. */
  readonly refused: number;
}

export interface LoadOptions {
  readonly port: number;
  readonly connections: number;
  readonly durationMs: number;
  /** Paths in turn, from `offset` on. */
  readonly paths: readonly string[];
  readonly offset?: number;
}

/**
 * Closed-loop load: each connection has one request under way, as phones do, and no pipelining, which would flatter the
 * server by sharing system calls. Plain sockets, because an HTTP client costs more than the server it measures.
 */
export async function load({ port, connections, durationMs, paths, offset = 0 }: LoadOptions): Promise<LoadResult> {
  const latencies: number[] = [];
  let refused = 0;
  let next = offset;
  const started = performance.now();
  const end = started + durationMs;
  const requests = paths.map((path) =>
    Buffer.from(`GET ${path} HTTP/1.1\r\nhost: sub.example.com\r\nuser-agent: v2rayNG/2.3.5\r\naccept: */*\r\n\r\n`),
  );

  async function drive(): Promise<void> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return new Promise((resolve, reject) => {
      let sentAt = 0;
      const ask = (): void => {
        sentAt = performance.now();
        if (sentAt >= end) {
          socket.destroy();
          resolve();
          return;
        }
        socket.write(requests[next++ % requests.length] ?? '');
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
  const sorted = Float64Array.from(latencies).toSorted();
  return { requests: latencies.length, seconds, p99: sorted[Math.floor(sorted.length * 0.99)] ?? 0, refused };
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
