import type { ClientCore } from '../formats/client-core.ts';
import { type Answer, privateHeaders, variesBy } from './answer.ts';
import { type Language, textIn } from './languages.ts';
import { type Profile, titleOf, visibleText } from './profile.ts';
import { addressUnder, assumedBase, publicBase } from './public-address.ts';
import type { RenderedSubscription } from './rendered-subscription.ts';
import type { SubscriptionDocument } from './source.ts';
import type { ShownStanding } from './standing.ts';

export type Platform = 'android' | 'ios' | 'windows' | 'macos' | 'linux' | 'unknown';

/** One entry of the customer's list. */
export interface PageServer {
  readonly name: string;
  /** For apps that take one server at a time. */
  readonly link: string;
  /** Otherwise it is for Telegram alone. */
  readonly isVpn: boolean;
}

/** What the page shows of a shop, in the customer's language. Nobody has looked at the schemes of its addresses. */
export interface PageProfile {
  readonly title: string;
  readonly supportUrl?: string;
  readonly webPageUrl?: string;
  /** Where a subscription is renewed. */
  readonly botUrl?: string;
  readonly announce?: string;
  readonly announceUrl?: string;
  /** As IANA calls it; UTC without one. */
  readonly timeZone?: string;
}

/** All that the customer's page shows. */
export interface PageInput {
  readonly document: SubscriptionDocument;
  readonly standing: ShownStanding;
  readonly nowMs: number;
  readonly language: Language;
  readonly profile: PageProfile;
  /** As the customer asked for it, without a query. */
  readonly address: string;
  /** In the order to show; empty where the standing hides servers. */
  readonly servers: readonly PageServer[];
  /** What an app may run on to use at least one of the servers. */
  readonly cores: readonly ClientCore[];
  readonly platform: Platform;
}

/** Whoever makes pages. Pure. */
export interface Pages {
  renderPage(input: PageInput): { readonly html: string; readonly contentSecurityPolicy: string };
  platformOf(userAgent: string | undefined): Platform;
}

export interface PageRequest {
  readonly standing: ShownStanding;
  readonly language: Language;
  readonly nowMs: number;
  readonly token: string;
  readonly host: string | undefined;
  readonly userAgent: string | undefined;
}

/** Made for each request: it says how many days are left. Kept by nobody. */
export function pageAnswer(pages: Pages, subscription: RenderedSubscription, request: PageRequest): Answer {
  const { document, profile } = subscription;
  const { standing, language, nowMs, token, host, userAgent } = request;
  const { html, contentSecurityPolicy } = pages.renderPage({
    document,
    standing,
    nowMs,
    language,
    profile: { title: titleOf(document, profile, language), ...shownOf(profile, language) },
    address: addressUnder(publicBase(profile.publicUrls, host) ?? assumedBase(host), token),
    servers: subscription.pageServers(standing),
    cores: subscription.usableCores(),
    platform: pages.platformOf(userAgent),
  });
  return {
    status: 200,
    body: html,
    encoding: 'utf8',
    headers: [
      'content-type',
      'text/html; charset=utf-8',
      'content-length',
      String(Buffer.byteLength(html)),
      'cache-control',
      'no-store',
      'referrer-policy',
      'no-referrer',
      'content-security-policy',
      contentSecurityPolicy,
      ...variesBy,
      ...privateHeaders,
    ],
  };
}

/** Longer ones are for a page of the shop's own. */
const longestAnnouncement = 500;

function shownOf(profile: Profile, language: Language): Omit<PageProfile, 'title'> {
  const { supportUrl, webPageUrl, botUrl, timeZone, announce } = profile;
  const text = visibleText(textIn(announce?.text, language), longestAnnouncement);
  return {
    ...(supportUrl === undefined ? {} : { supportUrl }),
    ...(webPageUrl === undefined ? {} : { webPageUrl }),
    ...(botUrl === undefined ? {} : { botUrl }),
    ...(timeZone === undefined ? {} : { timeZone }),
    ...(text === undefined ? {} : { announce: text }),
    ...(announce?.url === undefined ? {} : { announceUrl: announce.url }),
  };
}
