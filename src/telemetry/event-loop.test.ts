import { Registry } from 'prom-client';
import { expect, it } from 'vitest';

import type { Clock } from '../base/clock.ts';
import { silentLog } from '../base/log.ts';
import { watchEventLoop } from './event-loop.ts';

/** A clock with one timer, which fires as late as the test says. */
function lateClock() {
  let now = 0;
  let timer: { at: number; action: () => void } | undefined;
  const clock: Clock = {
    now: () => now,
    monotonic: () => now,
    schedule(delayMs, action) {
      timer = { at: now + delayMs, action };
      return () => {
        timer = undefined;
      };
    },
  };
  const fire = (lateMs: number): void => {
    if (timer === undefined) throw new Error('nothing is scheduled');
    now = timer.at + lateMs;
    timer.action();
  };
  return { clock, fire, isScheduled: () => timer !== undefined };
}

it('counts stalls, remembers the worst until asked, and ignores what is merely late', async () => {
  const { clock, fire, isScheduled } = lateClock();
  const registry = new Registry();
  const watch = watchEventLoop({ clock, log: silentLog, registry, intervalMs: 500, stallMs: 1000 });
  for (const late of [0, 999, 1500, 1000, 3]) fire(late);
  expect(watch.takeWorstMs()).toBe(1500);
  expect(watch.takeWorstMs()).toBe(0);
  const metrics = await registry.metrics();
  expect(metrics).toContain('wayleave_event_loop_stalls_total 2\n');
  expect(metrics).toContain('wayleave_event_loop_stall_seconds_max 1.5\n');
  watch.stop();
  expect(isScheduled()).toBe(false);
});
