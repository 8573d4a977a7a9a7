import { type Answer, privateHeaders, variesBy } from './answer.ts';
import { type Language, textIn } from './languages.ts';
import { titleOf } from './profile.ts';
import { addressUnder, assumedBase, publicBase } from './public-address.ts';
import type { RenderedSubscription } from './rendered-subscription.ts';
import type { SubscriptionDocument } from './source.ts';
import type { Standing } from './standing.ts';

export type Platform = 'android' | 'ios' | 'windows' | 'macos' | 'linux' | 'unknown';

/** All that the customer's page shows. */
export interface PageInput {
  readonly document: SubscriptionDocument;
  readonly standing: Exclude<Standing, 'unknown'>;
  readonly nowMs: number;
  readonly language: string;
  readonly profile: {
    readonly title: string;
    readonly supportUrl?: string;
    readonly webPageUrl?: string;
    readonly announce?: string;
  };
  /** As the customer asked for it, without a query. */
  readonly address: string;
  /** In the order to show; empty where the standing hides servers. */
  readonly links: readonly string[];
  readonly platform: Platform;
}

/** Whoever makes pages. Pure. */
export interface Pages {
  renderPage(input: PageInput): { readonly html: string; readonly contentSecurityPolicy: string };
  platformOf(userAgent: string | undefined): Platform;
}

export interface PageRequest {
  readonly standing: Exclude<Standing, 'unknown'>;
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
  const { supportUrl, webPageUrl } = profile;
  const announce = textIn(profile.announce?.text, language);
  const { html, contentSecurityPolicy } = pages.renderPage({
    document,
    standing,
    nowMs,
    language,
    profile: {
      title: titleOf(document, profile, language),
      ...(supportUrl === undefined ? {} : { supportUrl }),
      ...(webPageUrl === undefined ? {} : { webPageUrl }),
      ...(announce === undefined ? {} : { announce }),
    },
    address: addressUnder(publicBase(profile.publicUrls, host) ?? assumedBase(host), token),
    links: subscription.links(standing),
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
