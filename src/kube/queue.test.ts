import fc from 'fast-check';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { type Priority, WorkQueue } from './queue.ts';

/** client-go's contract, told as plainly as possible: what a key is, not how it is stored. */
interface Model {
  normal: string[];
  low: string[];
  /** Added while processing: ready again after `done`, at this priority. */
  again: Map<string, Priority>;
  processing: Set<string>;
  delayed: Map<string, { dueMs: number; priority: Priority }>;
  failures: Map<string, number>;
  nowMs: number;
  shutDown: boolean;
}

interface Real {
  readonly queue: WorkQueue;
  readonly clock: ManualClock;
}

function modelAdd(model: Model, key: string, priority: Priority): void {
  if (model.shutDown) {
    return;
  }
  if (model.processing.has(key)) {
    const known = model.again.get(key);
    model.again.set(key, known === 'normal' ? 'normal' : priority);
  } else if (model.low.includes(key)) {
    if (priority === 'normal') {
      model.low = model.low.filter((other) => other !== key);
      model.normal.push(key);
    }
  } else if (!model.normal.includes(key)) {
    model[priority].push(key);
  }
}

function modelAddAfter(model: Model, key: string, delayMs: number, priority: Priority): void {
  if (model.shutDown) {
    return;
  }
  if (delayMs <= 0) {
    modelAdd(model, key, priority);
    return;
  }
  const known = model.delayed.get(key);
  const dueMs = Math.min(known?.dueMs ?? Number.POSITIVE_INFINITY, model.nowMs + delayMs);
  model.delayed.set(key, { dueMs, priority: known?.priority === 'normal' ? 'normal' : priority });
}

const baseDelayMs = 5;
const maxDelayMs = 1_000;

type Step = fc.Command<Model, Real>;

function step(
  name: string,
  run: (model: Model, real: Real) => void,
  check: (model: Model) => boolean = () => true,
): Step {
  return { check, run, toString: () => name };
}

const key = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const delayMs = fc.integer({ min: 0, max: 60 });
const somePriority = fc.constantFrom<Priority>('normal', 'low');

const steps = [
  fc.tuple(key, somePriority).map(([k, priority]) =>
    step(`add(${k}, ${priority})`, (model, { queue }) => {
      queue.add(k, { priority });
      modelAdd(model, k, priority);
    }),
  ),
  fc.tuple(key, delayMs, somePriority).map(([k, ms, priority]) =>
    step(`addAfter(${k}, ${ms}, ${priority})`, (model, { queue }) => {
      queue.addAfter(k, ms, { priority });
      modelAddAfter(model, k, ms, priority);
    }),
  ),
  fc.tuple(key, somePriority).map(([k, priority]) =>
    step(`addRateLimited(${k}, ${priority})`, (model, { queue }) => {
      queue.addRateLimited(k, { priority });
      const failures = model.failures.get(k) ?? 0;
      model.failures.set(k, failures + 1);
      modelAddAfter(model, k, Math.min(maxDelayMs, baseDelayMs * 2 ** failures), priority);
      expect(queue.retries(k)).toBe(failures + 1);
    }),
  ),
  key.map((k) =>
    step(`forget(${k})`, (model, { queue }) => {
      queue.forget(k);
      model.failures.delete(k);
      expect(queue.retries(k)).toBe(0);
    }),
  ),
  fc.constant(
    step('get', (model, { queue }) => {
      const expected = model.normal.shift() ?? model.low.shift();
      expect(queue.tryGet()).toBe(expected);
      if (expected !== undefined) {
        model.processing.add(expected);
      }
    }),
  ),
  key.map((k) =>
    step(`done(${k})`, (model, { queue }) => {
      queue.done(k);
      if (!model.processing.delete(k)) {
        return;
      }
      const priority = model.again.get(k);
      if (priority !== undefined) {
        model.again.delete(k);
        model[priority].push(k);
      }
    }),
  ),
  fc.integer({ min: 1, max: 40 }).map((ms) =>
    step(`advance(${ms})`, (model, { clock }) => {
      clock.advance(ms);
      model.nowMs += ms;
      const due = [...model.delayed].filter(([, { dueMs }]) => dueMs <= model.nowMs);
      for (const [k, { priority }] of due.toSorted(([, a], [, b]) => a.dueMs - b.dueMs)) {
        model.delayed.delete(k);
        modelAdd(model, k, priority);
      }
    }),
  ),
];

const shutDown = fc.constant(
  step('shutDown', (model, { queue }) => {
    queue.shutDown();
    model.shutDown = true;
    model.delayed.clear();
  }),
);

function freshModel(): Model {
  return {
    normal: [],
    low: [],
    again: new Map(),
    processing: new Set(),
    delayed: new Map(),
    failures: new Map(),
    nowMs: 0,
    shutDown: false,
  };
}

