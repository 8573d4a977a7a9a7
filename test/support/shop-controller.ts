import { Registry } from 'prom-client';
import { vpnPlans, vpnShops, type VPNPlan, type VPNShop } from '../../src/api/index.ts';
import { systemClock, type Clock } from '../../src/base/clock.ts';
import { silentLog, type Log } from '../../src/base/log.ts';
import { createShopController } from '../../src/controllers/shop/controller.ts';
import { EventRecorder, Reflector, type KubeClient, type KubeObject } from '../../src/kube/index.ts';
import type { ShopRendering } from '../../src/store/index.ts';
import { FakeShopRunner } from './shops.ts';

export interface RunningShops {
  readonly runner: FakeShopRunner;
  /** What the subscription service was last told to show, by namespace and name of the shop. */
  readonly renderings: ReadonlyMap<string, ShopRendering>;
  /** What the controller logged, before anything masks it. */
  readonly logged: readonly string[];
  stop(): Promise<void>;
}

export interface ShopControllerChanges {
  readonly mayWriteStatus?: () => boolean;
  readonly simulatorUrl?: string;
  /** By default one on which a minute passes in six tenths of a second. */
  readonly clock?: Clock;
}

const hurry = 100;
const hurriedClock: Clock = {
  ...systemClock,
  monotonic: () => systemClock.monotonic() * hurry,
  schedule: (delayMs, action) => systemClock.schedule(delayMs / hurry, action),
};

/** One replica's shop controller for a namespace, over a runner that runs nothing. */
export function startShopController(
  client: KubeClient,
  namespace: string,
  { mayWriteStatus = () => true, simulatorUrl, clock = hurriedClock }: ShopControllerChanges = {},
): RunningShops {
  const ending = new AbortController();
  const runner = new FakeShopRunner();
  const logged: string[] = [];
  const renderings = new Map<string, ShopRendering>();
  const registry = new Registry();
  const common = { client, namespace, log: silentLog, clock: systemClock, random: Math.random };
  const indexers = { namespace: ({ metadata }: KubeObject) => [metadata.namespace ?? ''] };
  const shops = new Reflector<VPNShop>({ ...common, resource: vpnShops, indexers });
  const plans = new Reflector<VPNPlan>({ ...common, resource: vpnPlans });
  const events = new EventRecorder({ ...common, component: 'wayleave-bot', instance: 'test' });
  const controller = createShopController({
    client,
    shops,
    plans,
    runner,
    saveRendering: ({ namespace: where, name }, rendering) => {
      renderings.set(`${where}/${name}`, rendering);
      return Promise.resolve();
    },
    mayWriteStatus,
    simulatorUrl,
    events,
    clock,
    random: Math.random,
    log: logInto(logged),
    registry,
  });
  const running = [shops.run(ending.signal), plans.run(ending.signal), controller.run(ending.signal)];
  return {
    runner,
    renderings,
    logged,
    async stop() {
      ending.abort();
      await Promise.all(running);
      await events.flush();
    },
  };
}

function logInto(lines: string[]): Log {
  const note = (fields: object, message: string): void => {
    lines.push(`${message} ${JSON.stringify(fields)}`);
  };
  const log: Log = { debug: note, info: note, warn: note, error: note, child: () => log };
  return log;
}
