import type { Environment } from '../../support/environment.ts';
import { rounded, type BenchContext, type Measurement } from '../measurement.ts';
import type { Metrics } from '../operator/metrics.ts';
import { cpuSeconds } from '../operator/process-figures.ts';
import { asOwner, idOf, kinds, seedSubscriptions } from './seed.ts';
import { ShopSite } from './site.ts';
import { BenchTelegram } from './telegram-process.ts';

export const names: readonly string[] = [
  'projection_10k_s',
  'projection_10k_objects_per_s',
  'projection_10k_bot_cpu_s',
  'projection_10k_apiserver_cpu_s',
];

const patienceMs = 300_000;

/** What was paid for is carried into a cluster that has nothing of it, as after its loss. */
export async function measure(environment: Environment, context: BenchContext): Promise<Record<string, Measurement>> {
  const { objects } = context;
  const site = await ShopSite.open(environment, context, 'projection');
  const telegram = await BenchTelegram.start(0);
  try {
    await site.openShop(telegram.token);
    await seedSubscriptions(site.target({ isProjected: true }), 1, objects);
    // In the outbox from the start, so that the comparison of the cluster with the ledger finds nothing to ask for.
    await asOwner(site.databaseUrl, (run) =>
      run(`insert into wayleave.outbox (topic, key) select 'project', ${idOf(kinds.subscription)}::text
        from generate_series(1, ${String(objects)}) as i`),
    );
    const { apiserver: apiServerPid } = environment.plane.pids;
    const apiServerBefore = await cpuSeconds(apiServerPid);
    const startedMs = performance.now();
    const bot = await site.startBot(telegram.url);
    try {
      const isDone = (metrics: Metrics): boolean =>
        metrics.sum('wayleave_projections_total', 'outcome="applied"') >= objects;
      await bot.untilMetrics('done with carrying everything into the cluster', isDone, patienceMs);
      const seconds = (performance.now() - startedMs) / 1000;
      return {
        projection_10k_s: { value: rounded(seconds), unit: 's' },
        projection_10k_objects_per_s: { value: rounded(objects / seconds), unit: 'objects/s' },
        projection_10k_bot_cpu_s: { value: rounded(await cpuSeconds(bot.pid)), unit: 's of CPU' },
        projection_10k_apiserver_cpu_s: {
          value: rounded((await cpuSeconds(apiServerPid)) - apiServerBefore),
          unit: 's of CPU',
        },
      };
    } finally {
      await bot.stop();
    }
  } finally {
    await telegram.stop();
    await site.close();
  }
}
