import type { ShownStanding } from '../standing.ts';

/** What a customer's page says of his subscription's state: `ending` is active, but not for long. */
export type PageState = ShownStanding | 'ending';

/** What there is to be told of a state, as it is told in this language. */
export interface StateFacts {
  /** Day and time of the end; absent: never. */
  readonly until: string | undefined;
  /** Time until the end: "29 days". */
  readonly left: string;
  /** Time since the end: "3 days ago". */
  readonly ago: string;
  /** The day on which traffic is counted anew; absent: not by itself. */
  readonly reset: string | undefined;
}

export interface StateTexts {
  /** One or two words. */
  readonly badge: string;
  readonly headline: (facts: StateFacts) => string;
  /** What follows from it for the customer. */
  readonly line: (facts: StateFacts) => string | undefined;
}

/** All that the customer's page says in one language, beside names. Plain text. */
export interface PageTexts {
  readonly states: Readonly<Record<PageState, StateTexts>>;
  readonly renew: string;
  readonly openBot: string;
  readonly askSupport: string;
  readonly lookAgain: string;
  readonly announceMore: string;
  readonly platforms: Readonly<Record<'android' | 'ios' | 'windows' | 'macos' | 'linux', string>>;
  readonly connect: {
    readonly title: string;
    readonly add: (app: string) => string;
    readonly get: (app: string) => string;
    /** The same where the app's name stands beside it: words that the long ones begin with. */
    readonly addShort: string;
    readonly getShort: string;
    /** Beside the link `get`. */
    readonly notInstalled: string;
    readonly otherApps: string;
    /** For an app that takes no link. */
    readonly byHand: string;
    readonly address: string;
    readonly copy: string;
    readonly copied: string;
    readonly secret: string;
    /** Of everything about the link, where it is not what the customer came for. */
    readonly collapsed: string;
  };
  readonly elsewhere: {
    readonly title: string;
    readonly scan: string;
    /** What the code is, for those who cannot see it. */
    readonly code: string;
    readonly apps: string;
  };
  readonly traffic: {
    readonly title: string;
    readonly used: (used: string, limit: string) => string;
    readonly unlimited: (used: string) => string;
    readonly left: (left: string) => string;
    readonly monthly: (day: string) => string;
    readonly renewal: string;
  };
  readonly devices: {
    readonly title: (used: number, limit: number) => string;
    readonly none: string;
    readonly unnamed: string;
    readonly seen: (day: string) => string;
    readonly remove: string;
    /** Asks once more. */
    readonly removeYes: string;
    readonly hint: string;
    readonly more: (count: number) => string;
  };
  readonly servers: {
    readonly title: string;
    /** Where nobody knows how many there will be. */
    readonly some: (ready: number) => string;
    readonly all: (total: number) => string;
    readonly part: (ready: number, total: number) => string;
    /** Where the list of an app has another number of entries than there are servers. */
    readonly entries: (count: number) => string;
    readonly more: (count: number) => string;
  };
  readonly telegram: {
    readonly title: string;
    readonly hint: string;
    readonly open: string;
    readonly more: (count: number) => string;
  };
  readonly links: {
    readonly title: string;
    readonly hint: string;
    readonly file: string;
    readonly more: (count: number) => string;
  };
  readonly support: string;
  readonly website: string;
}
