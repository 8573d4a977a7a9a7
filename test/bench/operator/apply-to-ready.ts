import { setTimeout as delay } from 'node:timers/promises';
import { quantile, rounded, type BenchContext, type Measurements } from '../measurement.ts';
import type { OperatorEnvironment } from './environment.ts';
import { residentMib } from './process-figures.ts';
import { Site } from './site.ts';

export const names = ['apply_to_ready_p50_ms', 'apply_to_ready_p99_ms', 'operator_rss_idle_mib'] as const;

const samples = 300;
/** What a process does once, compiling above all, is not what a customer meets. */
const warmUp = 20;
const settleMs = 10_000;

/** An operator with nothing else to do, two panels that cost nothing, one new subscription after another. */
export async function measure(environment: OperatorEnvironment, context: BenchContext): Promise<Measurements> {
  const site = await Site.open(environment, context, 'idle');
  try {
    await site.addPanels(['nl', 'de'], 'none');
    const operator = await site.startOperator();
    await delay(settleMs);
    const { now } = await residentMib(operator.pid);
    const tookMs: number[] = [];
    if (context.wants('apply_to_ready_p50_ms') || context.wants('apply_to_ready_p99_ms')) {
      context.progress(`${samples} subscriptions, one at a time`);
      for (let index = 0; index < warmUp + samples; index += 1) {
        const name = `sub-${index}`;
        // Not in step with anything that has a period.
        await delay(20 + 80 * Math.random());
        const startedMs = performance.now();
        const ready = site.ready.untilReady(name);
        await Promise.all([ready, site.applySubscription(name)]);
        if (index >= warmUp) tookMs.push(performance.now() - startedMs);
      }
    }
    return {
      apply_to_ready_p50_ms: { value: rounded(quantile(tookMs, 0.5)), unit: 'ms', target: '< 150' },
      apply_to_ready_p99_ms: { value: rounded(quantile(tookMs, 0.99)), unit: 'ms', target: '< 1000' },
      operator_rss_idle_mib: { value: rounded(now), unit: 'MiB' },
    };
  } finally {
    await site.close();
  }
}
