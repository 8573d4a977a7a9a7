import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Fluent } from '@grammyjs/i18n';
import type { Money } from '../api/index.ts';
import { BotError } from './errors.ts';
import { formatDate, formatMoney, formatPrices, formatSize } from './format.ts';

/** Text that is HTML already, for a variable that must not be escaped. */
export interface Html {
  readonly html: string;
}

export type TextVariables = Readonly<Record<string, string | number | Html>>;

/** Says things in one language, in the time zone of one shop. */
export interface Speaker {
  /** The language that most of it comes in. */
  readonly language: string;
  /** HTML: variables are escaped. */
  say(key: string, variables?: TextVariables): string;
  /** Plain text, for buttons, toasts and invoices. */
  label(key: string, variables?: Readonly<Record<string, string | number>>): string;
  /** Plain, of a title per language with `default`. */
  title(titles: Readonly<Record<string, string>>): string;
  /** `⭐ 150`, `199 ₽` */
  money(money: Money): string;
  /** `⭐ 150 or 199 ₽` */
  prices(prices: readonly Money[]): string;
  /** Date, time and zone. @param atMs epoch milliseconds */
  date(atMs: number): string;
  /** Date and time, for rows of a list whose head names the zone, and for buttons. @param atMs epoch milliseconds */
  moment(atMs: number): string;
  /** The date alone. @param atMs epoch milliseconds */
  day(atMs: number): string;
  /** `1.5 GB` */
  size(bytes: bigint): string;
}

/** All texts of the bot in all languages. */
export interface Texts {
  /** Those that have a folder, with English. */
  readonly languages: readonly string[];
  /**
   * @param wanted the customer's language, then the shop's default: each as a tag such as `pt-BR`, of which the first part
   *   is enough. English is the last resort.
   */
  speaker(wanted: readonly (string | undefined)[], timeZone: string): Speaker;
}

/** The folder beside this file; a bundle keeps it beside itself. */
export const localesDirectory = fileURLToPath(new URL('./locales/', import.meta.url));

const lastResort = 'en';

/**
 * Reads every `locales/<language>/*.ftl`.
 *
 * @param onWarning is told of a text or variable that is missing; texts come out all the same
 * @throws BotError BOT_TEXTS_INVALID
 */
export function loadTexts(onWarning: (message: string) => void, directory = localesDirectory): Texts {
  const fluent = new Fluent({
    warningHandler: ({ path: key, locales }) => {
      onWarning(`text ${key} is missing in one of ${locales.join(', ')}`);
    },
  });
  const languages = readLanguages(directory);
  for (const language of languages) {
    const source = filesOf(path.join(directory, language)).join('\n');
    try {
      fluent.addTranslationSync({ locales: language, source, bundleOptions: { useIsolating: false } });
    } catch (cause) {
      throw new BotError('BOT_TEXTS_INVALID', `the texts in locales/${language} cannot be read`, {
        retry: 'never',
        cause,
      });
    }
  }
  return {
    languages,
    speaker: (wanted, timeZone) => makeSpeaker(fluent, chooseLanguages(wanted, languages), timeZone),
  };
}

/** In order of preference, without repetitions, only what there is. */
export function chooseLanguages(wanted: readonly (string | undefined)[], known: readonly string[]): string[] {
  const parts = wanted.flatMap((tag) => (tag === undefined ? [] : [tag, tag.split('-')[0] ?? tag]));
  return [...new Set([...parts, lastResort])].filter((language) => known.includes(language));
}

function makeSpeaker(fluent: Fluent, languages: readonly string[], timeZone: string): Speaker {
  const [language = lastResort] = languages;
  const translate = (key: string, variables: Readonly<Record<string, string | number>>): string =>
    fluent.translate([...languages], key, { ...variables });
  return {
    language,
    say: (key, variables = {}) =>
      translate(key, Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, toHtml(value)]))),
    label: (key, variables = {}) => translate(key, variables),
    title: (titles) => titleIn(languages, titles),
    money: (money) => formatMoney(money, language),
    prices: (prices) => formatPrices(prices, language),
    date: (atMs) => formatDate(atMs, language, timeZone),
    moment: (atMs) => formatDate(atMs, language, timeZone, 'short'),
    day: (atMs) => formatDate(atMs, language, timeZone, 'day'),
    size: (bytes) => formatSize(bytes, language),
  };
}

function toHtml(value: string | number | Html): string | number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' ? escapeHtml(value) : value.html;
}

export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

function titleIn(languages: readonly string[], titles: Readonly<Record<string, string>>): string {
  for (const language of languages) {
    const title = titles[language];
    if (title !== undefined) return title;
  }
  return titles['default'] ?? Object.values(titles)[0] ?? '';
}

function readLanguages(directory: string): string[] {
  try {
    const entries = readdirSync(directory, { withFileTypes: true });
    return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).toSorted();
  } catch (cause) {
    throw new BotError('BOT_TEXTS_INVALID', `there is no folder of texts at ${directory}`, { retry: 'never', cause });
  }
}

function filesOf(directory: string): string[] {
  const names = readdirSync(directory).filter((name) => name.endsWith('.ftl'));
  return names.toSorted().map((name) => readFileSync(path.join(directory, name), 'utf8'));
}
