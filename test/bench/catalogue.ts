import { imageFigures } from './image/figures.ts';
import type { BenchContext, Measurement } from './measurement.ts';
import { shopFigures } from './shop/figures.ts';
import { millionFigures, threeXuiFigures } from './subscriptions/figures.ts';

export interface Bench {
  /** Its file, without the ending; `--only` takes it as well as the name of a figure. */
  readonly file: string;
  /** What it takes on two quiet cores, for the person who waits. */
  readonly minutes: number;
  /** Every figure that it yields, and how each comes about: one sentence that the published page shows. */
  readonly figures: Readonly<Record<string, string>>;
  readonly load: () => Promise<{ bench(context: BenchContext): Promise<Record<string, Measurement>> }>;
}

/** Ordered from what disturbs the machine least to what heats it most. */
export const catalogue: readonly Bench[] = [
  {
    file: 'runtime',
    minutes: 2,
    figures: {
      reconcile_noop_per_s:
        'Reconciles that find nothing to do, through queue and controller with metrics on: 10,000 keys, 40 times.',
      reconcile_write_per_s:
        'Reconciles that write one status each to a real API server, the echo by the watch included.',
      client_node_reconcile_write_per_s: 'The same by the informer and the client of @kubernetes/client-node.',
      list_10k_ms: 'First list of 10,000 objects of 1.6 kB until the cache is filled; the fastest of five.',
      client_node_list_10k_ms: 'The same by the informer of @kubernetes/client-node.',
    },
    load: () => import('./runtime.ts'),
  },
  {
    file: 'subscriptions',
    minutes: 5,
    figures: {
      sub_rps_per_core:
        'Requests to /sub over 32 connections, 10,000 tokens in turn and known, divided by the CPU seconds of the serving process.',
      sub_p99_ms: 'Latency of the same requests.',
      sub_rps: 'The same requests per second of wall time, beside the load on the same machine.',
      sub_rps_per_core_panel_down:
        'The same with every source of truth failing: the last complete answer is served from memory.',
      sub_p99_ms_panel_down: 'Latency of the same requests.',
      sub_rss_10k_mib: 'Resident memory of the serving process with 10,000 subscriptions in its cache.',
      sub_bare_fastify_rps_per_core: 'A route of the same framework that only answers a text of the same size.',
      ...millionFigures,
      ...threeXuiFigures,
    },
    load: () => import('./subscriptions.ts'),
  },
  {
    file: 'image',
    minutes: 4,
    figures: imageFigures,
    load: () => import('./image.ts'),
  },
  {
    file: 'operator',
    minutes: 13,
    figures: {
      apply_to_ready_p50_ms:
        'Apply of a subscription until a watch shows Ready on two panels: an operator with nothing else to do, panels that cost nothing, 300 samples.',
      apply_to_ready_p99_ms: 'The same samples.',
      operator_rss_idle_mib: 'Resident memory of that operator after ten seconds, with two panels and no subscription.',
      failover_graceful_s:
        'The leader gets SIGTERM and at the same instant a subscription is applied: until it is Ready by the other operator. Default lease timings; the slowest of five.',
      failover_killed_s: 'The same with SIGKILL; the slowest of four.',
      drift_repair_p50_s:
        '300 clients are deleted, switched off or taken from an inbound at random moments, behind the operator: until each is whole again. Two panels of 1,000 clients at the cost of 3x-ui, default poll interval of 45 s.',
      drift_repair_p99_s: 'The same 300.',
      mass_provision_10k_s:
        'From the first apply of 10,000 subscriptions until a watch has shown all of them Ready, each on two panels with two inbounds that take the time 3x-ui v3.6.0 takes. API server, etcd, Postgres, both panels and the applying program share the machine.',
      mass_provision_10k_operator_cpu_s: "CPU of the operator's process meanwhile.",
      mass_provision_10k_apiserver_cpu_s: 'CPU of the API server meanwhile.',
      restart_10k_s:
        'From the spawn of a new operator process to the moment at which its metrics say that all 10,000 subscriptions were reconciled, nothing waits and both panels answer; afterwards it is checked that nothing was written to a panel. The start of Node is included, and so is taking over the lease that the old process released.',
      restart_10k_operator_cpu_s: 'CPU of that process until then.',
      operator_rss_10k_mib:
        'The most memory that was resident in that process until each panel of 10,000 clients was polled twice.',
      subscription_reconcile_noop_per_s:
        'A label of a panel changes, so all 10,000 provisioned subscriptions are computed anew and nothing is to be written: reconciles by CPU seconds of the whole operator process.',
    },
    load: () => import('./operator.ts'),
  },
  {
    file: 'shop',
    minutes: 6,
    figures: shopFigures,
    load: () => import('./shop.ts'),
  },
];

/**
 * @param only names of figures or files; empty for everything
 * @throws RangeError naming what is unknown
 */
export function wantedFigures(only: readonly string[]): ReadonlySet<string> {
  const all = catalogue.flatMap(({ figures }) => Object.keys(figures));
  if (only.length === 0) return new Set(all);
  return new Set(
    only.flatMap((word) => {
      const bench = catalogue.find(({ file }) => file === word);
      if (bench !== undefined) return Object.keys(bench.figures);
      if (all.includes(word)) return [word];
      throw new RangeError(`there is no bench or figure "${word}"; see --help`);
    }),
  );
}
