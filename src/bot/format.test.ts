import { describe, expect, it } from 'vitest';
import type { Money } from '../api/index.ts';
import { formatDate, formatMoney, formatPrices, formatSize } from './format.ts';

const plain = (text: string): string => text.replaceAll(/[\u00a0\u202f]/g, ' ');

describe('formats', () => {
  it.each<[Money, string, string]>([
    [{ currency: 'XTR', minorUnits: 150n }, 'en', '⭐ 150'],
    [{ currency: 'RUB', minorUnits: 19_900n }, 'ru', '199 ₽'],
    [{ currency: 'USD', minorUnits: 199n }, 'en', '$1.99'],
    [{ currency: 'USD', minorUnits: 190n }, 'en', '$1.90'],
    [{ currency: 'USD', minorUnits: 5n }, 'en', '$0.05'],
    [{ currency: 'TON', minorUnits: 2_500_000_000n }, 'en', '2.5 TON'],
    [{ currency: 'BTC', minorUnits: 1n }, 'en', '0.00000001 BTC'],
  ])('%o in %s is %s', (money, language, expected) => {
    expect(plain(formatMoney(money, language))).toBe(expected);
  });

  it('tells what one of several ways to pay costs, each amount once', () => {
    const stars: Money = { currency: 'XTR', minorUnits: 150n };
    const roubles: Money = { currency: 'RUB', minorUnits: 19_900n };
    expect(plain(formatPrices([stars, roubles, roubles], 'ru'))).toBe('⭐ 150 или 199 ₽');
    expect(plain(formatPrices([stars, { currency: 'USD', minorUnits: 199n }], 'en'))).toBe('⭐ 150 or $1.99');
    expect(formatPrices([stars], 'en')).toBe('⭐ 150');
  });

  it('tells times in the zone of the shop, and in UTC where that does not exist', () => {
    const at = Date.UTC(2026, 0, 31, 22, 30);
    expect(formatDate(at, 'en', 'Europe/Berlin')).toContain('23:30');
    expect(formatDate(at, 'ru', 'Europe/Moscow')).toMatch(/1 февраля 2026.*01:30/);
    expect(formatDate(at, 'en', 'No/Where')).toContain('22:30');
  });

  it('name the zone, except in rows of lists and on buttons', () => {
    const at = Date.UTC(2027, 1, 1, 16, 46);
    expect(plain(formatDate(at, 'en', 'UTC'))).toBe('February 1, 2027 at 16:46 UTC');
    expect(formatDate(at, 'ru', 'Europe/Moscow')).toMatch(/19:46 (GMT\+3|MSK)$/);
    expect(plain(formatDate(at, 'en', 'UTC', 'short'))).toBe('Feb 1, 2027, 16:46');
    expect(plain(formatDate(at, 'en', 'UTC', 'day'))).toBe('Feb 1, 2027');
  });

  it.each<[bigint, string]>([
    [0n, '0 MB'],
    [1536n * 1024n, '1.5 MB'],
    [50n * 1024n ** 3n, '50 GB'],
    [3000n * 1024n ** 4n, '3,000 TB'],
  ])('%d bytes are %s', (bytes, expected) => {
    expect(formatSize(bytes, 'en')).toBe(expected);
  });
});
