import { SubscriptionServiceError } from './errors.ts';
import type { SubscriptionDocument } from './source.ts';

/** What the seller wants to be seen in the app beside the servers. */
export interface ProfileSettings {
  /** Shown when the subscription has no title of its own. */
  readonly title: string;
  /** How often apps should come back. Whole hours: Hiddify refuses the import for anything else. */
  readonly updateIntervalHours: number;
  readonly webPageUrl?: string;
  readonly supportUrl?: string;
}

/** Happ shows no more. */
const maxTitleLength = 25;

/** @throws SubscriptionServiceError SUB_CONFIG_INVALID */
export function validateProfile({ updateIntervalHours, webPageUrl, supportUrl }: ProfileSettings): void {
  if (!Number.isInteger(updateIntervalHours) || updateIntervalHours < 1) {
    throw invalidSetting(`the update interval is a whole number of hours, not ${updateIntervalHours}`);
  }
  for (const url of [webPageUrl, supportUrl]) {
    if (url !== undefined && !URL.canParse(url)) throw invalidSetting(`"${url}" is no URL`);
  }
}

function invalidSetting(message: string): SubscriptionServiceError {
  return new SubscriptionServiceError('SUB_CONFIG_INVALID', message, { retry: 'never' });
}

/**
 * The headers that client apps read, names and values in turn, in the form that the strictest of them accepts: Hiddify
 * refuses the whole import for one that is malformed.
 */
export function profileHeaders(document: SubscriptionDocument, settings: ProfileSettings): readonly string[] {
  const title = titleOf(document, settings);
  return [
    'subscription-userinfo',
    userInfo(document),
    'profile-update-interval',
    String(settings.updateIntervalHours),
    'profile-title',
    `base64:${Buffer.from(title, 'utf8').toString('base64')}`,
    'content-disposition',
    contentDisposition(title),
    ...urlHeader('profile-web-page-url', settings.webPageUrl),
    ...urlHeader('support-url', settings.supportUrl),
  ];
}

/** What the customer calls it, as apps show it. */
export function titleOf(
  document: Pick<SubscriptionDocument, 'title'>,
  settings: Pick<ProfileSettings, 'title'>,
): string {
  return visibleTitle(document.title) ?? visibleTitle(settings.title) ?? 'VPN';
}

/** All four keys, integers without sign or exponent, no trailing semicolon. `total=0` is unlimited, `expire=0` never. */
function userInfo({ usage, expiresAtMs }: SubscriptionDocument): string {
  // 0 is "never", so the distant past must not round to it.
  const expire = expiresAtMs === undefined ? 0 : Math.max(1, Math.floor(expiresAtMs / 1000));
  return [
    `upload=${wholeNumber(usage.uploadBytes)}`,
    `download=${wholeNumber(usage.downloadBytes)}`,
    `total=${wholeNumber(usage.limitBytes ?? 0)}`,
    `expire=${wholeNumber(expire)}`,
  ].join('; ');
}

function wholeNumber(value: number): string {
  return String(Math.min(Math.max(0, Math.floor(value)), Number.MAX_SAFE_INTEGER));
}

function visibleTitle(title: string | undefined): string | undefined {
  const text = title
    ?.toWellFormed()
    .replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .trim();
  if (text === undefined || text === '') return undefined;
  if (text.length <= maxTitleLength) return text;
  // By graphemes: half a flag or half a family would show as a box.
  const graphemes = Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
  return graphemes.slice(0, maxTitleLength).join('').trim();
}

/** Clash apps take the file name as the profile's; quotes, semicolons and anything beyond ASCII break some of them. */
function contentDisposition(title: string): string {
  const ascii = title
    .replaceAll(/[^A-Za-z0-9 ._-]+/g, '')
    .replaceAll(/^[ ._-]+|[ ._-]+$/g, '')
    .replaceAll(/ +/g, ' ');
  const plain = `attachment; filename="${ascii === '' ? 'subscription' : ascii}"`;
  if (ascii === title) return plain;
  const extended = encodeURIComponent(title).replaceAll(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);
  return `${plain}; filename*=UTF-8''${extended}`;
}

function urlHeader(name: string, url: string | undefined): readonly string[] {
  // Through URL, so that a host or path beyond ASCII is a legal header value.
  return url === undefined ? [] : [name, new URL(url).href];
}
