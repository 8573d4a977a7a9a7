import { Registry } from 'prom-client';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { silentLog } from '../base/log.ts';
import { Controller, type ControllerOptions, done, type Reconcile, requeueAfter } from './controller.ts';
import { KubeError, TerminalError } from './errors.ts';
import { WorkQueue } from './queue.ts';

interface Running {
  readonly clock: ManualClock;
  readonly queue: WorkQueue;
  readonly metrics: Registry;
  readonly stop: () => Promise<void>;
  readonly result: (result: string) => Promise<number | undefined>;
  readonly total: (name: string) => Promise<number | undefined>;
}

function start(reconcile: Reconcile, options: Partial<ControllerOptions> = {}): Running {
  const clock = new ManualClock();
  const queue = new WorkQueue({ name: 'test', clock });
  const metrics = new Registry();
  const base = { name: 'test', queue, concurrency: 2, reconcile, log: silentLog, clock, metrics };
  const controller = new Controller({ ...base, ...options });
  const abort = new AbortController();
  const running = controller.run(abort.signal);
  const stop = (): Promise<void> => {
    abort.abort();
    return running;
  };
  onTestFinished(() => {
    void stop();
  });
  const valuesOf = async (name: string): Promise<{ value: number; labels: object }[]> =>
    (await metrics.getSingleMetric(`controller_runtime_${name}`)?.get())?.values ?? [];
  return {
    clock,
    queue,
    metrics,
    stop,
    result: async (result) =>
      (await valuesOf('reconcile_total')).find(({ labels }) => 'result' in labels && labels.result === result)?.value,
    total: async (name) => (await valuesOf(name))[0]?.value,
  };
}

