import { rounded, type BenchContext, type Measurement } from '../measurement.ts';
import type { BenchOperator } from './operator-process.ts';
import { cpuSeconds } from './process-figures.ts';
import type { Site } from './site.ts';

const rounds = 8;
/** A panel may be read in so many rounds at most, and they are wasted. */
const wasted = 20;
const controller = 'controller="vpnsubscription"';

/**
 * A label of a panel changes, one that no selector looks at: who is on which panel might have to change, so the operator
 * looks at every subscription anew and finds nothing to write. Counted in CPU of the whole process, queue, metrics and
 * collection of garbage included; rounds in which a panel was read are left out.
 */
export async function measureNoop(
  site: Site,
  operator: BenchOperator,
  { objects, progress }: BenchContext,
): Promise<Measurement> {
  const reconciled = async (): Promise<number> =>
    (await operator.metrics())?.sum('controller_runtime_reconcile_total', controller) ?? Number.NaN;
  let used = 0;
  let counted = 0;
  for (let round = 0; counted < rounds * objects && round < rounds + wasted; round += 1) {
    const listsBefore = await lists(site);
    const totalBefore = await reconciled();
    const cpuBefore = await cpuSeconds(operator.pid);
    await site.labelPanel('nl', { round: String(round) });
    await operator.until(
      'done with every subscription',
      (metrics) =>
        metrics.sum('controller_runtime_reconcile_total', controller) >= totalBefore + objects &&
        metrics.sum('workqueue_depth', controller) === 0 &&
        metrics.sum('controller_runtime_active_workers', controller) === 0,
      { intervalMs: 1000 },
    );
    if ((await lists(site)) !== listsBefore) continue;
    used += (await cpuSeconds(operator.pid)) - cpuBefore;
    counted += (await reconciled()) - totalBefore;
  }
  progress(`${counted} reconciles without a write took ${used.toFixed(2)} s of CPU`);
  return { value: rounded(counted / used), unit: '1/s of CPU', target: '>= 20000' };
}

async function lists({ panels }: Site): Promise<number> {
  const stats = await Promise.all(panels.map((panel) => panel.stats()));
  return stats.reduce((sum, panel) => sum + panel.lists, 0);
}
