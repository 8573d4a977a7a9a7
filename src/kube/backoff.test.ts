import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Backoff } from './backoff.ts';

describe('Backoff', () => {
  it('stays between floor and cap, and reaches the cap', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { minLength: 1 }),
        (draws) => {
          let turn = 0;
          const backoff = new Backoff(800, 30_000, () => draws[turn++ % draws.length] ?? 0);
          const delays = Array.from({ length: 20 }, () => backoff.next());
          expect(delays.every((ms) => ms >= 800 && ms <= 30_000)).toBe(true);
        },
      ),
    );
    const eager = new Backoff(800, 30_000, () => 1);
    expect(Array.from({ length: 7 }, () => eager.next())).toEqual([
      1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000,
    ]);
    eager.reset();
    expect(eager.next()).toBe(1_600);
  });
});
