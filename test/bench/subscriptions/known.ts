import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import type { Measurement } from '../measurement.ts';
import { load, type LoadResult, requestText } from './load.ts';
import { benchToken, type ServerCommand, type ServerKind, type ServerReply } from './server.ts';

export const names = [
  'sub_rps_per_core',
  'sub_p99_ms',
  'sub_rps',
  'sub_rps_per_core_panel_down',
  'sub_p99_ms_panel_down',
  'sub_rss_10k_mib',
  'sub_bare_fastify_rps_per_core',
] as const;

const tokens = 10_000;
const connections = 32;
const warmUpMs = 2000;
const measureMs = 5000;
const serverFile = fileURLToPath(new URL('server.ts', import.meta.url));

/**
 * The subscription service with 10,000 known tokens in turn, first with its source answering, then with it failing, beside
 * a bare fastify route on the same machine in the same minute. "Per core" is requests by CPU seconds of the server's own
 * process, so that it does not depend on what else the machine does.
 */
export async function measure(): Promise<Record<string, Measurement>> {
  const requests = Array.from({ length: tokens }, (_, index) => requestText(`/sub/${benchToken(index)}`));
  const bare = await withServer('bare', (server) => measureServer(server, [requestText('/sub/bare')]));
  return withServer('service', async (server) => {
    const warm = await measureServer(server, requests);
    await ask(server.child, { ask: 'fail' });
    // Longer than entries are fresh, so that the measured answers are stale ones.
    await load({ port: server.port, connections: 1, durationMs: 10_500, requestAt: () => requests[0] ?? '' });
    const stale = await measureServer(server, requests);
    return {
      sub_rps_per_core: { value: Math.round(warm.perCore), unit: 'requests/s', target: '>= 20000' },
      sub_p99_ms: { value: round(warm.p99), unit: 'ms', target: '< 10' },
      sub_rps: { value: Math.round(warm.perSecond), unit: 'requests/s' },
      sub_rps_per_core_panel_down: { value: Math.round(stale.perCore), unit: 'requests/s', target: '>= 20000' },
      sub_p99_ms_panel_down: { value: round(stale.p99), unit: 'ms', target: '< 10' },
      sub_rss_10k_mib: { value: Math.round(warm.residentBytes / 1024 / 1024), unit: 'MiB' },
      sub_bare_fastify_rps_per_core: { value: Math.round(bare.perCore), unit: 'requests/s' },
    };
  });
}

interface RunningServer {
  readonly child: ChildProcess;
  readonly port: number;
}

interface Measured extends LoadResult {
  readonly perCore: number;
  readonly perSecond: number;
  readonly residentBytes: number;
}

async function measureServer({ child, port }: RunningServer, requests: readonly string[]): Promise<Measured> {
  // Until every token was seen, however busy the machine: in an outage the others rightly get 503.
  const requestAt = (number: number): string => requests[number % requests.length] ?? '';
  for (let seen = 0; seen < requests.length;) {
    seen += (await load({ port, connections, durationMs: warmUpMs, requestAt, offset: seen })).requests;
  }
  const before = await askCpu(child);
  const result = await load({ port, connections, durationMs: measureMs, requestAt });
  const after = await askCpu(child);
  if (result.refused > 0) throw new Error(`${result.refused} of ${result.requests} answers were not 200`);
  return {
    ...result,
    perCore: result.requests / ((after.cpuMicros - before.cpuMicros) / 1e6),
    perSecond: result.requests / result.seconds,
    residentBytes: after.residentBytes,
  };
}

async function withServer<T>(kind: ServerKind, use: (server: RunningServer) => Promise<T>): Promise<T> {
  const child = fork(serverFile, [kind, String(tokens)]);
  try {
    const [ready] = (await once(child, 'message')) as [ServerReply];
    if (!('port' in ready)) throw new Error('the server did not say its port');
    return await use({ child, port: ready.port });
  } finally {
    child.disconnect();
    if (child.exitCode === null) await once(child, 'exit');
  }
}

async function ask(child: ChildProcess, command: ServerCommand): Promise<ServerReply> {
  child.send(command);
  const [reply] = (await once(child, 'message')) as [ServerReply];
  return reply;
}

async function askCpu(child: ChildProcess) {
  const reply = await ask(child, { ask: 'cpu' });
  if (!('cpuMicros' in reply)) throw new Error('the server did not say its CPU time');
  return reply;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
