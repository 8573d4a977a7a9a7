import type { Failpoint } from './failpoints.ts';
import type { Registry } from 'prom-client';
import type { VPNPanel, VPNPanelSpec, VPNPlan, VPNSubscription } from '../api/index.ts';
import type { Clock, Random } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import {
  Controller,
  keyOf,
  WorkQueue,
  type EventRecorder,
  type KubeClient,
  type LeaderElector,
  type Outcome,
  type Reflector,
} from '../kube/index.ts';
import type { PanelConnection, PanelDriver, WriteGate } from '../panels/driver.ts';
import { PanelError } from '../panels/errors.ts';
import {
  installationId,
  loadSubscriptions,
  markPanelRemoved,
  usageBaselines,
  usageTotals,
  type Store,
} from '../store/index.ts';
import { Book } from './book.ts';
import { watchForSetBack } from './clock-watch.ts';
import type { OperatorMetrics } from './metrics.ts';
import { readConnection } from './panel/connection.ts';
import { PanelDirectory } from './panel/directory.ts';
import { PanelIdentities } from './panel/identities.ts';
import { PanelLoops } from './panel/loops.ts';
import { measuredDriver } from './panel/measured-driver.ts';
import { PanelReconciler } from './panel/reconciler.ts';
import { revokeWholePanel } from './panel/revoke-all.ts';
import { PlanReconciler } from './plan/reconciler.ts';
import { SubscriptionRecords, usageOf } from './subscription/records.ts';
import { ConnectionSecrets } from './subscription/connection-secret.ts';
import { SubscriptionReconciler } from './subscription/reconciler.ts';
import { TokenKeySource } from './token-keys.ts';
import { WallClockTimer } from './wall-clock-timer.ts';

export interface Reflectors {
  readonly panels: Reflector<VPNPanel>;
  readonly plans: Reflector<VPNPlan>;
  readonly subscriptions: Reflector<VPNSubscription>;
}

/** `Object.values` would forget their types. */
export function allOf({
  panels,
  plans,
  subscriptions,
}: Reflectors): readonly Pick<Reflector<VPNPanel>, 'synced' | 'run'>[] {
  return [panels, plans, subscriptions];
}

export interface LeaderOptions {
  readonly client: KubeClient;
  readonly store: Store;
  readonly openPanel: (connection: PanelConnection, driver: VPNPanelSpec['driver']) => PanelDriver;
  readonly log: Log;
  readonly clock: Clock;
  readonly random: Random;
  readonly registry: Registry;
  readonly metrics: OperatorMetrics;
  readonly namespace: string;
  /** Undefined: all namespaces. */
  readonly watchNamespace?: string;
  readonly publicUrl: string;
  readonly failpoint: Failpoint;
  readonly reflectors: Reflectors;
  readonly elector: LeaderElector;
  readonly events: EventRecorder;
}

type Queues = Readonly<Record<'panels' | 'plans' | 'subscriptions', WorkQueue>>;

/**
 * Everything that only the leader does, from becoming leader to ceasing to be.
 *
 * @param signal aborts when leadership ends; what is under way is finished or meets its deadline, then this resolves
 */
