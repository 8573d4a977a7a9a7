import type { Standing } from './standing.ts';

/** A standing that is explained inside the app, as an entry of the list. */
export type NoticedStanding = Exclude<Standing, 'active' | 'unknown'>;

type NoticeTexts = Readonly<Record<NoticedStanding, string>>;

/** One line each, short enough for the list of a phone. A further language is a further entry here. */
const texts = {
  en: {
    preparing: '⏳ Being set up: refresh in a minute',
    expired: '⛔ Expired: renew to go on, then refresh',
    limited: '⛔ Traffic used up: renew or wait for the reset',
    suspended: '⏸ Suspended: please contact support',
    denied: '⛔ Access closed: please contact support',
    moved: '🔑 This address was replaced: use the new one',
  },
} as const satisfies Record<string, NoticeTexts>;

export type NoticeLocale = keyof typeof texts;

/** The sentences that stand before the servers. */
export function noticesFor(standing: Standing, locale: NoticeLocale): readonly string[] {
  return standing === 'active' || standing === 'unknown' ? [] : [texts[locale][standing]];
}
