import { oneLine } from '../base/one-line.ts';
import type { ShopRendering, TextsByLanguage } from '../store/index.ts';
import { SubscriptionServiceError } from './errors.ts';
import { type Language, textIn } from './languages.ts';
import type { SubscriptionDocument } from './source.ts';

/** What customers see where no shop says otherwise. */
export interface ProfileSettings {
  /** Shown when the subscription has no title of its own. */
  readonly title: string;
  /** How often apps should come back. Whole hours: Hiddify refuses the import for anything else. */
  readonly updateIntervalHours: number;
  readonly webPageUrl?: string;
  readonly supportUrl?: string;
  /** Bases under which customers reach this service. Without one, apps get no link to the customer's page. */
  readonly publicUrls?: readonly string[];
}

/** A base under which customers reach this service. */
export interface PublicUrl {
  /** As a Host header has it. */
  readonly host: string;
  /** Without a slash at its end. */
  readonly base: string;
}

/** What is shown to the customers of one shop, checked: what cannot be shown is as good as not said. */
export interface Profile {
  readonly title: string;
  readonly shopTitle: TextsByLanguage | undefined;
  readonly language: string | undefined;
  readonly updateIntervalHours: number;
  readonly webPageUrl: string | undefined;
  readonly supportUrl: string | undefined;
  /** Where a subscription is renewed. */
  readonly botUrl: string | undefined;
  /** Of dates. */
  readonly timeZone: string | undefined;
  readonly announce: { readonly text: TextsByLanguage; readonly url: string | undefined } | undefined;
  /** Prefixes in lower case. */
  readonly apps: readonly { readonly userAgentPrefix: string; readonly format: string }[];
  readonly happ: { readonly routing: string | undefined; readonly hideSettings: boolean };
  readonly publicUrls: readonly PublicUrl[];
}

/** Happ shows no more. */
const maxTitleLength = 25;

/** @throws SubscriptionServiceError SUB_CONFIG_INVALID */
export function validateProfile(settings: ProfileSettings): void {
  const { updateIntervalHours, webPageUrl, supportUrl, publicUrls = [] } = settings;
  if (!isInterval(updateIntervalHours)) {
    throw invalidSetting(`the update interval is a whole number of hours, not ${String(updateIntervalHours)}`);
  }
  for (const url of [webPageUrl, supportUrl, ...publicUrls]) {
    if (url !== undefined && urlOf(url) === undefined) throw invalidSetting(`"${url}" is no URL`);
  }
}

/** Paths of public addresses, without a slash at the end; none for those that have only a host. */
export function pathsOf({ publicUrls = [] }: ProfileSettings): readonly string[] {
  return publicUrls.map((url) => new URL(url).pathname.replace(/\/+$/, '')).filter((path) => path !== '');
}

function invalidSetting(message: string): SubscriptionServiceError {
  return new SubscriptionServiceError('SUB_CONFIG_INVALID', message, { retry: 'never' });
}

/**
 * @param shop as Postgres has it, possibly written by another version of this program: each part is checked by itself, so
 *   that one that cannot be used does not take the others with it
 */
export function profileOf(settings: ProfileSettings, shop: ShopRendering | undefined): Profile {
  const said: Partial<ShopRendering> = shop ?? {};
  return {
    title: settings.title,
    shopTitle: said.title,
    language: said.language,
    updateIntervalHours: isInterval(said.updateIntervalHours) ? said.updateIntervalHours : settings.updateIntervalHours,
    webPageUrl: urlOf(said.webPageUrl) ?? urlOf(settings.webPageUrl),
    supportUrl: urlOf(said.supportUrl) ?? urlOf(settings.supportUrl),
    botUrl: urlOf(said.botUrl),
    timeZone: said.timeZone,
    announce: said.announce && { text: said.announce.text, url: urlOf(said.announce.url) },
    apps: (said.apps ?? []).map((app) => ({ ...app, userAgentPrefix: app.userAgentPrefix.toLowerCase() })),
    happ: { hideSettings: said.happ?.hideSettings === true, routing: routingOf(said.happ) },
    publicUrls: (said.publicUrls ?? settings.publicUrls ?? []).flatMap(publicUrlOf),
  };
}

function routingOf(happ: ShopRendering['happ']): string | undefined {
  return happ?.routing !== undefined && /^happ:\/\/routing\/[!-~]+$/.test(happ.routing) ? happ.routing : undefined;
}

function publicUrlOf(text: string): readonly PublicUrl[] {
  const url = urlOf(text);
  return url === undefined ? [] : [{ host: new URL(url).host, base: url.replace(/\/+$/, '') }];
}

/** What a shop says, and what is shown of that. */
export interface ShopProfile {
  /** The one object that stands for all that say the same. */
  readonly shop: ShopRendering | undefined;
  readonly profile: Profile;
}

/** More shops than one service has customers of; beyond it each is compiled anew. */
const mostShops = 1000;

/**
 * Compiles what each shop says once, and gives all its customers the same object: those that come out of a snapshot have a
 * copy each.
 */
export function createProfiles(settings: ProfileSettings): (shop: ShopRendering | undefined) => ShopProfile {
  const known = new Map<string, ShopProfile>();
  const withoutShop: ShopProfile = { shop: undefined, profile: profileOf(settings, undefined) };
  return (shop) => {
    if (shop === undefined) return withoutShop;
    const text = JSON.stringify(shop);
    const before = known.get(text);
    if (before !== undefined) return before;
    if (known.size >= mostShops) known.clear();
    const compiled = { shop, profile: profileOf(settings, shop) };
    known.set(text, compiled);
    return compiled;
  };
}

/** What the customer calls it, as apps show it: the shop's word, else the subscription's, else the service's. */
export function titleOf(
  { title, titles }: Pick<SubscriptionDocument, 'title' | 'titles'>,
  profile: Pick<Profile, 'title' | 'shopTitle'>,
  language: Language,
): string {
  const candidates = [textIn(profile.shopTitle, language), textIn(titles, language), title, profile.title];
  return candidates.map((one) => visibleText(one, maxTitleLength)).find((one) => one !== undefined) ?? 'VPN';
}

/**
 * One line without control characters, cut where an app would.
 *
 * @param most graphemes: half a flag or half a family would show as a box
 * @returns nothing where nothing is left
 */
export function visibleText(text: string | undefined, most: number): string | undefined {
  const line = oneLine(text ?? '');
  if (line === '') return undefined;
  if (line.length <= most) return line;
  const graphemes = Array.from(new Intl.Segmenter().segment(line), ({ segment }) => segment);
  return graphemes.slice(0, most).join('').trim();
}

/** Through URL, so that a host or path beyond ASCII is a legal header value. */
function urlOf(url: string | undefined): string | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined;
  return new URL(url).href;
}

/** Up to a year: beyond some power of ten a number is not written as digits any more. */
function isInterval(hours: number | undefined): hours is number {
  return hours !== undefined && Number.isInteger(hours) && hours >= 1 && hours <= 8784;
}
