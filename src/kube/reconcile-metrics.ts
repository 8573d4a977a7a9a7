import type { Registry } from 'prom-client';
import { counter, gauge, histogram } from './metrics.ts';

/** As controller-runtime has them. */
const buckets = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.25, 1.5, 1.75,
  2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
];

const results = ['success', 'error', 'requeue', 'requeue_after'] as const;

/** controller-runtime's `controller_runtime_*` metrics of one controller, zero from the start. */
export class ReconcileMetrics {
  readonly started: () => void;
  readonly ended: (result: (typeof results)[number], seconds: number) => void;
  readonly failed: (timedOut: boolean) => void;
  readonly terminal: () => void;
  readonly panicked: () => void;

  constructor(registry: Registry, controller: string, concurrency: number) {
    const labels = { controller };
    const labelNames = ['controller'] as const;
    const count = (name: string, help: string): { inc(): void } => {
      const child = counter(registry, { name: `controller_runtime_${name}`, help, labelNames }).labels(labels);
      child.inc(0);
      return child;
    };
    const errors = count('reconcile_errors_total', 'Total number of reconciliation errors per controller');
    const terminals = count(
      'terminal_reconcile_errors_total',
      'Total number of terminal reconciliation errors per controller',
    );
    const panics = count('reconcile_panics_total', 'Total number of reconciliation panics per controller');
    const timeouts = count('reconcile_timeouts_total', 'Total number of reconciliation timeouts per controller');
    const total = counter(registry, {
      name: 'controller_runtime_reconcile_total',
      help: 'Total number of reconciliations per controller',
      labelNames: ['controller', 'result'],
    });
    const byResult = Object.fromEntries(results.map((result) => [result, total.labels({ controller, result })]));
    for (const child of Object.values(byResult)) {
      child.inc(0);
    }
    const times = histogram(registry, {
      name: 'controller_runtime_reconcile_time_seconds',
      help: 'Length of time per reconciliation per controller',
      labelNames,
      buckets,
    });
    times.zero(labels);
    const time = times.labels(labels);
    const active = gauge(registry, {
      name: 'controller_runtime_active_workers',
      help: 'Number of currently used workers per controller',
      labelNames,
    }).labels(labels);
    active.set(0);
    gauge(registry, {
      name: 'controller_runtime_max_concurrent_reconciles',
      help: 'Maximum number of concurrent reconciles per controller',
      labelNames,
    }).set(labels, concurrency);

    this.started = () => {
      active.inc();
    };
    this.ended = (result, seconds) => {
      active.dec();
      byResult[result]?.inc();
      time.observe(seconds);
    };
    this.failed = (timedOut) => {
      errors.inc();
      if (timedOut) {
        timeouts.inc();
      }
    };
    this.terminal = () => {
      terminals.inc();
    };
    this.panicked = () => {
      panics.inc();
    };
  }
}
