import type { Language } from '../languages.ts';

/** How numbers and times are told in one language and time zone. */
export interface Formatting {
  /** Day and time, without seconds. @param atMs epoch milliseconds */
  date(atMs: number): string;
  /** The day and month alone, of days that are near. */
  day(atMs: number): string;
  /** Steps of 1024 under the names that phones show; one decimal below ten. */
  size(bytes: number): string;
  /** "29 days", "5 hours": whole ones of the largest unit of which there are two, never more than there is. */
  span(ms: number): string;
  /** "3 days ago". @param ms that have passed */
  ago(ms: number): string;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** More zones than shops have; beyond it each is made anew. */
const mostKept = 200;

/** Makes what is asked for once, because that takes a hundred times as long as using it. */
export function createFormatting(): (language: Language, timeZone: string | undefined) => Formatting {
  const known = new Map<string, Formatting>();
  return (language, timeZone = 'UTC') => {
    const key = `${language} ${timeZone}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    if (known.size >= mostKept) known.clear();
    const made = formattingIn(language, isTimeZone(timeZone) ? timeZone : 'UTC');
    known.set(key, made);
    return made;
  };
}

function formattingIn(language: Language, timeZone: string): Formatting {
  const day = { day: 'numeric', month: 'long' } as const;
  const time = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  // The shop's own zone is its customers' as well; another one has to be named.
  const zone = timeZone === 'UTC' ? ({ timeZoneName: 'short' } as const) : {};
  const dates = new Intl.DateTimeFormat(language, { ...day, year: 'numeric', ...time, ...zone, timeZone });
  const days = new Intl.DateTimeFormat(language, { ...day, timeZone });
  const ago = new Intl.RelativeTimeFormat(language);
  const sizes = sizesIn(language);
  const spans = spansIn(language);
  return {
    date: (atMs) => dates.format(atMs),
    day: (atMs) => days.format(atMs),
    size: sizes,
    span: (ms) => {
      const { unit, count } = spanOf(ms);
      return spans[unit].format(count);
    },
    ago: (ms) => {
      const { unit, count } = spanOf(ms);
      return ago.format(-count, unit);
    },
  };
}

function spanOf(ms: number): { readonly unit: 'day' | 'hour' | 'minute'; readonly count: number } {
  if (ms >= 2 * dayMs) return { unit: 'day', count: Math.floor(ms / dayMs) };
  if (ms >= 2 * hourMs) return { unit: 'hour', count: Math.floor(ms / hourMs) };
  return { unit: 'minute', count: Math.max(1, Math.floor(ms / minuteMs)) };
}

function spansIn(language: Language): Readonly<Record<'day' | 'hour' | 'minute', Intl.NumberFormat>> {
  const of = (unit: string): Intl.NumberFormat =>
    new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' });
  return { day: of('day'), hour: of('hour'), minute: of('minute') };
}

const sizeUnits = ['megabyte', 'gigabyte', 'terabyte'] as const;

function sizesIn(language: Language): (bytes: number) => string {
  const of = (unit: string, maximumFractionDigits: number): Intl.NumberFormat =>
    new Intl.NumberFormat(language, { style: 'unit', unit, maximumFractionDigits });
  const formats = sizeUnits.map((unit) => ({ small: of(unit, 1), large: of(unit, 0) }));
  return (bytes) => {
    let value = bytes / 1024 ** 2;
    let step = 0;
    while (value >= 1024 && step < formats.length - 1) {
      value /= 1024;
      step += 1;
    }
    const { small, large } = formats[step] ?? {};
    return (value < 10 ? small : large)?.format(value) ?? '';
  };
}

function isTimeZone(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone !== '';
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
