import { describe, expect, it, vi } from 'vitest';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { Bell, workUntil, type WorkLoop } from './bell.ts';
import { silentLog } from './log.ts';

const pollMs = 1_000;

/** A loop whose work does what the test says, and how often it was done. */
function start(work: (round: number, bell: Bell) => number | Promise<number>) {
  const bell = new Bell();
  const clock = new ManualClock();
  const stop = new AbortController();
  const warn = vi.fn<WorkLoop['log']['warn']>();
  const state = { rounds: 0, hasEnded: false };
  const workOnce = async (): Promise<number> => {
    state.rounds += 1;
    return work(state.rounds, bell);
  };
  const log = { ...silentLog, warn };
  const ended = workUntil(stop.signal, bell, {
    pollMs,
    workOnce,
    isMore: (done) => done >= 2,
    clock,
    log,
    what: 'nothing is done',
  }).then(() => {
    state.hasEnded = true;
  });
  const rests = (): Promise<void> => vi.waitFor(() => expect(clock.timers).toBe(1));
  return { bell, clock, stop, warn, state, ended, rests };
}

describe('a work loop', () => {
  it('works when it starts, when it is rung for, and when the time has come', async () => {
    const { bell, clock, stop, state, ended, rests } = start(() => 0);
    await rests();
    expect(state.rounds).toBe(1);
    bell.ring();
    await vi.waitFor(() => expect(state.rounds).toBe(2));
    await rests();
    clock.advance(pollMs - 1);
    await rests();
    expect(state.rounds).toBe(2);
    clock.advance(1);
    await vi.waitFor(() => expect(state.rounds).toBe(3));
    stop.abort();
    await ended;
  });

  it('loses no ring that comes while it works', async () => {
    const { stop, warn, state, ended, rests } = start((round, bell) => {
      if (round === 1) bell.ring();
      return 0;
    });
    await rests();
    expect(state.rounds).toBe(2);
    expect(warn).not.toHaveBeenCalled();
    stop.abort();
    await ended;
  });

  it('goes on at once while there is more', async () => {
    const { stop, state, ended, rests } = start((round) => (round < 4 ? 2 : 1));
    await rests();
    expect(state.rounds).toBe(4);
    stop.abort();
    await ended;
  });

  it('outlives every failure, and does not try again before the time, whoever rings', async () => {
    const { bell, clock, stop, warn, state, ended, rests } = start(() => {
      throw new Error('no database');
    });
    await rests();
    bell.ring();
    await Promise.resolve();
    expect(clock.timers).toBe(1);
    expect(state.rounds).toBe(1);
    clock.advance(pollMs);
    await vi.waitFor(() => expect(state.rounds).toBe(2));
    expect(warn).toHaveBeenCalledTimes(2);
    stop.abort();
    await expect(ended).resolves.toBeUndefined();
  });

  it('ends on the abort while it rests, and leaves no timer', async () => {
    const { clock, stop, ended, rests } = start(() => 0);
    await rests();
    stop.abort();
    await ended;
    expect(clock.timers).toBe(0);
  });

  it('ends on an abort during work only when that work has ended', async () => {
    const work = Promise.withResolvers<number>();
    const { stop, state, ended } = start(() => work.promise);
    await vi.waitFor(() => expect(state.rounds).toBe(1));
    stop.abort();
    await new Promise(setImmediate);
    expect(state.hasEnded).toBe(false);
    work.resolve(2);
    await ended;
    expect(state.rounds).toBe(1);
  });
});

it('a bell that rang does not keep anybody waiting until it is armed again', async () => {
  const bell = new Bell();
  const clock = new ManualClock();
  const { signal } = new AbortController();
  bell.ring();
  await bell.wait(clock, pollMs, signal);
  expect(clock.timers).toBe(0);
  bell.rearm();
  const waiting = bell.wait(clock, pollMs, signal);
  expect(clock.timers).toBe(1);
  clock.advance(pollMs);
  await waiting;
});
