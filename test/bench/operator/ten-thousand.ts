import { waitUntil } from '../../support/processes.ts';
import { rounded, type BenchContext, type Measurement, type Measurements } from '../measurement.ts';
import type { OperatorEnvironment } from './environment.ts';
import { measureNoop } from './noop.ts';
import type { BenchOperator } from './operator-process.ts';
import type { PanelStats } from './panel-process.ts';
import { cpuSeconds, residentMib } from './process-figures.ts';
import { Site } from './site.ts';

export const names = [
  'mass_provision_10k_s',
  'mass_provision_10k_operator_cpu_s',
  'mass_provision_10k_apiserver_cpu_s',
  'restart_10k_s',
  'restart_10k_operator_cpu_s',
  'operator_rss_10k_mib',
  'subscription_reconcile_noop_per_s',
] as const;

const provisionWithinMs = 330_000;
const restartWithinMs = 120_000;
const polls = 2;
/** A poll may take 2 % of wall time, so a panel that answers slowly is polled more seldom than every 45 s. */
const pollsWithinMs = 270_000;

/**
 * 10,000 subscriptions, each on two panels with two inbounds that cost what 3x-ui costs: provisioned, then found as they
 * must be by an operator that starts anew, then polled by it.
 */
export async function measure(environment: OperatorEnvironment, context: BenchContext): Promise<Measurements> {
  const site = await Site.open(environment, context, 'mass');
  const wantsAny = (prefix: string): boolean => names.some((name) => name.startsWith(prefix) && context.wants(name));
  try {
    await site.addPanels(['nl', 'de'], 'real');
    let operator = await site.startOperator();
    const provisioned = await provision(site, operator, environment, context);
    const results: Record<string, Measurement> = { ...provisioned };
    if (wantsAny('restart') || wantsAny('operator_rss') || wantsAny('subscription_reconcile')) {
      await operator.stop();
      const before = await statsOf(site);
      const restarted = await restart(site, context);
      operator = restarted.operator;
      Object.assign(results, restarted.results);
      if (wantsAny('operator_rss')) {
        await untilPolled(site, before, context);
        results['operator_rss_10k_mib'] = await resident(operator, context);
      }
      const writes = sumOf(await statsOf(site), 'writes') - sumOf(before, 'writes');
      if (writes > 0) throw new Error(`${writes} writes to panels on which nothing had changed`);
    }
    if (wantsAny('subscription_reconcile')) {
      results['subscription_reconcile_noop_per_s'] = await measureNoop(site, operator, context);
    }
    return results;
  } finally {
    await site.close();
  }
}

async function provision(
  site: Site,
  { pid }: BenchOperator,
  { plane, postgres }: OperatorEnvironment,
  { objects, progress }: BenchContext,
): Promise<Record<string, Measurement>> {
  const { etcd, apiserver } = plane.pids;
  const pids = {
    operator: pid,
    'kube-apiserver': apiserver,
    etcd,
    postgres: postgres.pid,
    'this process': process.pid,
  };
  const cpu = async (): Promise<Map<string, number>> => {
    const ours = Object.entries(pids).map(async ([name, of]) => [name, await cpuSeconds(of)] as const);
    const ofPostgres = await cpuSeconds(postgres.pid, { withChildren: true });
    return new Map([
      ...(await Promise.all(ours)),
      ['postgres', ofPostgres],
      ['panels', sumOf(await statsOf(site), 'cpuSeconds')],
    ]);
  };
  progress(`${objects} subscriptions are applied`);
  const before = await cpu();
  const startedMs = performance.now();
  const telling = setInterval(() => {
    progress(`${site.ready.count} of ${objects} are Ready after ${seconds(performance.now() - startedMs)}`);
  }, 15_000);
  try {
    const applied = site.applySubscriptions(objects).then(() => {
      progress(`all are applied after ${seconds(performance.now() - startedMs)}`);
    });
    await Promise.all([applied, site.ready.untilCount(objects, provisionWithinMs)]);
  } finally {
    clearInterval(telling);
  }
  const tookMs = performance.now() - startedMs;
  const after = await cpu();
  const used = new Map([...after].map(([name, value]) => [name, value - (before.get(name) ?? 0)]));
  const shares = [...used].map(([name, value]) => `${name} ${value.toFixed(1)}`).join(', ');
  progress(`all are Ready after ${seconds(tookMs)}; CPU seconds: ${shares}`);
  return {
    mass_provision_10k_s: { value: rounded(tookMs / 1000), unit: 's', target: '< 90' },
    mass_provision_10k_operator_cpu_s: { value: rounded(used.get('operator') ?? Number.NaN), unit: 's of CPU' },
    mass_provision_10k_apiserver_cpu_s: { value: rounded(used.get('kube-apiserver') ?? Number.NaN), unit: 's of CPU' },
  };
}

/**
 * From the spawn of a process to the moment at which its own metrics say that each subscription was reconciled, nothing
 * waits and every panel answers. That nothing was written to a panel is checked afterwards.
 */
async function restart(
  site: Site,
  { objects, progress }: BenchContext,
): Promise<{ operator: BenchOperator; results: Record<string, Measurement> }> {
  const controller = 'controller="vpnsubscription"';
  const startedMs = performance.now();
  const operator = await site.spawnOperator();
  await operator.until(
    'done with every subscription',
    (metrics) =>
      metrics.sum('wayleave_panel_reachable') === site.panels.length &&
      metrics.sum('controller_runtime_reconcile_total', controller) >= objects &&
      metrics.sum('workqueue_depth', controller) === 0 &&
      metrics.sum('controller_runtime_active_workers', controller) === 0,
    { timeoutMs: restartWithinMs, intervalMs: 100 },
  );
  const tookMs = performance.now() - startedMs;
  const usedSeconds = await cpuSeconds(operator.pid);
  progress(`restarted in ${seconds(tookMs)} with ${usedSeconds.toFixed(1)} s of CPU`);
  return {
    operator,
    results: {
      restart_10k_s: { value: rounded(tookMs / 1000), unit: 's', target: '< 10' },
      restart_10k_operator_cpu_s: { value: rounded(usedSeconds), unit: 's of CPU' },
    },
  };
}

async function untilPolled(site: Site, before: readonly PanelStats[], { progress }: BenchContext): Promise<void> {
  progress(`waiting until each panel was polled ${polls} times by the new process`);
  await waitUntil(
    `${polls} polls of each panel`,
    async () => (await statsOf(site)).every((now, at) => now.polls >= (before[at]?.polls ?? 0) + polls),
    { timeoutMs: pollsWithinMs, intervalMs: 500 },
  );
}

async function resident({ pid }: BenchOperator, { progress }: BenchContext): Promise<Measurement> {
  const { now, peak } = await residentMib(pid);
  progress(`resident: ${peak.toFixed(0)} MiB at most, ${now.toFixed(0)} MiB now`);
  return { value: rounded(peak), unit: 'MiB', target: '< 200' };
}

function statsOf({ panels }: Site): Promise<PanelStats[]> {
  return Promise.all(panels.map((panel) => panel.stats()));
}

function sumOf(stats: readonly PanelStats[], field: keyof PanelStats): number {
  return stats.reduce((sum, panel) => sum + panel[field], 0);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