describe('a controller', () => {
  it('counts a success and forgets earlier failures', async () => {
    let calls = 0;
    const running = start(() => {
      calls += 1;
      if (calls < 3) {
        throw new Error('not yet');
      }
      return done;
    });
    running.queue.add('a');
    await vi.waitFor(() => {
      expect(running.queue.retries('a')).toBe(1);
    });
    running.clock.advance(5);
    await vi.waitFor(() => {
      expect(running.queue.retries('a')).toBe(2);
    });
    running.clock.advance(10);
    await vi.waitFor(() => {
      expect(calls).toBe(3);
    });
    expect(running.queue.retries('a')).toBe(0);
    expect(await running.result('success')).toBe(1);
    expect(await running.result('error')).toBe(2);
    expect(await running.total('reconcile_errors_total')).toBe(2);
  });

  it('comes back when it is asked to, and not sooner', async () => {
    const reconcile = vi.fn<Reconcile>(async () => requeueAfter(1_000));
    const running = start(reconcile);
    running.queue.add('a');
    await vi.waitFor(async () => {
      expect(await running.result('requeue_after')).toBe(1);
    });
    running.clock.advance(999);
    expect(running.queue.depth).toBe(0);
    running.clock.advance(1);
    await vi.waitFor(() => {
      expect(reconcile).toHaveBeenCalledTimes(2);
    });
  });

  it('takes a conflict for an invitation to try again, not for an error', async () => {
    const running = start(() => Promise.reject(new KubeError('KUBE_CONFLICT', 'somebody else')));
    running.queue.add('a');
    await vi.waitFor(async () => {
      expect(await running.result('requeue')).toBe(1);
    });
    expect(running.queue.retries('a')).toBe(1);
    expect(await running.total('reconcile_errors_total')).toBe(0);
  });

  it('gives up on a terminal error', async () => {
    const running = start(() => {
      throw new TerminalError('SPEC_WRONG', 'nothing can be done');
    });
    running.queue.add('a');
    await vi.waitFor(async () => {
      expect(await running.total('terminal_reconcile_errors_total')).toBe(1);
    });
    expect(running.clock.timers).toBe(0);
    expect(running.queue.retries('a')).toBe(0);
    expect(await running.result('error')).toBe(1);
  });

  it('counts a bug apart and tries again', async () => {
    const running = start(() => {
      throw new TypeError('undefined is not a function');
    });
    running.queue.add('a');
    await vi.waitFor(async () => {
      expect(await running.total('reconcile_panics_total')).toBe(1);
    });
    expect(running.queue.retries('a')).toBe(1);
  });

  it('runs so many at a time, one per key, and misses nothing that came meanwhile', async () => {
    const finish = new Map<string, () => void>();
    const started: string[] = [];
    const running = start(async (key) => {
      started.push(key);
      await new Promise<void>((resolve) => finish.set(key, resolve));
      return done;
    });
    for (const key of ['a', 'b', 'c']) {
      running.queue.add(key);
    }
    await vi.waitFor(() => {
      expect(started).toEqual(['a', 'b']);
    });
    expect(await running.total('active_workers')).toBe(2);
    running.queue.add('a');
    finish.get('a')?.();
    await vi.waitFor(() => {
      expect(started).toEqual(['a', 'b', 'c']);
    });
    finish.get('c')?.();
    await vi.waitFor(() => {
      expect(started).toEqual(['a', 'b', 'c', 'a']);
    });
    for (const key of ['a', 'b']) {
      finish.get(key)?.();
    }
    await vi.waitFor(async () => {
      expect(await running.total('active_workers')).toBe(0);
    });
  });

  it('aborts a reconcile that takes too long', async () => {
    const running = start(
      (_key, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new Error('stopped')));
        }),
      { timeoutMs: 500 },
    );
    running.queue.add('a');
    await vi.waitFor(async () => {
      expect(await running.total('active_workers')).toBe(1);
    });
    running.clock.advance(500);
    await vi.waitFor(async () => {
      expect(await running.total('reconcile_timeouts_total')).toBe(1);
    });
  });

  it('lets what is under way finish when it stops, and starts nothing more', async () => {
    let finish = (): void => undefined;
    const started: string[] = [];
    const running = start(
      async (key) => {
        started.push(key);
        await new Promise<void>((resolve) => {
          finish = resolve;
        });
        return done;
      },
      { concurrency: 1 },
    );
    running.queue.add('a');
    running.queue.add('b');
    await vi.waitFor(() => {
      expect(started).toEqual(['a']);
    });
    const ended = vi.fn<() => void>();
    const stopped = running.stop().then(ended);
    await new Promise((resolve) => setImmediate(resolve));
    expect(ended).not.toHaveBeenCalled();
    finish();
    await stopped;
    expect(started).toEqual(['a']);
  });

  it('aborts, and then leaves behind, what outlasts the drain', async () => {
    const aborted = vi.fn<() => void>();
    const running = start(
      (_key, { signal }) => {
        signal.addEventListener('abort', aborted);
        return new Promise(() => undefined);
      },
      { drainMs: 3_000 },
    );
    running.queue.add('a');
    await vi.waitFor(async () => {
      expect(await running.total('active_workers')).toBe(1);
    });
    const stopped = running.stop();
    await vi.waitFor(() => {
      expect(running.clock.timers).toBe(1);
    });
    running.clock.advance(2_999);
    expect(aborted).not.toHaveBeenCalled();
    running.clock.advance(1);
    await vi.waitFor(() => {
      expect(aborted).toHaveBeenCalled();
      expect(running.clock.timers).toBe(1);
    });
    running.clock.advance(1_000);
    await stopped;
  });

  it('gives others their turn while it has much to do', async () => {
    const clock = new ManualClock();
    const queue = new WorkQueue({ name: 'test', clock });
    let reconciled = 0;
    const running = start(
      async () => {
        reconciled += 1;
        clock.advance(1);
        return done;
      },
      { queue, clock },
    );
    for (let index = 0; index < 1_000; index += 1) {
      queue.add(`k${index}`);
    }
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    expect(reconciled).toBeGreaterThan(0);
    expect(reconciled).toBeLessThan(100);
    await vi.waitFor(() => {
      expect(reconciled).toBe(1_000);
    });
    await running.stop();
  });
});
