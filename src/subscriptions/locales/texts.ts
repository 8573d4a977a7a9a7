import type { Standing } from '../standing.ts';
import type { PageTexts } from './page-texts.ts';

/** A standing that is explained inside the app, as an entry of the list. */
export type NoticedStanding = Exclude<Standing, 'active' | 'unknown'>;

/**
 * All that this service says to customers, in one language. A further language is a further file with one of these, one
 * for the page, and a line in `languages.ts`; the compiler says what is missing.
 */
export interface Texts {
  /** One line each, short enough for the list of a phone. */
  readonly notices: Readonly<Record<NoticedStanding, string>>;
  /** None of the servers can be used by the app that asks. @param apps names of some that can use them */
  readonly takeAnotherApp: (apps: string) => string;
  /** The same where no app is known that could. */
  readonly noAppCanUseThem: string;
  /** Also to whoever only looks what answers here: it says neither what this is nor whether the address ever was one. */
  readonly unknownAddress: string;
  /** The page that hands a subscription to an app. */
  readonly openApp: {
    readonly title: (app: string) => string;
    readonly doing: (app: string) => string;
    readonly otherwise: (app: string) => string;
  };
  /** The customer's own page. */
  readonly page: PageTexts;
}
