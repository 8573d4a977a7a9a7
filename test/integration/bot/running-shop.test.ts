import { Registry } from 'prom-client';
import { inject, afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { vpnShops, type VPNShop } from '../../../src/api/index.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { silentLog } from '../../../src/base/log.ts';
import type { FinishedTrace } from '../../../src/base/trace.ts';
import { createBotService } from '../../../src/commands/bot/service.ts';
import { loadKubeClient, type KubeClient } from '../../../src/kube/index.ts';
import { buys } from '../../support/shop-world/people.ts';
import { createShopWorld, shopName, type ShopWorld } from '../../support/shop-world/shop-world.ts';

const soon = { timeout: 60_000, interval: 100 };

/** What a seller changes takes effect on the shop that runs, without a restart. */
describe('a shop that is changed while it runs', () => {
  let shop: ShopWorld;
  let client: KubeClient;
  let running: Promise<void>;
  const stop = new AbortController();
  const registry = new Registry();
  const traces: FinishedTrace[] = [];

  beforeAll(async () => {
    shop = await createShopWorld();
    await setMethods(['card']);
    client = await loadKubeClient({ kubeconfig: inject('kubeconfig'), log: silentLog, userAgent: 'wayleave-test' });
    const { namespace, databaseUrl } = shop.world;
    const service = createBotService({
      client,
      store: shop.store,
      listenDatabaseUrl: databaseUrl,
      log: silentLog,
      clock: systemClock,
      random: Math.random,
      registry,
      namespace,
      watchNamespace: namespace,
      identity: 'test',
      version: 'test',
      publicUrl: 'http://127.0.0.1:8080',
      listen: { host: '127.0.0.1', port: 0 },
      telegramApiUrl: shop.telegram.apiUrl,
      lease: { leaseDurationMs: 15_000, renewDeadlineMs: 10_000, retryPeriodMs: 500 },
      failpoint: () => undefined,
      tracer: { samples: () => true, record: (trace) => traces.push(trace) },
    });
    running = service.run(stop.signal, stop.signal);
  });
  afterAll(async () => {
    stop.abort();
    await running;
    await client.close();
    await shop.end();
  });

  async function setMethods(enabled: readonly string[]): Promise<void> {
    const { client: admin, namespace } = shop.world;
    const found = await admin.get<VPNShop>(vpnShops, namespace, shopName);
    const methods = found.spec.payments.methods.map((method) => ({
      ...method,
      enabled: enabled.includes(method.name),
    }));
    await shop.world.patch(vpnShops, shopName, { spec: { payments: { methods } } });
  }

  async function jobs(): Promise<string[]> {
    const text = await registry.getSingleMetricAsString('wayleave_job_last_success_timestamp_seconds');
    return [...text.matchAll(/task="([^"]+)"/g)].map(([, name]) => name ?? '');
  }

  it('reads the books of a method that was enabled later, and sells by it', async () => {
    await vi.waitFor(async () => {
      expect(await jobs()).toContain('note-provisioned');
    }, soon);
    expect(await jobs()).not.toContain('reconcile-stars');
    await setMethods(['stars', 'card']);
    await vi.waitFor(async () => {
      expect(await jobs()).toContain('reconcile-stars');
    }, soon);
    const anna = shop.telegram.user({ firstName: 'Anna' });
    await anna.sends('/start');
    await buys(anna);
    await anna.sees(/All 2 servers ready/, { timeoutMs: 60_000 });
    expect(shop.telegram.unknownCalls).toEqual([]);
  });

  it('has a trace of what it sold then, to the panels', async () => {
    await vi.waitFor(() => {
      expect(traces).toHaveLength(1);
    }, soon);
    const [{ spans }] = traces as [FinishedTrace];
    // One panel is enough; the other may come later.
    expect(spans.map(({ name }) => name)).toEqual(expect.arrayContaining(['order', 'pay', 'confirm on panel']));
  });
});
