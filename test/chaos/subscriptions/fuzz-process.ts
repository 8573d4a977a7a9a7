import { Registry } from 'prom-client';

import { systemClock } from '../../../src/base/clock.ts';
import { openStore } from '../../../src/store/index.ts';
import { serveFromStore } from '../../../src/subscriptions/index.ts';
import { createLogger } from '../../../src/telemetry/logger.ts';

export type FuzzedReply =
  | { readonly port: number }
  | { readonly metrics: string; readonly residentMib: number; readonly cpuSeconds: number };

const unlimited = { perSecond: 1e9, burst: 1e9 };

/**
 * The subscription service in a process of its own, so that a crash is the death of a process and its output is all that
 * it says. As production runs it but for limits: nobody is turned away, and nothing is given up for being slow, so that
 * every failure is a fault.
 */
async function serve(databaseUrl: string, send: (reply: FuzzedReply) => void): Promise<void> {
  const log = createLogger({ level: 'debug', pretty: false });
  const store = await openStore({ databaseUrl, role: 'subscriptions', log, applicationName: 'subscriptions' });
  const registry = new Registry();
  const service = await serveFromStore({
    store,
    databaseUrl,
    clock: systemClock,
    random: Math.random,
    log,
    registry,
    listen: { host: '127.0.0.1', port: 0 },
    // Whoever connects is a proxy, so that what is forged is also read.
    trustedProxies: ['127.0.0.1'],
    profile: { title: 'VPN', updateIntervalHours: 12 },
    limits: { perAddress: unlimited, perToken: unlimited, sourceTimeoutMs: 60_000, sourceReadings: 100_000 },
  });
  void service.run(new AbortController().signal);
  process.on('message', () => {
    void registry.metrics().then((metrics) => {
      const { user, system } = process.cpuUsage();
      const residentMib = process.memoryUsage().rss / 1024 / 1024;
      send({ metrics, residentMib, cpuSeconds: (user + system) / 1e6 });
    });
  });
  send({ port: service.address.port });
}

if (process.send !== undefined) {
  // Never outlives its parent.
  process.on('disconnect', () => process.exit(0));
  await serve(process.argv[2] ?? '', (reply) => process.send?.(reply));
}
