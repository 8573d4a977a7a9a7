import type { BenchContext, Measurement } from './measurement.ts';
import * as known from './subscriptions/known.ts';
import * as million from './subscriptions/million.ts';
import * as threeXui from './subscriptions/three-x-ui.ts';

const parts = [known, million, threeXui];

/** The subscription service: what answering costs by itself, as a process on a real Postgres, and beside 3x-ui's own. */
export async function bench(context: BenchContext): Promise<Record<string, Measurement>> {
  const measured: Record<string, Measurement> = {};
  for (const { names, measure } of parts) {
    if (!names.some((name) => context.wants(name))) continue;
    try {
      Object.assign(measured, await measure(context));
    } catch (error) {
      context.failed(error);
    }
  }
  return measured;
}
