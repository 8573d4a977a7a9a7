import { Registry } from 'prom-client';
import { describe, expect, it, vi } from 'vitest';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { DatabaseWatch } from './database-watch.ts';
import { silentLog } from '../base/log.ts';
import type { Closable } from './lifecycle.ts';

function watchOf(answer: () => Promise<never[]>): {
  clock: ManualClock;
  asked: () => number;
  up: () => Promise<number | undefined>;
  follow: () => void;
  close: () => Promise<unknown>;
} {
  const clock = new ManualClock();
  const registry = new Registry();
  const opened: Closable[] = [];
  const query = vi.fn<() => Promise<never[]>>(answer);
  const watch = new DatabaseWatch({
    clock,
    log: silentLog,
    registry,
    opened: (closable) => void opened.push(closable),
  });
  return {
    clock,
    asked: () => query.mock.calls.length,
    up: async () => (await registry.getSingleMetric('wayleave_database_up')?.get())?.values[0]?.value,
    follow: () => {
      watch.follow({ query });
    },
    close: () => Promise.all(opened.map((closable) => closable.close())),
  };
}

describe('the watch on the database', () => {
  it('says 0 before there is one to ask, 1 once it answers, and 0 when it fails', async () => {
    let answers = true;
    const watch = watchOf(() => (answers ? Promise.resolve([]) : Promise.reject(new Error('refused'))));
    expect(await watch.up()).toBe(0);
    watch.follow();
    await vi.waitFor(async () => {
      expect(await watch.up()).toBe(1);
    });
    answers = false;
    watch.clock.advance(5_000);
    await vi.waitFor(async () => {
      expect(await watch.up()).toBe(0);
    });
    expect(watch.asked()).toBe(2);
    await watch.close();
  });

  it('does not wait for one that hangs, and ends all the same', async () => {
    const watch = watchOf(() => new Promise<never[]>(() => undefined));
    watch.follow();
    watch.clock.advance(4_000);
    await vi.waitFor(() => {
      // The next look is arranged.
      expect(watch.clock.timers).toBe(1);
    });
    expect(await watch.up()).toBe(0);
    await watch.close();
  });
});
