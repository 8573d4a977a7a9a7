import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../base/clock.ts';
import { WallClockTimer } from './wall-clock-timer.ts';

/** A clock whose timers fire when the test says so, and which the test may set. */
function manualClock(): { clock: Clock; advance: (ms: number) => void; jump: (ms: number) => void; sleeps: number[] } {
  let now = 1_000_000;
  let timer: { at: number; action: () => void } | undefined;
  const sleeps: number[] = [];
  const clock: Clock = {
    now: () => now,
    monotonic: () => now,
    schedule(delayMs, action) {
      sleeps.push(delayMs);
      const mine = { at: now + delayMs, action };
      timer = mine;
      return () => {
        if (timer === mine) timer = undefined;
      };
    },
  };
  const advance = (ms: number): void => {
    const end = now + ms;
    while (timer !== undefined && timer.at <= end) {
      now = Math.max(now, timer.at);
      const { action } = timer;
      timer = undefined;
      action();
    }
    now = end;
  };
  return { clock, advance, jump: (ms) => (now += ms), sleeps };
}

describe('the timer of expiries', () => {
  it('calls for each key once, at its instant and not before', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.nat(500_000)), { maxLength: 40 }),
        (sets) => {
          const { clock, advance } = manualClock();
          const fired: [string, number][] = [];
          const timer = new WallClockTimer(clock, (key) => fired.push([key, clock.now()]));
          const wanted = new Map<string, number>();
          for (const [key, inMs] of sets) {
            timer.set(key, clock.now() + inMs);
            wanted.set(key, clock.now() + inMs);
          }
          advance(600_000);
          expect(new Map(fired)).toEqual(wanted);
          expect(fired).toHaveLength(wanted.size);
        },
      ),
    );
  });

  it('sleeps at most a minute, so that it notices a clock that was set', () => {
    const { clock, advance, jump, sleeps } = manualClock();
    const fired: string[] = [];
    const timer = new WallClockTimer(clock, (key) => fired.push(key));
    timer.set('a', clock.now() + 86_400_000);
    expect(Math.max(...sleeps)).toBe(60_000);
    jump(86_400_000);
    advance(60_000);
    expect(fired).toEqual(['a']);
  });

  it('forgets what was taken back, and falls silent when stopped', () => {
    const { clock, advance } = manualClock();
    const fired: string[] = [];
    const timer = new WallClockTimer(clock, (key) => fired.push(key));
    timer.set('a', clock.now() + 1000);
    timer.set('a', undefined);
    timer.set('b', clock.now() + 1000);
    advance(500);
    timer.stop();
    advance(10_000);
    expect(fired).toEqual([]);
  });
});
