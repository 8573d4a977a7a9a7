import type { Registry } from 'prom-client';
import type { VPNPlan, VPNShop } from '../../api/index.ts';
import type { Log } from '../../base/log.ts';
import { Controller, keyOf, WorkQueue, type Change, type Reflector } from '../../kube/index.ts';
import { ShopReconciler, type ShopReconcilerOptions } from './reconciler.ts';

export interface ShopControllerOptions extends Omit<ShopReconcilerOptions, 'shops' | 'plans'> {
  /** With an index `namespace`; the caller runs it. */
  readonly shops: Reflector<VPNShop>;
  /** The caller runs it. */
  readonly plans: Reflector<VPNPlan>;
  readonly log: Log;
  readonly registry: Registry;
}

export interface ShopController {
  /** Whether every shop that there was at the start has been looked at once: what can run here, runs. */
  readonly hasLookedAtAll: boolean;
  /** Reconciles shops until `signal` aborts, then stops all of them and resolves. */
  run(signal: AbortSignal): Promise<void>;
  /**
   * Has a shop looked at again at once: for whoever learns of something that its status shows, such as that this replica
   * may write it now, or that refunds were resumed.
   */
  wake(key: string): void;
}

const firstRetryMs = 1_000;
/** Not longer than an untroubled shop waits, or trouble would delay the rotation of a Secret. */
const longestRetryMs = 60_000;
const shopsAtATime = 4;

/** Wires the reconciler of shops; nothing runs before `run`. */
export function createShopController(options: ShopControllerOptions): ShopController {
  const { shops, plans, runner, clock, random, log, registry } = options;
  const name = 'vpnshop';
  const delays = { baseDelayMs: firstRetryMs, maxDelayMs: longestRetryMs };
  const queue = new WorkQueue({ name, clock, random, metrics: registry, ...delays });
  const reconciler = new ShopReconciler({ ...options, shops: shops.cache, plans: plans.cache });
  let unseen: Set<string> | undefined;
  const controller = new Controller({
    name,
    queue,
    concurrency: shopsAtATime,
    async reconcile(key) {
      try {
        return await reconciler.reconcile(key);
      } finally {
        unseen?.delete(key);
      }
    },
    log,
    clock,
    metrics: registry,
  });
  const watch = (): readonly (() => void)[] => [
    shops.onChange((change) => {
      if (isOnlyStatus(change)) return;
      queue.add(change.key);
      // Another one may be the oldest of the namespace now.
      for (const shop of shops.cache.byIndex('namespace', change.object.metadata.namespace ?? '')) {
        queue.add(keyOf(shop));
      }
    }),
    plans.onChange(({ object: { metadata } }) => {
      for (const shop of shops.cache.byIndex('namespace', metadata.namespace ?? '')) {
        if (shop.spec.trial?.plan === metadata.name) queue.add(keyOf(shop));
      }
    }),
  ];
  return {
    get hasLookedAtAll() {
      return unseen?.size === 0;
    },
    async run(signal) {
      if (!(await haveSynced([shops, plans], signal))) return;
      unseen = new Set(shops.cache.keys());
      const unwatch = watch();
      try {
        await controller.run(signal);
      } finally {
        for (const end of unwatch) end();
        await Promise.all(Array.from(shops.cache.keys(), (key) => runner.stop(key)));
      }
    },
    wake: (key) => {
      queue.add(key);
    },
  };
}

/** False when the signal aborts first: being told to stop is no error. */
async function haveSynced(
  reflectors: readonly Pick<Reflector<VPNShop>, 'synced'>[],
  signal: AbortSignal,
): Promise<boolean> {
  try {
    await Promise.all(reflectors.map((reflector) => reflector.synced(signal)));
    return true;
  } catch (thrown) {
    if (signal.aborted) return false;
    throw thrown;
  }
}

/** Our own writes come back as changes, and must not have Telegram asked again. */
function isOnlyStatus({ type, object, previous }: Change<VPNShop>): boolean {
  return type === 'updated' && previous?.metadata.generation === object.metadata.generation;
}
