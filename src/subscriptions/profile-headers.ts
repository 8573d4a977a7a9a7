import type { SubscriptionFormat } from '../formats/format.ts';
import type { ClientFamily } from './families.ts';
import { type Language, textIn } from './languages.ts';
import { type Profile, titleOf, visibleText } from './profile.ts';
import type { SubscriptionDocument } from './source.ts';

/**
 * Which headers a family of apps gets beside those that everybody gets. Apps ignore what they do not know; this keeps away
 * what would be shown twice, or is nobody else's business.
 *
 * - `app`: nothing more
 * - `announcing`: the shop's announcement
 * - `happ`: that, and what Happ alone understands
 * - `file`: whoever saves it finds the format's extension in the name; apps take the name for the profile's
 */
export type HeaderSet = 'app' | 'announcing' | 'happ' | 'file';

const headerSets: Readonly<Record<ClientFamily, HeaderSet>> = {
  happ: 'happ',
  v2raytun: 'announcing',
  incy: 'announcing',
  // Koala Clash, Prizrak-Box and FlClashX show it.
  mihomo: 'announcing',
  hiddify: 'app',
  v2rayng: 'app',
  v2rayn: 'app',
  streisand: 'app',
  v2box: 'app',
  shadowrocket: 'app',
  nekobox: 'app',
  throne: 'app',
  karing: 'app',
  'sing-box': 'app',
  stash: 'app',
  clash: 'app',
  preview: 'app',
  browser: 'file',
  other: 'file',
  none: 'file',
};

export function headerSetOf(family: ClientFamily): HeaderSet {
  return headerSets[family];
}

/** Apps show no more of it. */
const maxAnnouncement = 200;

/**
 * The headers that client apps read, names and values in turn, in the form that the strictest of them accepts: Hiddify
 * refuses the whole import for one that is malformed.
 */
export function profileHeaders(
  document: SubscriptionDocument,
  profile: Profile,
  variant: { readonly language: Language; readonly headers: HeaderSet; readonly format: SubscriptionFormat },
): readonly string[] {
  const { language, headers } = variant;
  const title = titleOf(document, profile, language);
  const extension = headers === 'file' ? extensionOf(variant.format) : '';
  return [
    'subscription-userinfo',
    userInfo(document),
    'profile-update-interval',
    String(profile.updateIntervalHours),
    'profile-title',
    base64Text(title),
    'content-disposition',
    contentDisposition(title, extension),
    ...header('profile-web-page-url', profile.webPageUrl),
    ...header('support-url', profile.supportUrl),
    ...(headers === 'announcing' || headers === 'happ' ? announcement(profile, language) : []),
    ...(headers === 'happ' ? happHeaders(profile) : []),
  ];
}

/**
 * Those that depend on when and under which address it was asked for, names and values in turn.
 *
 * @param address of the customer's page, where it is known
 */
export function momentaryHeaders(
  { trafficReset }: SubscriptionDocument,
  profile: Profile,
  { nowMs, address }: { readonly nowMs: number; readonly address: string | undefined },
): readonly string[] {
  return [
    ...header('profile-web-page-url', profile.webPageUrl === undefined ? address : undefined),
    ...header('subscription-refill-date', trafficReset === 'Monthly' ? String(nextMonthMs(nowMs) / 1000) : undefined),
  ];
}

/** The first of the month, 00:00 UTC: when the operator moves the baseline. */
export function nextMonthMs(nowMs: number): number {
  const now = new Date(nowMs);
  return Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1);
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

function announcement({ announce }: Profile, language: Language): readonly string[] {
  const text = visibleText(textIn(announce?.text, language), maxAnnouncement);
  if (text === undefined) return [];
  return ['announce', base64Text(text), ...header('announce-url', announce?.url)];
}

function happHeaders({ happ }: Profile): readonly string[] {
  const routing = happ.routing === undefined ? [] : ['routing', happ.routing, 'routing-enable', 'true'];
  return [...routing, ...(happ.hideSettings ? ['hide-settings', '1'] : [])];
}

/** Standard alphabet and padded: Hiddify refuses anything else. */
function base64Text(text: string): string {
  return `base64:${Buffer.from(text, 'utf8').toString('base64')}`;
}

function extensionOf({ contentType }: SubscriptionFormat): string {
  if (contentType.includes('json')) return '.json';
  return contentType.includes('yaml') ? '.yaml' : '.txt';
}

/**
 * Apps take the file name as the profile's. Both forms, whatever the name: Clash Verge keeps the quotes of the first one, and
 * NekoBox reads the second alone, to the end of the header.
 */
function contentDisposition(title: string, extension: string): string {
  const ascii = title
    .replaceAll(/[^A-Za-z0-9 ._-]+/g, '')
    .replaceAll(/^[ ._-]+|[ ._-]+$/g, '')
    .replaceAll(/ +/g, ' ');
  const extended = encodeURIComponent(title + extension).replaceAll(
    /['()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16)}`,
  );
  return `attachment; filename="${ascii === '' ? 'subscription' : ascii}${extension}"; filename*=UTF-8''${extended}`;
}

function header(name: string, value: string | undefined): readonly string[] {
  return value === undefined ? [] : [name, value];
}
