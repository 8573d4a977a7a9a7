import { startEnvironment } from '../support/environment.ts';
import type { BenchContext, Measurement } from './measurement.ts';
import * as growth from './shop/growth.ts';
import * as projection from './shop/projection.ts';

const parts = [growth, projection];

/** The shop: the bot as a process of its own, a Postgres that syncs each commit, a real API server, a simulated Telegram. */
export async function bench(context: BenchContext): Promise<Record<string, Measurement>> {
  const environment = await startEnvironment((line) => {
    context.progress(line);
  });
  try {
    const measured: Record<string, Measurement> = {};
    for (const { names, measure } of parts) {
      if (!names.some((name) => context.wants(name))) continue;
      try {
        Object.assign(measured, await measure(environment, context));
      } catch (error) {
        context.failed(error);
      }
    }
    return measured;
  } finally {
    await environment.stop();
  }
}
