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

/** Amounts of which one is paid: `⭐ 150 or 199 ₽`. Those that are the same are told once. */
export function formatPrices(prices: readonly Money[], language: string): string {
  const amounts = new Set(prices.map((price) => formatMoney(price, language)));
  return new Intl.ListFormat(language, { type: 'disjunction' }).format(amounts);
}

const time = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
const forms = {
  /** Date and time, with the zone: customers of one shop live in several. */
  full: { day: 'numeric', month: 'long', year: 'numeric', ...time, timeZoneName: 'short' },
  /** For rows of lists below a text that names the zone. */
  short: { day: 'numeric', month: 'short', year: 'numeric', ...time },
  day: { day: 'numeric', month: 'short', year: 'numeric' },
} as const;

/** An instant in a time zone, without seconds. A zone that does not exist is UTC. @param atMs epoch milliseconds */
export function formatDate(
  atMs: number,
  language: string,
  timeZone: string,
  form: keyof typeof forms = 'full',
): string {
  const zone = isTimeZone(timeZone) ? timeZone : 'UTC';
  return new Intl.DateTimeFormat(language, { ...forms[form], timeZone: zone }).format(atMs);
}

function isTimeZone(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

const units = {
  en: ['MB', 'GB', 'TB'],
  ru: ['МБ', 'ГБ', 'ТБ'],
} as const;

/** Megabytes and more in steps of 1024, as the customer's page has it; one decimal below ten. */
export function formatSize(bytes: bigint, language: string): string {
  const names = language === 'ru' ? units.ru : units.en;
  let value = Number(bytes) / 1024 ** 2;
  let step = 0;
  while (value >= 1024 && step < names.length - 1) {
    value /= 1024;
    step += 1;
  }
  const maximumFractionDigits = value < 10 ? 1 : 0;
  return `${new Intl.NumberFormat(language, { maximumFractionDigits }).format(value)} ${names[step] ?? ''}`;
}
