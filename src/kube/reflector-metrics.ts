import type { Registry } from 'prom-client';
import { counter } from './metrics.ts';

export type ReflectorCount = (what: 'lists' | 'watches' | 'failures') => void;

/** client-go's `reflector_*` counters of one reflector, zero from the start. */
export function reflectorCounters(registry: Registry | undefined, kind: string): ReflectorCount {
  if (registry === undefined) {
    return () => undefined;
  }
  const labels = { name: kind };
  const make = (name: string, help: string): (() => void) => {
    const metric = counter(registry, { name, help, labelNames: ['name'] });
    metric.inc(labels, 0);
    return () => {
      metric.inc(labels);
    };
  };
  const counters = {
    lists: make('reflector_lists_total', 'Lists started by a reflector.'),
    watches: make('reflector_watches_total', 'Watches started by a reflector.'),
    failures: make('reflector_failures_total', 'Lists and watches that failed.'),
  };
  return (what) => {
    counters[what]();
  };
}
