import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Clock } from '../base/clock.ts';
import { RateLimiter } from './rate-limit.ts';

function handClock() {
  let nowMs = 0;
  const clock: Clock = { now: () => nowMs, monotonic: () => nowMs, schedule: () => () => undefined };
  return { clock, advance: (ms: number) => (nowMs += ms) };
}

describe('a limit', () => {
  it('lets a burst through, then as many as come back', () => {
    const { clock, advance } = handClock();
    const limiter = new RateLimiter({ perSecond: 2, burst: 3 }, clock);
    expect([1, 2, 3, 4].map(() => limiter.take('a'))).toEqual([0, 0, 0, 1]);
    expect(limiter.take('b')).toBe(0);
    advance(500);
    expect([limiter.take('a'), limiter.take('a')]).toEqual([0, 1]);
  });

  it('says truly when to come back', () => {
    const { clock, advance } = handClock();
    const limiter = new RateLimiter({ perSecond: 0.1, burst: 1 }, clock);
    limiter.take('a');
    const wait = limiter.take('a');
    expect(wait).toBe(10);
    advance(wait * 1000);
    expect(limiter.take('a')).toBe(0);
  });

  it('never lets more through than burst plus what came back, whatever the rhythm', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3000 }), { maxLength: 200 }), (pauses) => {
        const { clock, advance } = handClock();
        const limiter = new RateLimiter({ perSecond: 3, burst: 5 }, clock);
        let passed = 0;
        let elapsedMs = 0;
        for (const pause of pauses) {
          advance(pause);
          elapsedMs += pause;
          if (limiter.take('a') === 0) passed += 1;
        }
        expect(passed).toBeLessThanOrEqual(5 + Math.floor((elapsedMs / 1000) * 3 + 1e-6));
      }),
    );
  });
});
