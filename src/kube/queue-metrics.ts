import type { Registry } from 'prom-client';
import { askedGauge, counter, gauge, histogram } from './metrics.ts';

/** `low` for the initial list and for fan-outs: work that must not stand in the way of what just happened. */
export type Priority = 'normal' | 'low';

/** 10 ns to 1,000 s in steps of ten, as client-go has them. */
const decades = Array.from({ length: 12 }, (_, exponent) => Number(`1e${exponent - 8}`));

/** controller-runtime's `workqueue_*` metrics of one queue. Its priorities are numbers: 0 normal, -100 low. */
export class QueueMetrics {
  readonly added: () => void;
  readonly retried: () => void;
  /** By how much the depth of each priority changed. */
  readonly moved: (normal: number, low: number) => void;
  readonly started: (priority: Priority, waitedSeconds: number) => void;
  readonly finished: (workedSeconds: number) => void;

  constructor(registry: Registry, name: string, unfinished: () => readonly number[]) {
    const labels = { name, controller: name };
    const labelNames = ['name', 'controller'] as const;
    const depth = gauge(registry, {
      name: 'workqueue_depth',
      help: 'Current depth of workqueue by workqueue and priority',
      labelNames: [...labelNames, 'priority'],
    });
    const normalDepth = depth.labels({ ...labels, priority: '0' });
    const lowDepth = depth.labels({ ...labels, priority: '-100' });
    normalDepth.set(0);
    lowDepth.set(0);
    const adds = counter(registry, {
      name: 'workqueue_adds_total',
      help: 'Total number of adds handled by workqueue',
      labelNames,
    }).labels(labels);
    const retries = counter(registry, {
      name: 'workqueue_retries_total',
      help: 'Total number of retries handled by workqueue',
      labelNames,
    }).labels(labels);
    adds.inc(0);
    retries.inc(0);
    const time = (metric: string, help: string): { observe(seconds: number): void } => {
      const times = histogram(registry, { name: `workqueue_${metric}`, help, labelNames, buckets: decades });
      times.zero(labels);
      return times.labels(labels);
    };
    const waited = time(
      'queue_duration_seconds',
      'How long in seconds an item stays in workqueue before being requested',
    );
    const worked = time('work_duration_seconds', 'How long in seconds processing an item from workqueue takes.');
    collectUnfinished(registry, labels, unfinished);

    this.added = () => {
      adds.inc();
    };
    this.retried = () => {
      retries.inc();
    };
    this.moved = (normal, low) => {
      if (normal !== 0) {
        normalDepth.inc(normal);
      }
      if (low !== 0) {
        lowDepth.inc(low);
      }
    };
    this.started = (priority, seconds) => {
      (priority === 'normal' ? normalDepth : lowDepth).dec();
      waited.observe(seconds);
    };
    this.finished = (seconds) => {
      worked.observe(seconds);
    };
  }
}

/** Work under way is asked for when somebody scrapes, not counted along. */
function collectUnfinished(
  registry: Registry,
  labels: { name: string; controller: string },
  unfinished: () => readonly number[],
): void {
  const labelNames = ['name', 'controller'] as const;
  const total = askedGauge(registry, {
    name: 'workqueue_unfinished_work_seconds',
    help: 'How many seconds of work has been done that is in progress and has not been observed by work_duration.',
    labelNames,
  });
  const longest = askedGauge(registry, {
    name: 'workqueue_longest_running_processor_seconds',
    help: 'How many seconds has the longest running processor for workqueue been running.',
    labelNames,
  });
  total.sources.push(() => {
    total.set(
      labels,
      unfinished().reduce((sum, seconds) => sum + seconds, 0),
    );
  });
  longest.sources.push(() => {
    longest.set(labels, Math.max(0, ...unfinished()));
  });
}
