import { currencyDecimals, type Money } from '../api/index.ts';

const coins = new Set(['USDT', 'USDC', 'TON', 'BTC']);

/** An amount as people read it: `⭐ 150`, `199 ₽`, `$1.90`, `2.5 TON`. */
export function formatMoney({ currency, minorUnits }: Money, language: string): string {
  const decimals = currencyDecimals[currency];
  const digits = minorUnits.toString().padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  const all = digits.slice(digits.length - decimals);
  // A coin's zeros say nothing; of money people expect none or both.
  const fraction = coins.has(currency) ? all.replace(/0+$/, '') : all.replace(/^0+$/, '');
  // Text keeps every digit; a number would round what has nine decimals.
  const amount = (fraction === '' ? whole : `${whole}.${fraction}`) as `${number}`;
  if (currency === 'XTR') return `⭐ ${whole}`;
  const precision = { minimumFractionDigits: fraction.length, maximumFractionDigits: fraction.length };
  if (coins.has(currency)) return `${new Intl.NumberFormat(language, precision).format(amount)} ${currency}`;
  const style = { style: 'currency', currency, currencyDisplay: 'narrowSymbol', ...precision } as const;
  return new Intl.NumberFormat(language, style).format(amount);
}

/** Date and time in a time zone, without seconds. A zone that does not exist is UTC. @param atMs epoch milliseconds */
export function formatDate(atMs: number, language: string, timeZone: string): string {
  const style = { day: 'numeric', month: 'long', year: 'numeric', hour: '2-digit', minute: '2-digit' } as const;
  const zone = isTimeZone(timeZone) ? timeZone : 'UTC';
  return new Intl.DateTimeFormat(language, { ...style, timeZone: zone, hourCycle: 'h23' }).format(atMs);
}

function isTimeZone(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

const units = {
  en: ['B', 'KB', 'MB', 'GB', 'TB'],
  ru: ['Б', 'КБ', 'МБ', 'ГБ', 'ТБ'],
} as const;

/** Steps of 1024 under the names that phones show; one decimal below ten. */
export function formatSize(bytes: bigint, language: string): string {
  const names = language === 'ru' ? units.ru : units.en;
  let value = Number(bytes);
  let step = 0;
  while (value >= 1024 && step < names.length - 1) {
    value /= 1024;
    step += 1;
  }
  const maximumFractionDigits = value < 10 && step > 0 ? 1 : 0;
  return `${new Intl.NumberFormat(language, { maximumFractionDigits }).format(value)} ${names[step] ?? ''}`;
}
