import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { currencies, currencyDecimals, parseMoney } from './money.ts';

describe('parseMoney', () => {
  it.each([
    ['199', 'RUB', 19_900n],
    ['199.00', 'RUB', 19_900n],
    ['199.5', 'RUB', 19_950n],
    ['0.01', 'USD', 1n],
    ['150', 'XTR', 150n],
    ['0.000001', 'USDT', 1n],
    ['1.123456789', 'TON', 1_123_456_789n],
    ['999999999999.999999999', 'TON', 999_999_999_999_999_999_999n],
  ])('%s %s is %d minor units', (amount, currency, minorUnits) => {
    expect(parseMoney(amount, currency)).toEqual({ currency, minorUnits });
  });

  it.each([
    ['199.999', 'RUB', 'API_AMOUNT_INVALID'],
    ['150.0', 'XTR', 'API_AMOUNT_INVALID'],
    ['0', 'EUR', 'API_AMOUNT_INVALID'],
    ['0.00', 'EUR', 'API_AMOUNT_INVALID'],
    ['-1', 'EUR', 'API_AMOUNT_INVALID'],
    ['1,99', 'EUR', 'API_AMOUNT_INVALID'],
    ['01', 'EUR', 'API_AMOUNT_INVALID'],
    ['1.', 'EUR', 'API_AMOUNT_INVALID'],
    ['.5', 'EUR', 'API_AMOUNT_INVALID'],
    ['1e3', 'EUR', 'API_AMOUNT_INVALID'],
    ['', 'EUR', 'API_AMOUNT_INVALID'],
    ['5', 'DOGE', 'API_CURRENCY_UNKNOWN'],
    ['5', 'toString', 'API_CURRENCY_UNKNOWN'],
  ])('refuses %j %s with %s', (amount, currency, code) => {
    expect(() => parseMoney(amount, currency)).toThrow(expect.objectContaining({ code }));
  });

  it('reads back every amount that a currency can express', () => {
    fc.assert(
      fc.property(fc.constantFrom(...currencies), fc.bigInt(1n, 10n ** 12n), (currency, minorUnits) => {
        const decimals = currencyDecimals[currency];
        const digits = minorUnits.toString().padStart(decimals + 1, '0');
        const whole = digits.slice(0, digits.length - decimals);
        const amount = decimals === 0 ? whole : `${whole}.${digits.slice(-decimals)}`;
        // Beyond this the schema takes no amount: nobody sells for a million millions.
        fc.pre(whole.length <= 12);
        expect(parseMoney(amount, currency)).toEqual({ currency, minorUnits });
      }),
    );
  });
});
