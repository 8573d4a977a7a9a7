import { expect, it } from 'vitest';

import { ManualClock } from '../../test/support/manual-clock.ts';
import { UsageOfTokens } from './usage-of-tokens.ts';

const hour = 3_600_000;

function setup(mostKeys = 100_000) {
  const clock = new ManualClock(Date.UTC(2026, 0, 1));
  const written: (readonly string[])[] = [];
  const seen: string[] = [];
  const failures: unknown[] = [];
  const state = { fails: false, old: 0, forgotten: 0 };
  const usage = new UsageOfTokens({
    clock,
    mostKeys,
    writeUses(keys) {
      if (state.fails) return Promise.reject(new Error('ECONNREFUSED'));
      written.push(keys);
      return Promise.resolve();
    },
    writeSeen(ids) {
      seen.push(...ids);
      return Promise.resolve();
    },
    forget() {
      if (state.fails) return Promise.reject(new Error('ECONNREFUSED'));
      state.forgotten += 1;
      state.old -= 1;
      return Promise.resolve(state.old > 0);
    },
    onFailure: (error) => failures.push(error),
  });
  const flush = async (): Promise<void> => {
    clock.advance(30_000);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { clock, usage, written, seen, failures, state, flush };
}

it('an address is written once an hour, however often it is asked for', async () => {
  const { usage, written, flush, clock } = setup();
  for (let at = 0; at < 100; at += 1) usage.used('alice');
  usage.used('bob');
  await flush();
  usage.used('alice');
  await flush();
  expect(written).toEqual([['alice', 'bob']]);
  clock.advance(hour);
  usage.used('alice');
  await flush();
  expect(written).toEqual([['alice', 'bob'], ['alice']]);
});

it('goes in batches', async () => {
  const { usage, written, flush } = setup();
  for (let at = 0; at < 4500; at += 1) usage.used(String(at));
  await flush();
  expect(written.map(({ length }) => length)).toEqual([2000, 2000, 500]);
});

it('what cannot be written is tried again, without bound on time and with one on memory', async () => {
  const { usage, written, failures, state, flush } = setup(3);
  state.fails = true;
  for (const key of ['a', 'b', 'c', 'd', 'e']) usage.used(key);
  await flush();
  await flush();
  // Twice to write, twice to forget.
  expect(failures).toHaveLength(4);
  state.fails = false;
  await flush();
  expect(written.flat().toSorted()).toEqual(['a', 'b', 'c']);
});

it('a device is noted a day after it was last', async () => {
  const { usage, seen, flush, clock } = setup();
  usage.seen('new', clock.now() - hour);
  usage.seen('old', clock.now() - 25 * hour);
  usage.seen('old', clock.now() - 25 * hour);
  await flush();
  expect(seen).toEqual(['old']);
});

it('stopping writes the rest, and ends although nothing can be written', async () => {
  const { usage, written, clock, state } = setup();
  usage.used('a');
  await usage.stop();
  expect(written).toEqual([['a']]);
  state.fails = true;
  usage.used('b');
  await usage.stop();
  expect(clock.timers).toBe(0);
});

it('what is old is forgotten once an hour, a batch at each writing until nothing is left', async () => {
  const { usage, clock, state, flush } = setup();
  state.old = 2;
  const forgotten: number[] = [];
  for (const key of ['a', 'b', 'c']) {
    usage.used(key);
    await flush();
    forgotten.push(state.forgotten);
  }
  expect(forgotten).toEqual([1, 2, 2]);
  clock.advance(hour);
  usage.used('d');
  await flush();
  expect(state.forgotten).toBe(3);
});
