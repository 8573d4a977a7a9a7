import { type Clock, systemClock } from '../../../src/base/clock.ts';

/** Time that runs `factor` times as fast: back-offs and deadlines are as in production, only the test is shorter. */
export function fastClock(factor: number): Clock {
  return {
    now: () => systemClock.now(),
    monotonic: () => systemClock.monotonic() * factor,
    schedule: (delayMs, action) => systemClock.schedule(delayMs / factor, action),
  };
}
