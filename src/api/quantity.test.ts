import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { ApiError } from './names.ts';
import { parseQuantityBytes } from './quantity.ts';

describe('parseQuantityBytes', () => {
  it.each<[string, bigint]>([
    ['0', 0n],
    ['1', 1n],
    ['+5', 5n],
    ['-0', 0n],
    ['100Gi', 107_374_182_400n],
    ['1.5Gi', 1_610_612_736n],
    ['.5Ki', 512n],
    ['5.', 5n],
    ['1500M', 1_500_000_000n],
    ['1k', 1000n],
    ['1e3', 1000n],
    ['1E3', 1000n],
    ['1E', 1_000_000_000_000_000_000n],
    ['12e-1', 2n],
    ['8Pi', 9_007_199_254_740_992n],
    ['1Ei', 1_152_921_504_606_846_976n],
    ['9007199254740993', 9_007_199_254_740_993n],
    // Rounded up, as Quantity.Value() does.
    ['0.1Gi', 107_374_183n],
    ['100m', 1n],
    ['1u', 1n],
    ['1n', 1n],
  ])('%s is %d bytes', (quantity, bytes) => {
    expect(parseQuantityBytes(quantity)).toBe(bytes);
  });

  it.each([
    '',
    ' ',
    'Gi',
    '.',
    '+',
    '-1',
    '-1Gi',
    '1 Gi',
    '1gi',
    '1K',
    '1KB',
    '1GiB',
    '1,5Gi',
    '0x10',
    '1e',
    '1e+',
    'NaN',
    '१',
  ])('refuses %j', (quantity) => {
    expect(() => parseQuantityBytes(quantity)).toThrow(ApiError);
  });

  it('counts whole numbers with any suffix exactly', () => {
    const suffixes: [string, bigint][] = [
      ['', 1n],
      ['k', 10n ** 3n],
      ['M', 10n ** 6n],
      ['G', 10n ** 9n],
      ['T', 10n ** 12n],
      ['P', 10n ** 15n],
      ['E', 10n ** 18n],
      ['Ki', 2n ** 10n],
      ['Mi', 2n ** 20n],
      ['Gi', 2n ** 30n],
      ['Ti', 2n ** 40n],
      ['Pi', 2n ** 50n],
      ['Ei', 2n ** 60n],
    ];
    fc.assert(
      fc.property(fc.bigInt(0n, 2n ** 63n), fc.constantFrom(...suffixes), (count, [suffix, factor]) => {
        expect(parseQuantityBytes(`${count.toString()}${suffix}`)).toBe(count * factor);
      }),
    );
  });

  it('rounds a fraction up to the next byte, and no further', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 10n ** 12n), fc.integer({ min: 0, max: 999_999 }), (whole, millionths) => {
        const quantity = `${whole.toString()}.${String(millionths).padStart(6, '0')}`;
        expect(parseQuantityBytes(quantity)).toBe(whole + (millionths > 0 ? 1n : 0n));
      }),
    );
  });

  it('answers or throws an ApiError, whatever it is given', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.stringMatching(/^[+-]?[0-9.]{0,6}[numkMGTPEeKi+-]{0,3}[0-9]{0,5}$/)),
        (text) => {
          try {
            expect(parseQuantityBytes(text)).toBeGreaterThanOrEqual(0n);
          } catch (thrown) {
            expect(thrown).toMatchObject({ code: 'API_QUANTITY_INVALID', retry: 'never' });
          }
        },
      ),
    );
  });
});
