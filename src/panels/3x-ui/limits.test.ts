import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeExpiry, encodeExpiry, encodeQuota, wholeSecond } from './limits.ts';

const direct = { cutsHarmlessly: true };
const backstop = { cutsHarmlessly: false };
const day = 86_400_000;

const moment = fc.integer({ min: 100_000_000_000, max: 4_102_444_800_000 });
const skew = fc.integer({ min: -16 * 3600 * 1000, max: 16 * 3600 * 1000 });
const rules = fc.constantFrom(direct, backstop);

describe('expiry on a panel', () => {
  it('is what was asked for when the clocks agree', () => {
    expect(encodeExpiry(1_800_000_000_000, 0, direct)).toBe(1_800_000_000_000);
    expect(encodeExpiry(1_800_000_000_000, 0, backstop)).toBe(1_800_000_000_000 + day);
    expect(encodeExpiry(0, 5000, direct)).toBe(0);
  });

  it('reads back as what it was written for, however the measured skew wobbles', () => {
    fc.assert(
      fc.property(moment, skew, fc.integer({ min: -25_000, max: 25_000 }), rules, (at, skewMs, wobbleMs, rule) => {
        expect(decodeExpiry(encodeExpiry(at, skewMs, rule), skewMs + wobbleMs, rule)).toBe(wholeSecond(at));
      }),
    );
  });

  it('never cuts early by the panel clock, and not more than two minutes late', () => {
    fc.assert(
      fc.property(moment, skew, (at, skewMs) => {
        const lateMs = encodeExpiry(at, skewMs, direct) - (at + skewMs);
        expect(lateMs).toBeGreaterThanOrEqual(-5000);
        expect(lateMs).toBeLessThanOrEqual(122_000);
      }),
    );
  });

  it('is drift once the panel clock has moved away', () => {
    const written = encodeExpiry(1_800_000_000_000, 0, direct);
    expect(decodeExpiry(written, 300_000, direct)).toBeUndefined();
    expect(decodeExpiry(written, -300_000, direct)).toBeUndefined();
  });

  it('is not ours when it counts from the first use', () => {
    expect(decodeExpiry(-3_600_000, 0, direct)).toBeUndefined();
  });
});

describe('quota on a panel', () => {
  it('is as given where the panel cuts harmlessly, and has headroom elsewhere', () => {
    expect(encodeQuota(5e9, direct)).toBe(5e9);
    expect(encodeQuota(5e9, backstop)).toBe(5e9 + 2 ** 30);
    expect(encodeQuota(5e12, backstop)).toBe(5.5e12);
    expect(encodeQuota(0, backstop)).toBe(0);
  });
});