export async function lead(options: LeaderOptions, signal: AbortSignal): Promise<void> {
  const { client, store, clock, log, reflectors, registry, metrics, events, failpoint, random } = options;
  const startedMs = clock.monotonic();
  const book = new Book();
  const directory = new PanelDirectory();
  const queue = (name: string): WorkQueue => new WorkQueue({ name, clock, random, metrics: registry });
  const queues: Queues = {
    panels: queue('vpnpanel'),
    plans: queue('vpnplan'),
    subscriptions: queue('vpnsubscription'),
  };
  const [installation] = await Promise.all([installationId(store), load(store, book, options.watchNamespace)]);
  await Promise.all(allOf(reflectors).map((reflector) => reflector.synced(signal)));
  log.info(
    { tookMs: Math.round(clock.monotonic() - startedMs), subscriptions: reflectors.subscriptions.cache.size },
    'took over what Postgres and the cluster hold',
  );
  const keySource = new TokenKeySource({ client, store, namespace: options.namespace, clock });
  const tokenKeys = (): ReturnType<TokenKeySource['get']> => keySource.get();
  const records = new SubscriptionRecords(store, book, tokenKeys, clock, (key) => {
    subscriptionChanged(key);
  });
  const timer = new WallClockTimer(clock, (key) => {
    queues.subscriptions.add(key);
  });
  const enqueueNamespace = (namespace: string): void => {
    for (const it of reflectors.subscriptions.cache.byIndex('namespace', namespace))
      queues.subscriptions.add(keyOf(it), { priority: 'low' });
  };
  const subscriptions = new SubscriptionReconciler({
    client,
    subscriptions: reflectors.subscriptions.cache,
    plans: reflectors.plans.cache,
    directory,
    book,
    records,
    timer,
    connectionSecrets: new ConnectionSecrets({ client, records, tokenKeys, clock, publicUrl: options.publicUrl }),
    events,
    clock,
    log,
    failpoint,
  });
  function subscriptionChanged(key: string): void {
    subscriptions.invalidate(key);
    queues.subscriptions.add(key);
  }
  const loops = new PanelLoops({
    client,
    store,
    panels: reflectors.panels.cache,
    book,
    records,
    identities: new PanelIdentities(),
    openDriver: (connection, driver) =>
      measuredDriver(options.openPanel(connection, driver), clock, (call, seconds, code) => {
        metrics.panels.called(connection.name, call, seconds, code);
      }),
    installationId: installation,
    gate: gateOf(options.elector, signal),
    leadingSinceMs: startedMs,
    events,
    clock,
    random,
    log,
    failpoint,
    hasResource: (key) => reflectors.subscriptions.cache.get(key) !== undefined,
    panelChanged: (key) => {
      queues.panels.add(key);
    },
    subscriptionChanged,
    leadership: signal,
    placementChanged: (namespace) => {
      directory.bump(namespace);
      enqueueNamespace(namespace);
    },
    driftFound: (panel, clients) => {
      metrics.panels.driftFound(panel, clients);
    },
    driftRepaired: (panel, clients) => {
      metrics.panels.driftRepaired(panel, clients);
    },
  });
  const panels = new PanelReconciler({
    client,
    panels: reflectors.panels.cache,
    directory,
    book,
    startLoop: (key) => loops.start(key),
    stopLoop: (key) => loops.stop(key),
    revokeAll: (handle, reason) => revokeWholePanel(records, book, handle, reason),
    removeRecord: async (panelId) => {
      for (const left of await markPanelRemoved(store, panelId)) book.forgetPanel(left.subscriptionId, panelId);
    },
    readSecret: (panel) => readConnection(client, panel, installation),
    placementChanged: enqueueNamespace,
    events,
    clock,
  });
  const plans = new PlanReconciler({ client, plans: reflectors.plans.cache, panels: reflectors.panels.cache, clock });
  const unwatch: (() => void)[] = [];
  metrics.observe({ book, directory, subscriptions: reflectors.subscriptions.cache });
  const run = (
    name: string,
    work: WorkQueue,
    concurrency: number,
    reconcile: (key: string) => Outcome | Promise<Outcome>,
  ): Promise<void> =>
    new Controller({ name, queue: work, concurrency, reconcile, log, clock, metrics: registry }).run(signal);
  try {
    // Panels first: to a subscription, a panel that is not there yet would look deselected.
    for (const panel of reflectors.panels.cache.values()) {
      if (signal.aborted) return;
      try {
        await panels.reconcile(keyOf(panel));
      } catch (thrown) {
        // Its controller tries again; one bad panel must not keep the others waiting.
        log.warn({ err: thrown, panel: keyOf(panel) }, 'a panel could not be taken over yet');
      }
    }
    unwatch.push(
      ...watch(reflectors, queues),
      watchForSetBack(clock, () => {
        for (const key of reflectors.subscriptions.cache.keys()) queues.subscriptions.add(key, { priority: 'low' });
      }),
    );
    await Promise.all([
      run('vpnpanel', queues.panels, 8, (key) => panels.reconcile(key)),
      run('vpnplan', queues.plans, 2, (key) => plans.reconcile(key)),
      run('vpnsubscription', queues.subscriptions, 64, (key) => subscriptions.reconcile(key)),
    ]);
  } finally {
    metrics.observe(undefined);
    for (const end of unwatch) end();
    timer.stop();
    await loops.stopAll();
  }
}

/** Everything that Postgres knows, before the first reconcile asks for it. */
async function load(store: Store, book: Book, namespace: string | undefined): Promise<void> {
  const ours = namespace === undefined ? {} : { namespaces: [namespace] };
  for await (const record of loadSubscriptions(store, ours)) book.put(record);
  const [totals, baselines] = await Promise.all([usageTotals(store), usageBaselines(store)]);
  for (const [id, total] of totals) book.setUsage(id, usageOf(total, baselines.get(id)));
}

/** A Lease does not fence: a write starts only if the lease outlives the longest that it can take. */
function gateOf(elector: LeaderElector, leadership: AbortSignal): WriteGate {
  return {
    admit(deadlineMs) {
      if (!leadership.aborted && elector.outlives(deadlineMs)) return;
      throw new PanelError(
        'PANEL_WRITE_FENCED',
        'the lease may end before this write does: it is left to the next leader',
        {
          retry: 'later',
        },
      );
    },
  };
}

function watch(reflectors: Reflectors, queues: Queues): readonly (() => void)[] {
  return [
    reflectors.panels.onChange(({ key, object, previous, initial }) => {
      queues.panels.add(key, { priority: initial ? 'low' : 'normal' });
      if (previous?.status !== undefined && isSameReadiness(previous, object)) return;
      for (const plan of reflectors.plans.cache.byIndex('namespace', object.metadata.namespace ?? ''))
        queues.plans.add(keyOf(plan));
    }),
    reflectors.plans.onChange(({ key, object, previous, initial }) => {
      queues.plans.add(key, { priority: initial ? 'low' : 'normal' });
      if (initial || previous?.metadata.generation === object.metadata.generation) return;
      for (const subscription of reflectors.subscriptions.cache.byIndex('plan', key)) {
        queues.subscriptions.add(keyOf(subscription), { priority: 'low' });
      }
    }),
    reflectors.subscriptions.onChange(({ key, initial }) => {
      queues.subscriptions.add(key, { priority: initial ? 'low' : 'normal' });
    }),
  ];
}

/** As far as a plan looks at a panel. */
function isSameReadiness(a: VPNPanel, b: VPNPanel): boolean {
  return readinessOf(a) === readinessOf(b);
}

function readinessOf({ metadata, spec, status }: VPNPanel): string {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const full = spec.capacity?.maxClients !== undefined && (status?.clients?.managed ?? 0) >= spec.capacity.maxClients;
  return JSON.stringify([
    metadata.labels,
    metadata.deletionTimestamp !== undefined,
    spec.scheduling,
    ready?.status,
    ready?.reason,
    full,
  ]);
}
