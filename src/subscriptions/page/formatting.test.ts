import { describe, expect, it } from 'vitest';

import { createFormatting } from './formatting.ts';

const formatting = createFormatting();
const en = formatting('en', 'Europe/Moscow');
const ru = formatting('ru', 'Europe/Moscow');
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const gigabyte = 1024 ** 3;
/** What Intl puts between a number and its unit depends on its version. */
const plain = (text: string): string => text.replaceAll(/\s/g, ' ');

describe('time that is left or past', () => {
  it.each([
    [30 * dayMs - 1, '29 days', '29 дней', '29 days ago', '29 дней назад'],
    [21 * dayMs, '21 days', '21 день', '21 days ago', '21 день назад'],
    [2 * dayMs, '2 days', '2 дня', '2 days ago', '2 дня назад'],
    [2 * dayMs - 1, '47 hours', '47 часов', '47 hours ago', '47 часов назад'],
    [2 * hourMs, '2 hours', '2 часа', '2 hours ago', '2 часа назад'],
    [2 * hourMs - 1, '119 minutes', '119 минут', '119 minutes ago', '119 минут назад'],
    [0, '1 minute', '1 минута', '1 minute ago', '1 минуту назад'],
  ])('of %i ms is told as %s', (ms, english, russian, ago, russianAgo) => {
    expect([en.span(ms), ru.span(ms), en.ago(ms), ru.ago(ms)].map(plain)).toEqual([english, russian, ago, russianAgo]);
  });
});

it.each([
  [0, '0 MB', '0 МБ'],
  [1.44 * 1024 ** 2, '1.4 MB', '1,4 МБ'],
  [1023 * 1024 ** 2, '1,023 MB', '1 023 МБ'],
  [9.96 * gigabyte, '10 GB', '10 ГБ'],
  [50 * gigabyte, '50 GB', '50 ГБ'],
  [1024 * gigabyte, '1 TB', '1 ТБ'],
  [4096 * 1024 * gigabyte, '4,096 TB', '4 096 ТБ'],
])('%f bytes are %s', (bytes, english, russian) => {
  expect([plain(en.size(bytes)), plain(ru.size(bytes))]).toEqual([english, russian]);
});

describe('dates', () => {
  const atMs = Date.UTC(2026, 11, 31, 22, 5);

  it('are those of the zone that is asked for', () => {
    expect([en.date(atMs), en.day(atMs)]).toEqual(['January 1, 2027 at 01:05', 'January 1']);
    expect(plain(ru.date(atMs))).toBe('1 января 2027 г. в 01:05');
  });

  it('name the zone where it is nobody’s own, and survive one that does not exist', () => {
    for (const zone of [undefined, 'UTC', 'Nowhere/At all']) {
      expect(formatting('en', zone).date(atMs)).toBe('December 31, 2026 at 22:05 UTC');
    }
  });
});
