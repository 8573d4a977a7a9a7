import { ApiError } from './names.ts';

/**
 * Currencies that a price may have, with the number of decimals that an amount may carry: ISO 4217's for money, the
 * token's own for coins. Telegram Stars (`XTR`) are whole.
 */
export const currencyDecimals = {
  RUB: 2,
  USD: 2,
  EUR: 2,
  GBP: 2,
  UAH: 2,
  KZT: 2,
  BYN: 2,
  UZS: 2,
  TRY: 2,
  CNY: 2,
  INR: 2,
  AED: 2,
  XTR: 0,
  USDT: 6,
  USDC: 6,
  TON: 9,
  BTC: 8,
} as const;

export type Currency = keyof typeof currencyDecimals;

export const currencies = Object.keys(currencyDecimals) as [Currency, ...Currency[]];

/** An amount as payments and the ledger count it: whole minor units, never a float. */
export interface Money {
  readonly currency: Currency;
  /** In units of 10^-decimals of the currency: kopecks, cents, Stars. */
  readonly minorUnits: bigint;
}

export function isCurrency(code: string): code is Currency {
  return Object.hasOwn(currencyDecimals, code);
}

/**
 * Reads a price of a plan.
 *
 * @param amount decimal string with a point, for example `199.00`; zero and negative amounts are refused, as the schema does
 * @throws ApiError API_CURRENCY_UNKNOWN, API_AMOUNT_INVALID
 */
export function parseMoney(amount: string, currency: string): Money {
  if (!isCurrency(currency)) {
    throw new ApiError('API_CURRENCY_UNKNOWN', `currency ${JSON.stringify(currency)} is not known`, { retry: 'never' });
  }
  const decimals = currencyDecimals[currency];
  const match = /^(0|[1-9][0-9]{0,11})(?:\.([0-9]{1,9}))?$/.exec(amount);
  const fraction = match?.[2] ?? '';
  const minorUnits = match === null ? 0n : BigInt(`${match[1] ?? ''}${fraction.padEnd(decimals, '0')}`);
  if (fraction.length > decimals || minorUnits === 0n) {
    throw new ApiError(
      'API_AMOUNT_INVALID',
      `amount ${JSON.stringify(amount)} is not a positive amount of ${currency} with at most ${String(decimals)} decimals`,
      { retry: 'never' },
    );
  }
  return { currency, minorUnits };
}
