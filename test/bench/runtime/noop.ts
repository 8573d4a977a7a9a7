import { Registry } from 'prom-client';
import { systemClock } from '../../../src/base/clock.ts';
import { silentLog } from '../../../src/base/log.ts';
import { Controller, done, WorkQueue } from '../../../src/kube/index.ts';
import { cpuCounter } from './cpu.ts';

const keys = Array.from({ length: 10_000 }, (_, index) => `bench/widget-${index}`);
const rounds = 40;

/**
 * Reconciles that find nothing to do, through queue and controller with all metrics on, per second of CPU: 10,000 keys,
 * added 40 times, by an asynchronous reconcile as real ones are.
 */
export async function measureNoop(): Promise<number> {
  const metrics = new Registry();
  const queue = new WorkQueue({ name: 'bench', clock: systemClock, metrics });
  const stop = new AbortController();
  let left = keys.length * rounds;
  const { promise: finished, resolve: finish } = Promise.withResolvers<void>();
  let roundLeft = keys.length;
  const controller = new Controller({
    name: 'bench',
    queue,
    concurrency: 8,
    clock: systemClock,
    log: silentLog,
    metrics,
    reconcile: async () => {
      left -= 1;
      roundLeft -= 1;
      if (left === 0) {
        finish();
      } else if (roundLeft === 0) {
        roundLeft = keys.length;
        setImmediate(addAll);
      }
      return done;
    },
  });
  const addAll = (): void => {
    for (const key of keys) {
      queue.add(key);
    }
  };
  const perSecond = cpuCounter();
  const running = controller.run(stop.signal);
  addAll();
  await finished;
  const value = perSecond(keys.length * rounds);
  stop.abort();
  await running;
  return value;
}
