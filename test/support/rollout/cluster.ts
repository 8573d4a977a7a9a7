import { inject } from 'vitest';
import { createShopWorld, type ShopWorld } from '../shop-world/shop-world.ts';
import type { World } from '../world/world.ts';
import { Deployment } from './deployment.ts';
import { Endpoints } from './endpoints.ts';
import { startIngress } from './ingress.ts';
import type { Version } from './next-version.ts';
import type { Part } from './pod.ts';
import { startService } from './service.ts';
import { WebhookWatch } from './webhook-watch.ts';

/** How long balancers send requests to somebody who is not ready any more. */
const lagMs = 1000;
/** How long that one answers them: the lag, the time until balancers begin to notice, and a busy machine. */
const drainDelay = '3s';

/** A shop whose parts run as two processes each, behind what stands before them in production. */
export interface Cluster {
  readonly shop: ShopWorld;
  readonly deployments: Readonly<Record<Part, Deployment>>;
  /** Where phones ask. */
  readonly subscriptionsUrl: string;
  readonly webhooks: WebhookWatch;
  end(): Promise<void>;
}

export async function openCluster(version: Version): Promise<Cluster> {
  const endpoints = {
    operator: new Endpoints({ lagMs }),
    bot: new Endpoints({ lagMs }),
    subscriptions: new Endpoints({ lagMs }),
  };
  const webhooks = new WebhookWatch();
  const service = await startService(endpoints.subscriptions);
  const ingress = await startIngress({ endpoints: endpoints.bot, onAnswer: webhooks.see });
  const deploy = async (part: Part, world: World, env: NodeJS.ProcessEnv = {}): Promise<Deployment> => {
    const all = { ...environmentOf(world, service.url), ...env };
    const deployment = new Deployment({ part, env: all, endpoints: endpoints[part] });
    await deployment.start(version);
    return deployment;
  };
  const operator = Promise.withResolvers<Deployment>();
  const shop = await createShopWorld({ updates: 'Webhook', webhookUrl: ingress.url }, (world) => {
    operator.resolve(deploy('operator', world));
  });
  webhooks.follow(shop.owner);
  const [bot, subscriptions] = await Promise.all([
    deploy('bot', shop.world, { WAYLEAVE_TELEGRAM_API_URL: shop.telegram.apiUrl }),
    deploy('subscriptions', shop.world),
  ]);
  const deployments = { operator: await operator.promise, bot, subscriptions };
  return {
    shop,
    deployments,
    subscriptionsUrl: service.url,
    webhooks,
    async end() {
      await Promise.all(Object.values(deployments).map((one) => one.end()));
      await ingress.stop();
      await service.stop();
      await shop.end();
    },
  };
}

/** What every part is told. */
export function environmentOf({ databaseUrl, namespace }: World, publicUrl: string): NodeJS.ProcessEnv {
  return {
    DATABASE_URL: databaseUrl,
    KUBECONFIG: inject('kubeconfig'),
    WAYLEAVE_NAMESPACE: namespace,
    WAYLEAVE_WATCH_NAMESPACE: namespace,
    WAYLEAVE_PUBLIC_URL: publicUrl,
    WAYLEAVE_TRUSTED_PROXIES: '127.0.0.1',
    WAYLEAVE_DRAIN_DELAY: drainDelay,
    WAYLEAVE_LOG_FORMAT: 'json',
  };
}
