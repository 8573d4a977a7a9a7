import type { Update } from 'grammy/types';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../base/clock.ts';
import { silentLog } from '../base/log.ts';
import { pollUpdates } from './polling.ts';

/** A queue as Telegram keeps it: what is below the offset is gone. */
class Queue {
  waiting: Update[];
  readonly #stop: AbortController;

  constructor(ids: readonly number[], stop: AbortController, questions: readonly number[] = []) {
    this.waiting = ids.map((id) => update(id, questions.includes(id)));
    this.#stop = stop;
  }

  poll({ offset, limit }: { readonly offset: number; readonly limit: number }): Promise<Update[]> {
    this.waiting = this.waiting.filter(({ update_id: id }) => id >= offset);
    if (this.waiting.length === 0) this.#stop.abort();
    return Promise.resolve(this.waiting.slice(0, limit));
  }
}

function update(id: number, isQuestion: boolean): Update {
  return { update_id: id, ...(isQuestion ? { pre_checkout_query: {} } : {}) } as Update;
}

async function run(queue: Queue, stop: AbortController, handle: (update: Update) => Promise<void>): Promise<void> {
  const clock = { ...systemClock, schedule: (_: number, action: () => void) => systemClock.schedule(0, action) };
  const options = { telegram: queue, handle, onConflict: () => undefined, clock, random: () => 0, log: silentLog };
  await pollUpdates(options, stop.signal);
}

describe('polling', () => {
  it('confirms an update only after it was dealt with, and gives one that failed again', async () => {
    const stop = new AbortController();
    const queue = new Queue([5, 6, 7], stop);
    const seen: number[] = [];
    let failures = 0;
    await run(queue, stop, async ({ update_id: id }) => {
      expect(queue.waiting.some((one) => one.update_id === id)).toBe(true);
      seen.push(id);
      if (id === 6 && failures < 2) {
        failures += 1;
        throw new Error('the database is away');
      }
    });
    expect(seen).toEqual([5, 6, 6, 6, 7]);
    expect(queue.waiting).toEqual([]);
  });

  it('deals with questions before a payment first', async () => {
    const stop = new AbortController();
    const seen: number[] = [];
    await run(new Queue([1, 2, 3], stop, [3]), stop, async ({ update_id: id }) => {
      seen.push(id);
    });
    expect(seen).toEqual([3, 1, 2]);
  });

  it('lets nobody wait for the slow answer to another, and keeps the order of each', async () => {
    const stop = new AbortController();
    const queue = new Queue([], stop);
    const from = (id: number, person: number): Update =>
      ({ update_id: id, message: { from: { id: person } } }) as unknown as Update;
    queue.waiting = [from(1, 10), from(2, 20), from(3, 10), from(4, 20)];
    const seen: number[] = [];
    let release = (): void => undefined;
    const slow = new Promise<void>((resolve) => {
      release = resolve;
    });
    await run(queue, stop, async ({ update_id: id }) => {
      if (id === 1) await slow;
      seen.push(id);
      if (id === 4) release();
    });
    expect(seen).toEqual([2, 4, 1, 3]);
  });

  it('takes what comes while an answer is slow, and confirms nothing before that answer', async () => {
    const stop = new AbortController();
    const queue = new Queue([], stop);
    const from = (id: number, person: number): Update =>
      ({ update_id: id, message: { from: { id: person } } }) as unknown as Update;
    queue.waiting = [from(1, 10)];
    const seen: number[] = [];
    let release = (): void => undefined;
    const slow = new Promise<void>((resolve) => {
      release = resolve;
    });
    const handling = run(queue, stop, async ({ update_id: id }) => {
      if (id === 1) {
        queue.waiting.push(from(2, 20));
        await slow;
      }
      seen.push(id);
      if (id !== 2) return;
      expect(queue.waiting.map((one) => one.update_id)).toEqual([1, 2]);
      release();
    });
    await handling;
    expect(seen).toEqual([2, 1]);
    expect(queue.waiting).toEqual([]);
  });

  it('does not deal again with what is done while Telegram is being asked', async () => {
    const stop = new AbortController();
    const queue = new Queue([1], stop);
    const seen: number[] = [];
    let release = (): void => undefined;
    const slow = new Promise<void>((resolve) => {
      release = resolve;
    });
    const asked = queue.poll.bind(queue);
    let polls = 0;
    queue.poll = async (wanted) => {
      const answer = await asked(wanted);
      polls += 1;
      // The answer is on its way when the update that it repeats is done.
      if (polls === 2) release();
      for (let turn = 0; polls === 2 && turn < 20; turn += 1) await Promise.resolve();
      return answer;
    };
    await run(queue, stop, async ({ update_id: id }) => {
      await slow;
      seen.push(id);
    });
    expect(seen).toEqual([1]);
  });

  it('does not deal again with what follows an update that fails, and gives one up that never works', async () => {
    const stop = new AbortController();
    const queue = new Queue([], stop);
    const from = (id: number, person: number): Update =>
      ({ update_id: id, message: { from: { id: person } } }) as unknown as Update;
    queue.waiting = [from(1, 10), from(2, 20), from(3, 10)];
    const seen: number[] = [];
    await run(queue, stop, async ({ update_id: id }) => {
      seen.push(id);
      if (id === 1) throw new Error('for good');
    });
    expect(seen.filter((id) => id === 1)).toHaveLength(8);
    expect(seen.filter((id) => id !== 1)).toEqual([2, 3]);
    expect(queue.waiting).toEqual([]);
  });

  it('leaves what it did not begin with to whoever polls next', async () => {
    const stop = new AbortController();
    const queue = new Queue([1, 2, 3], stop);
    await run(queue, stop, async () => {
      stop.abort();
    });
    expect(queue.waiting.map(({ update_id: id }) => id)).toEqual([2, 3]);
  });
});
