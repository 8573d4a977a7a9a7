import { ApiError } from './names.ts';

const DECIMAL_EXPONENTS: Readonly<Record<string, number>> = {
  '': 0,
  n: -9,
  u: -6,
  m: -3,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};

const BINARY_EXPONENTS: Readonly<Record<string, bigint>> = { Ki: 10n, Mi: 20n, Gi: 30n, Ti: 40n, Pi: 50n, Ei: 60n };

/** Kubernetes' own grammar; `1E` is an exabyte and `1E3` a thousand bytes, so the exponent needs its digits. */
const QUANTITY = /^([+-]?)(?:([0-9]+)(?:\.([0-9]*))?|\.([0-9]+))(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?[0-9]{1,4}))?$/;

/**
 * Bytes of a Kubernetes quantity such as `100Gi`, `1.5T` or `1e9`. A fraction of a byte is rounded up, as
 * `Quantity.Value()` of Kubernetes does.
 *
 * @throws ApiError API_QUANTITY_INVALID if it is no quantity or is negative
 */
export function parseQuantityBytes(quantity: string): bigint {
  // Nobody writes longer ones, and a bound keeps a hostile exponent from costing memory.
  const match = quantity.length <= 64 ? QUANTITY.exec(quantity) : null;
  if (match === null) {
    throw refuse(quantity, 'is not a quantity of bytes such as 100Gi');
  }
  const [, sign, whole = '0', fraction = match[4] ?? '', , suffix = '', exponent] = match;
  const digits = BigInt(whole + fraction);
  if (sign === '-' && digits > 0n) {
    throw refuse(quantity, 'is negative');
  }
  const binary = BINARY_EXPONENTS[suffix];
  const decimals = binary === undefined ? Number(exponent ?? DECIMAL_EXPONENTS[suffix]) : 0;
  const scale = decimals - fraction.length;
  const scaled = (digits << (binary ?? 0n)) * 10n ** BigInt(Math.max(scale, 0));
  const divisor = 10n ** BigInt(Math.max(-scale, 0));
  return (scaled + divisor - 1n) / divisor;
}

function refuse(quantity: string, why: string): ApiError {
  return new ApiError('API_QUANTITY_INVALID', `${JSON.stringify(quantity.slice(0, 64))} ${why}`, { retry: 'never' });
}