function agree(commands: Iterable<Step>): void {
  const clock = new ManualClock();
  const queue = new WorkQueue({ name: 'model', clock, baseDelayMs, maxDelayMs });
  fc.modelRun(() => {
    const model = freshModel();
    return { model, real: { queue, clock } };
  }, [...commands, ...drain()]);
}

/** After each run: everything still ready comes out, in the order that the model expects. */
function* drain(): Generator<Step> {
  for (let i = 0; i < 5; i += 1) {
    yield step('drain', (model, { queue }) => {
      expect(queue.depth).toBe(model.normal.length + model.low.length);
      const expected = model.normal.shift() ?? model.low.shift();
      expect(queue.tryGet()).toBe(expected);
      if (expected !== undefined) {
        model.processing.add(expected);
      }
    });
  }
}

describe('work queue', () => {
  it("behaves like client-go's, whatever is done to it", () => {
    fc.assert(fc.property(fc.commands([...steps, ...steps, shutDown], { maxCommands: 80, size: 'max' }), agree), {
      numRuns: 1_000,
    });
  });

  it('hands a key that was added thrice while processing out once more', () => {
    const queue = new WorkQueue({ name: 'q', clock: new ManualClock() });
    queue.add('a');
    expect(queue.tryGet()).toBe('a');
    queue.add('a');
    queue.add('a', { priority: 'low' });
    queue.add('a');
    expect(queue.tryGet()).toBeUndefined();
    queue.done('a');
    expect(queue.tryGet()).toBe('a');
    queue.done('a');
    expect(queue.tryGet()).toBeUndefined();
  });

  it('wakes those who wait, one per key, and all of them at the shutdown', async () => {
    const queue = new WorkQueue({ name: 'q', clock: new ManualClock() });
    const waiting = [queue.get(), queue.get(), queue.get()];
    queue.add('a');
    queue.add('b');
    queue.shutDown();
    expect(await Promise.all(waiting)).toEqual(['a', 'b', undefined]);
    expect(await queue.get()).toBeUndefined();
  });

  it('hands out what is ready after a shutdown, and takes nothing in', async () => {
    const queue = new WorkQueue({ name: 'q', clock: new ManualClock() });
    queue.add('a');
    queue.shutDown();
    queue.add('b');
    expect(await queue.get()).toBe('a');
    expect(await queue.get()).toBeUndefined();
  });

  it('forgets a getter whose signal aborted', async () => {
    const queue = new WorkQueue({ name: 'q', clock: new ManualClock() });
    const stop = new AbortController();
    const gone = queue.get(stop.signal);
    const staying = queue.get();
    stop.abort();
    expect(await gone).toBeUndefined();
    queue.add('a');
    expect(await staying).toBe('a');
  });

  it('does not keep the order of a thousand delays in memory wrong', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 10_000 }), { maxLength: 200 }), (delays) => {
        const clock = new ManualClock();
        const queue = new WorkQueue({ name: 'q', clock });
        delays.forEach((ms, index) => queue.addAfter(`k${index}`, ms));
        const seen: number[] = [];
        while (clock.timers > 0) {
          clock.advance(1_000);
          for (let k = queue.tryGet(); k !== undefined; k = queue.tryGet()) {
            seen.push(delays[Number(k.slice(1))] ?? -1);
          }
        }
        expect(seen).toEqual(delays.toSorted((a, b) => a - b));
      }),
    );
  });

  it("carries controller-runtime's metrics, zero from the start", async () => {
    const clock = new ManualClock();
    const metrics = new Registry();
    const queue = new WorkQueue({ name: 'q', clock, metrics });
    const other = new WorkQueue({ name: 'other', clock, metrics });
    const value = async (name: string, labels: Record<string, string>): Promise<number | undefined> => {
      const values = (await metrics.getSingleMetric(name)?.get())?.values;
      return values?.find((sample) => Object.entries(labels).every(([label, of]) => sample.labels[label] === of))
        ?.value;
    };
    expect(await value('workqueue_adds_total', { name: 'q' })).toBe(0);
    queue.add('a', { priority: 'low' });
    queue.add('b', { priority: 'low' });
    queue.add('b');
    other.add('x');
    expect(await value('workqueue_adds_total', { name: 'q' })).toBe(2);
    expect(await value('workqueue_depth', { name: 'q', priority: '0' })).toBe(1);
    expect(await value('workqueue_depth', { name: 'q', priority: '-100' })).toBe(1);
    expect(queue.tryGet()).toBe('b');
    expect(other.tryGet()).toBe('x');
    clock.advance(2_000);
    expect(await value('workqueue_depth', { name: 'q', priority: '0' })).toBe(0);
    expect(await value('workqueue_unfinished_work_seconds', { name: 'q' })).toBe(2);
    expect(await value('workqueue_longest_running_processor_seconds', { name: 'other' })).toBe(2);
    queue.done('b');
    expect(await value('workqueue_unfinished_work_seconds', { name: 'q' })).toBe(0);
    expect(await value('workqueue_unfinished_work_seconds', { name: 'other' })).toBe(2);
  });
});
