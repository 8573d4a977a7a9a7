import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { ApiError } from './names.ts';
import { MAX_PERIOD_COUNT, parsePeriodSeconds } from './period.ts';

describe('parsePeriodSeconds', () => {
  it.each([
    ['P1D', 86_400],
    ['P30D', 2_592_000],
    ['P1W', 604_800],
    ['P3660D', 316_224_000],
    ['P3660W', 2_213_568_000],
  ])('%s is %d s', (period, seconds) => {
    expect(parsePeriodSeconds(period)).toBe(seconds);
  });

  it.each([
    '',
    'P',
    'P0D',
    'P01D',
    'P3661D',
    'P9999W',
    'P12345D',
    'P1M',
    'P1Y',
    'PT1H',
    'P1D ',
    'p1d',
    '-P1D',
    'P1.5D',
    'P1D\n',
  ])('refuses %j', (period) => {
    expect(() => parsePeriodSeconds(period)).toThrow(ApiError);
  });

  it('makes a week seven days', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: Math.floor(MAX_PERIOD_COUNT / 7) }), (weeks) => {
        expect(parsePeriodSeconds(`P${String(weeks)}W`)).toBe(parsePeriodSeconds(`P${String(weeks * 7)}D`));
      }),
    );
  });
});
