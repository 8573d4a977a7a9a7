import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { ManualClock } from '../../../test/support/manual-clock.ts';
import { silentLog } from '../../base/log.ts';
import type { Store } from '../../store/index.ts';
import { ProjectionMetrics } from './metrics.ts';
import { ProjectionWorker } from './worker.ts';

it('goes on as long as there is work, however much of what was in hand ends while it asks for more', async () => {
  const count = 50;
  const waiting = Array.from({ length: count }, (_, index) => ({
    key: String(index),
    attempts: 0,
    version: 1n,
    claim: 'mine',
    createdAtMs: 0,
  }));
  const done = Promise.withResolvers<void>();
  const projected: string[] = [];
  const query = (text: string, values: readonly unknown[] = []): Promise<unknown[]> => {
    const isClaim = text.includes('skip locked');
    return new Promise((resolve) => {
      setImmediate(resolve, isClaim ? waiting.splice(0, Number(values[1])) : [{ wasOurs: true }]);
    });
  };
  const stopping = new AbortController();
  const worker = new ProjectionWorker({
    store: { query } as unknown as Store,
    projector: {
      project(key) {
        projected.push(key);
        if (projected.length === count) done.resolve();
        return Promise.resolve('applied');
      },
    },
    namespace: undefined,
    concurrency: 8,
    metrics: new ProjectionMetrics(new Registry()),
    // Nobody winds it: what needs the next look without a doorbell never comes.
    clock: new ManualClock(),
    random: () => 0,
    log: silentLog,
  });
  const running = worker.run(stopping.signal);
  await done.promise;
  stopping.abort();
  await running;
  expect(new Set(projected).size).toBe(count);
});
