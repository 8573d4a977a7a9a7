import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';

import { silentLog } from '../base/log.ts';
import { type Check, type HealthServer, startHealthServer } from './health-server.ts';
import { createMetrics } from './metrics.ts';

const running: HealthServer[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
});

async function start(livez: readonly Check[] = [], readyz: readonly Check[] = []) {
  const registry = createMetrics({ version: '1.2.3', command: 'operator' });
  const server = await startHealthServer({
    host: '127.0.0.1',
    port: 0,
    livez: () => livez,
    readyz: () => readyz,
    registry,
    log: silentLog,
  });
  running.push(server);
  return { server, base: `http://127.0.0.1:${server.address.port}` };
}

describe('the health server', () => {
  it('tells life from readiness, check by check', async () => {
    const { base } = await start(
      [{ name: 'event-loop', ok: true }],
      [
        { name: 'caches', ok: true },
        { name: 'database', ok: false, message: 'postgres://wayleave:hunter@db refused' },
      ],
    );
    const live = await fetch(`${base}/healthz`);
    expect([live.status, await live.text()]).toEqual([200, '[+] event-loop ok\n']);
    const ready = await fetch(`${base}/readyz`);
    expect([ready.status, await ready.text()]).toEqual([
      503,
      '[+] caches ok\n[-] database failed: postgres://[masked]@db refused\n',
    ]);
  });

  it('serves the metrics of its own registry', async () => {
    const { base } = await start();
    const response = await fetch(`${base}/metrics?x=1`);
    const text = await response.text();
    expect(response.headers.get('content-type')).toContain('text/plain');
    expect(text).toContain('wayleave_build_info{version="1.2.3",command="operator"');
    expect(text).toContain('process_cpu_user_seconds_total');
  });

  it('knows nothing else', async () => {
    const { base } = await start();
    expect((await fetch(`${base}/`)).status).toBe(404);
    expect((await fetch(`${base}/healthz`, { method: 'POST' })).status).toBe(405);
    const head = await fetch(`${base}/healthz`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  it('refuses oversized headers', async () => {
    const { base } = await start();
    const response = await fetch(`${base}/healthz`, { headers: { 'x-large': 'a'.repeat(9000) } });
    expect(response.status).toBe(431);
  });

  it('stops although somebody holds a connection', async () => {
    const { server } = await start();
    const socket = connect(server.address.port, '127.0.0.1');
    await new Promise((resolve) => socket.once('connect', resolve));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => undefined);
    await server.stop();
    await closed;
    expect(socket.destroyed).toBe(true);
    running.splice(0);
  });

  it('says so when the port is taken', async () => {
    const { server } = await start();
    const again = startHealthServer({
      host: '127.0.0.1',
      port: server.address.port,
      livez: () => [],
      readyz: () => [],
      registry: createMetrics({ version: '1', command: 'x' }),
      log: silentLog,
    });
    await expect(again).rejects.toMatchObject({ code: 'HEALTH_LISTEN_FAILED' });
  });
});
