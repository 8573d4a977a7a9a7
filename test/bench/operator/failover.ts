import { rounded, type BenchContext, type Measurements } from '../measurement.ts';
import type { OperatorEnvironment } from './environment.ts';
import type { BenchOperator } from './operator-process.ts';
import { Site } from './site.ts';

export const names = ['failover_graceful_s', 'failover_killed_s'] as const;

const rounds = { graceful: 5, killed: 4 };

/**
 * Two operators with the default timings of the lease. The leader ends, and at the same instant somebody applies a
 * subscription: the time until it is `Ready` is what an absent leader costs a customer, provisioning included. The
 * slowest of the rounds counts.
 */
export async function measure(environment: OperatorEnvironment, context: BenchContext): Promise<Measurements> {
  const site = await Site.open(environment, context, 'failover');
  try {
    await site.addPanels(['nl', 'de'], 'none');
    let leader = await site.startOperator();
    let other = await startStandby(site);
    let serial = 0;
    const lose = async (end: (operator: BenchOperator) => Promise<void>): Promise<number> => {
      serial += 1;
      const name = `after-${serial}`;
      const startedMs = performance.now();
      const ended = end(leader);
      await Promise.all([site.ready.untilReady(name), site.applySubscription(name)]);
      const tookMs = performance.now() - startedMs;
      await ended;
      leader = other;
      await leader.untilLeading();
      other = await startStandby(site);
      return tookMs / 1000;
    };
    const slowest = async (name: string, times: number, end: (it: BenchOperator) => Promise<void>): Promise<number> => {
      const took: number[] = [];
      for (let round = 0; context.wants(name) && round < times; round += 1) took.push(await lose(end));
      context.progress(`${name}: ${took.map((seconds) => seconds.toFixed(1)).join(', ')} s`);
      return rounded(Math.max(...took));
    };
    const graceful = await slowest('failover_graceful_s', rounds.graceful, (it) => it.stop());
    const killed = await slowest('failover_killed_s', rounds.killed, (it) => it.kill());
    return {
      failover_graceful_s: { value: graceful, unit: 's', target: '<= 5' },
      failover_killed_s: { value: killed, unit: 's', target: '<= 20' },
    };
  } finally {
    await site.close();
  }
}

/** Its caches are warm when it says so, and it does not lead. */
async function startStandby(site: Site): Promise<BenchOperator> {
  const operator = await site.spawnOperator();
  await operator.untilReady();
  return operator;
}
