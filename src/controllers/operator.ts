import type { Failpoint } from './failpoints.ts';
import type { Registry } from 'prom-client';
import {
  annotations,
  vpnPanels,
  vpnPlans,
  vpnSubscriptions,
  type VPNPanel,
  type VPNPanelSpec,
  type VPNPlan,
  type VPNSubscription,
} from '../api/index.ts';
import { sleep, type Clock, type Random } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { EventRecorder, LeaderElector, Reflector, type KubeClient, type KubeObject } from '../kube/index.ts';
import type { PanelConnection, PanelDriver } from '../panels/driver.ts';
import type { Store } from '../store/index.ts';
import { allOf, lead, type Reflectors } from './leader.ts';
import { OperatorMetrics } from './metrics.ts';

export interface OperatorOptions {
  readonly client: KubeClient;
  readonly store: Store;
  readonly openPanel: (connection: PanelConnection, driver: VPNPanelSpec['driver']) => PanelDriver;
  readonly log: Log;
  readonly clock: Clock;
  readonly random: Random;
  readonly registry: Registry;
  /** Our own: the Lease and the token key live here. */
  readonly namespace: string;
  /** Undefined: all namespaces. */
  readonly watchNamespace?: string;
  /** Unique for each start of a process. */
  readonly identity: string;
  /** Of this build, told on the Lease. */
  readonly version: string;
  /** Base of subscription URLs, without a slash at the end. */
  readonly publicUrl: string;
  readonly lease: { readonly durationMs: number; readonly renewDeadlineMs: number; readonly retryPeriodMs: number };
  readonly failpoint: Failpoint;
}

interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly message?: string;
}

export interface Operator {
  /** Runs until the signal aborts; leads whenever it holds the Lease, and keeps its caches warm while it does not. */
  run(signal: AbortSignal): Promise<void>;
  livez(): Check[];
  readyz(): Check[];
}

export const leaseName = 'wayleave-operator';
/** A leader that the clock has overtaken and that did not notice is stuck. */
const overdueToleranceMs = 20_000;
const retryLeadMs = 2000;

const byNamespace = { namespace: ({ metadata }: KubeObject): string[] => [metadata.namespace ?? ''] };

/** Wires the operator; nothing runs before `run`. */
export function createOperator(options: OperatorOptions): Operator {
  const { client, log, clock, random, registry, watchNamespace } = options;
  const common = { client, namespace: watchNamespace, log, clock, random, metrics: registry };
  const reflectors: Reflectors = {
    panels: new Reflector<VPNPanel>({ ...common, resource: vpnPanels, indexers: byNamespace }),
    plans: new Reflector<VPNPlan>({ ...common, resource: vpnPlans, indexers: byNamespace }),
    subscriptions: new Reflector<VPNSubscription>({
      ...common,
      resource: vpnSubscriptions,
      indexers: { ...byNamespace, plan: planOf },
    }),
  };
  const elector = new LeaderElector({
    client,
    namespace: options.namespace,
    name: leaseName,
    identity: options.identity,
    leaseDurationMs: options.lease.durationMs,
    renewDeadlineMs: options.lease.renewDeadlineMs,
    retryPeriodMs: options.lease.retryPeriodMs,
    annotations: () => ({ [annotations.version]: options.version }),
    clock,
    random,
    log,
    metrics: registry,
  });
  const events = new EventRecorder({ client, component: leaseName, instance: options.identity, clock, log });
  const metrics = new OperatorMetrics(registry);
  return {
    async run(signal) {
      const caches = new AbortController();
      const running = allOf(reflectors).map((reflector) => reflector.run(caches.signal));
      try {
        await elector.run(signal, (leadership) =>
          keepLeading(leadership, clock, log, () =>
            lead({ ...options, reflectors, elector, events, metrics }, leadership),
          ),
        );
      } finally {
        caches.abort();
        await Promise.all(running);
        await events.flush();
      }
    },
    livez: () => [
      elector.overdue(overdueToleranceMs)
        ? { name: 'lease', ok: false, message: 'leads although its lease ran out: it is stuck' }
        : { name: 'lease', ok: true },
    ],
    readyz: () =>
      Object.entries(reflectors).map(([name, { hasSynced }]) =>
        hasSynced
          ? { name, ok: true }
          : { name, ok: false, message: `${name} were not listed yet: are the custom resource definitions installed?` },
      ),
  };
}

/** A database or API server that fails while we take over must not end the process: the Lease is ours, so we try again. */
async function keepLeading(
  leadership: AbortSignal,
  clock: Clock,
  log: Log,
  attempt: () => Promise<void>,
): Promise<void> {
  while (!leadership.aborted) {
    try {
      await attempt();
    } catch (thrown) {
      if (leadership.aborted) return;
      log.error({ err: thrown }, 'could not take over; trying again');
      await sleep(clock, retryLeadMs, leadership);
    }
  }
}

function planOf({ metadata, spec }: VPNSubscription): string[] {
  return spec.planRef === undefined ? [] : [`${metadata.namespace ?? ''}/${spec.planRef.name}`];
}
