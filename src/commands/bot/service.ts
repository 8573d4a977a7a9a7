import type { Registry } from 'prom-client';
import {
  annotations,
  vpnPanels,
  vpnPlans,
  vpnShops,
  type VPNPanel,
  type VPNPlan,
  type VPNShop,
} from '../../api/index.ts';
import { type Clock, type Random, untilAborted } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { Tracer } from '../../base/trace.ts';
import { BotCounters } from '../../bot/metrics.ts';
import { NoticeMetrics } from '../../bot/notices/metrics.ts';
import { loadTexts } from '../../bot/texts.ts';
import { createProjection } from '../../controllers/projection/projection.ts';
import { createShopController } from '../../controllers/shop/controller.ts';
import { TokenKeySource } from '../../controllers/token-keys.ts';
import { EventRecorder, LeaderElector, Reflector, type KubeClient, type KubeObject } from '../../kube/index.ts';
import { PaymentMetrics } from '../../payments/metrics.ts';
import { listenForChanges, listenForWork, saveShopRendering, type Store } from '../../store/index.ts';
import type { Check } from '../../telemetry/health-server.ts';
import type { Service } from '../service.ts';
import type { ListenAddress } from '../value-kinds.ts';
import { Doorbell } from './doorbell.ts';
import { botLeaseName } from './lease-names.ts';
import type { BotParts } from './parts.ts';
import { ShopBots } from './shop-runner.ts';
import { standForElection } from './stand-for-election.ts';
import { UnprovisionedGauge } from './unprovisioned.ts';
import { WebhookServer } from './webhook-server.ts';
import { runWorkers } from './workers.ts';

export interface BotServiceOptions {
  readonly client: KubeClient;
  readonly store: Store;
  /** A direct one: notifications do not pass a pooler. */
  readonly listenDatabaseUrl: string;
  readonly log: Log;
  readonly clock: Clock;
  readonly random: Random;
  readonly registry: Registry;
  /** Our own: Leases and the token key live here. */
  readonly namespace: string;
  /** Undefined: all namespaces. */
  readonly watchNamespace: string | undefined;
  readonly identity: string;
  /** Of this build. */
  readonly version: string;
  readonly publicUrl: string;
  readonly listen: ListenAddress;
  readonly telegramApiUrl: string;
  readonly lease: BotParts['lease'];
  readonly failpoint: (name: string) => void;
  /** Undefined: nobody wants traces. */
  readonly tracer: Tracer | undefined;
}

const overdueToleranceMs = 20_000;

const byNamespace = { namespace: ({ metadata }: KubeObject): string[] => [metadata.namespace ?? ''] };

/** Wires the bot; nothing runs before `run`. */
export function createBotService(options: BotServiceOptions): Service {
  const { client, store, log, clock, random, registry, namespace, watchNamespace, failpoint } = options;
  const common = { client, namespace: watchNamespace, log, clock, random, metrics: registry, indexers: byNamespace };
  const reflectors = {
    shops: new Reflector<VPNShop>({ ...common, resource: vpnShops }),
    plans: new Reflector<VPNPlan>({ ...common, resource: vpnPlans }),
    panels: new Reflector<VPNPanel>({ ...common, resource: vpnPanels }),
  };
  const keys = new TokenKeySource({ client, store, namespace, clock });
  const tokenKeys = (): ReturnType<TokenKeySource['get']> => keys.get();
  const events = new EventRecorder({ client, component: botLeaseName, instance: options.identity, clock, log });
  const webhooks = new WebhookServer();
  const work = new Doorbell();
  const deliveries = new Doorbell();
  const payments = new PaymentMetrics(registry);
  const unprovisioned = new UnprovisionedGauge({ registry, store, clock, log });
  const stopping = new AbortController();
  const parts: BotParts = {
    ...options,
    stopping: stopping.signal,
    ...reflectors,
    metrics: {
      bot: new BotCounters(registry, payments),
      payments,
      notices: new NoticeMetrics(registry),
    },
    texts: loadTexts((message) => {
      log.warn({}, message);
    }),
    webhooks,
    tokenKeys,
    onDelivery: deliveries.listen,
  };
  const elector = new LeaderElector({
    ...options.lease,
    client,
    namespace,
    name: botLeaseName,
    identity: options.identity,
    annotations: () => ({ [annotations.version]: options.version }),
    clock,
    random,
    log,
    metrics: registry,
  });
  const shops = new ShopBots({
    parts,
    bell: work,
  });
  const controller = createShopController({
    client,
    shops: reflectors.shops,
    plans: reflectors.plans,
    runner: shops,
    saveRendering: (shop, rendering) => saveShopRendering(store, shop, rendering),
    events,
    clock,
    random,
    log,
    registry,
    mayWriteStatus: () => elector.isLeader,
    simulatorUrl: isLoopback(options.telegramApiUrl) ? options.telegramApiUrl : undefined,
  });
  const projection = createProjection({
    client,
    store,
    tokenKeys,
    events,
    watchNamespace,
    log,
    clock,
    random,
    registry,
    failpoint,
  });
  work.listen(() => {
    projection.ring();
  }, 'project');

  async function run(signal: AbortSignal, closing: AbortSignal): Promise<void> {
    await webhooks.listen(options.listen);
    const caches = new AbortController();
    const working = new AbortController();
    const caching = Object.values(reflectors).map((reflector) => reflector.run(caches.signal));
    const listening = { databaseUrl: options.listenDatabaseUrl, log, clock, random, signal: working.signal };
    const showLeading = (leadership: AbortSignal): Promise<void> => {
      for (const key of reflectors.shops.cache.keys()) controller.wake(key);
      return untilAborted(leadership);
    };
    const serveWebhooks = async (): Promise<void> => {
      await untilAborted(signal);
      stopping.abort();
      webhooks.drain();
      await untilAborted(closing);
      // Before the shops stop that answer them.
      await webhooks.close();
      working.abort();
    };
    try {
      await Promise.all([
        serveWebhooks(),
        controller.run(working.signal),
        projection.run(working.signal),
        runWorkers({ parts, shops, bell: work, deliveries, unprovisioned }, working.signal),
        standForElection(elector, showLeading, options, signal),
        listenForWork({
          ...listening,
          onRing: (topic) => {
            work.ring(topic);
          },
        }),
        listenForChanges({
          ...listening,
          onChange: () => {
            deliveries.ring();
          },
        }),
      ]);
    } finally {
      await webhooks.close();
      caches.abort();
      await Promise.all(caching);
      await events.flush();
    }
  }

  return {
    run,
    livez: () => [
      elector.overdue(overdueToleranceMs)
        ? { name: 'lease', ok: false, message: 'leads although its lease ran out: it is stuck' }
        : { name: 'lease', ok: true },
    ],
    readyz: () => [
      ...Object.entries(reflectors).map(([name, { hasSynced }]): Check =>
        hasSynced
          ? { name, ok: true }
          : { name, ok: false, message: `${name} were not listed yet: are the custom resource definitions installed?` },
      ),
      // Before, their webhooks would be refused here while another replica takes them.
      controller.hasLookedAtAll
        ? { name: 'shops running', ok: true }
        : { name: 'shops running', ok: false, message: 'not every shop has been looked at yet' },
      webhooks.isListening
        ? { name: 'webhooks', ok: true }
        : { name: 'webhooks', ok: false, message: 'webhooks are not listened for' },
    ],
  };
}

/** Only a simulator is on the same machine. */
function isLoopback(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
}
