import { quantile, rounded, type BenchContext, type Measurements } from '../measurement.ts';
import type { OperatorEnvironment } from './environment.ts';
import { Site } from './site.ts';

export const names = ['drift_repair_p50_s', 'drift_repair_p99_s'] as const;

const subscriptions = 1000;
const driftsPerPanel = 150;
/** Two polls: whenever a client is spoilt, the next poll is equally far away on average. */
const spreadMs = 90_000;
const patienceMs = 180_000;

/**
 * Two panels of 1,000 clients that cost what 3x-ui costs, polled as by default every 45 s. Clients are deleted, switched
 * off or taken from an inbound through the panel's own API at random moments.
 */
export async function measure(environment: OperatorEnvironment, context: BenchContext): Promise<Measurements> {
  const site = await Site.open(environment, context, 'drift');
  try {
    await site.addPanels(['nl', 'de'], 'real');
    await site.startOperator();
    await site.applySubscriptions(subscriptions);
    await site.ready.untilCount(subscriptions, 120_000);
    context.progress(`${driftsPerPanel * 2} clients are spoilt over ${spreadMs / 1000} s`);
    const order = { count: driftsPerPanel, overMs: spreadMs, patienceMs };
    const repairs = await Promise.all(site.panels.map((panel) => panel.drift(order)));
    const seconds = repairs.flatMap(({ repairedAfterMs }) => repairedAfterMs.map((ms) => ms / 1000));
    return {
      drift_repair_p50_s: { value: rounded(quantile(seconds, 0.5)), unit: 's' },
      drift_repair_p99_s: { value: rounded(quantile(seconds, 0.99)), unit: 's', target: '<= 75' },
    };
  } finally {
    await site.close();
  }
}
