import type { Registry } from 'prom-client';
import type { Clock, Random } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { EventRecorder, KubeClient } from '../../kube/index.ts';
import type { Store, TokenKeys } from '../../store/index.ts';
import type { ProjectionFailpoint } from '../failpoints.ts';
import { ProjectionMetrics } from './metrics.ts';
import { Patrol } from './patrol.ts';
import { Projector } from './projector.ts';
import { EntitlementTimers } from './timers.ts';
import { ProjectionWorker } from './worker.ts';

export interface ProjectionOptions {
  readonly client: KubeClient;
  readonly store: Store;
  /** @throws StoreError while the key of addresses is missing */
  readonly tokenKeys: () => Promise<TokenKeys>;
  /** The caller flushes it. */
  readonly events: EventRecorder;
  /** Undefined: all namespaces. */
  readonly watchNamespace: string | undefined;
  readonly log: Log;
  readonly clock: Clock;
  readonly random: Random;
  readonly registry: Registry;
  readonly failpoint: (name: ProjectionFailpoint) => Promise<void> | void;
  /** Subscriptions that are carried at a time, instead of 16. */
  readonly concurrency?: number;
  /** Instead of five minutes. */
  readonly sweepEveryMs?: number;
}

export interface ProjectionService {
  /** Runs until the signal aborts and what is in hand is done. Never rejects. */
  run(signal: AbortSignal): Promise<void>;
  /** There may be work in the outbox: for whoever listens for it. */
  ring(): void;
}

const defaultConcurrency = 16;

/** Wires everything between the ledger and the cluster; nothing runs before `run`. Any number of replicas may run it. */
export function createProjection(options: ProjectionOptions): ProjectionService {
  const { watchNamespace: namespace, concurrency = defaultConcurrency } = options;
  const metrics = new ProjectionMetrics(options.registry);
  const projector = new Projector(options);
  const worker = new ProjectionWorker({ ...options, namespace, concurrency, projector, metrics });
  const patrol = new Patrol({ ...options, namespace, metrics });
  const timers = new EntitlementTimers({ ...options, metrics });
  return {
    run: async (signal) => {
      await Promise.all([worker.run(signal), patrol.run(signal), timers.run(signal)]);
    },
    ring: () => {
      worker.ring();
    },
  };
}
