import type { TextsByLanguage } from '../store/index.ts';
import { en } from './locales/en.ts';
import { ru } from './locales/ru.ts';
import type { Texts } from './locales/texts.ts';
import { qualityOf } from './quality.ts';

/** Every language that is spoken. */
export const texts = { en, ru } as const satisfies Record<string, Texts>;

export type Language = keyof typeof texts;

export const languages = Object.keys(texts) as readonly Language[];

/** Nobody's browser sends more that matters. */
const longestHeader = 256;

/**
 * The language to speak: the customer's own choice, else what the app or browser asks for, else the shop's, else English.
 *
 * @param wish.customer a language tag, as the customer chose it in the bot
 * @param wish.acceptLanguage the header of any content
 * @param wish.shop a language tag
 */
export function chooseLanguage(wish: {
  readonly customer?: string | undefined;
  readonly acceptLanguage?: string | undefined;
  readonly shop?: string | undefined;
}): Language {
  return spoken(wish.customer) ?? accepted(wish.acceptLanguage) ?? spoken(wish.shop) ?? 'en';
}

/** In that language, or in the one that the writer gave for everybody else. */
export function textIn(byLanguage: TextsByLanguage | undefined, language: Language): string | undefined {
  if (byLanguage === undefined) return undefined;
  const tag = Object.keys(byLanguage).find((one) => one === language || one.toLowerCase().startsWith(`${language}-`));
  return byLanguage[tag ?? 'default'];
}

function spoken(tag: string | undefined): Language | undefined {
  const primary = tag?.split('-', 1)[0]?.trim().toLowerCase();
  return languages.find((language) => language === primary);
}

/** The most wanted of those that are spoken; equally wanted ones in the order of the header (RFC 9110 section 12.5.4). */
function accepted(header: string | undefined): Language | undefined {
  if (header === undefined) return undefined;
  let best: Language | undefined;
  let most = 0;
  for (const wish of header.slice(0, longestHeader).split(',')) {
    const [tag, ...parameters] = wish.split(';');
    const language = spoken(tag);
    const weight = qualityOf(parameters);
    if (language === undefined || weight <= most) continue;
    [best, most] = [language, weight];
  }
  return best;
}
