import { subscriptionFormats } from '../formats/formats.ts';
import { formatOfClient } from './alias-paths.ts';
import { type ClientApp, isSubscriptionApp } from './families.ts';
import type { Profile } from './profile.ts';
import { qualityOf } from './quality.ts';

/** The customer's page, as `?format=` and paths call it. */
export const pageName = 'page';

/** What is given: the name of a format, or the page. */
export type Choice = string;

const known: ReadonlySet<string> = new Set([pageName, ...subscriptionFormats.map(({ name }) => name)]);

/**
 * What somebody who names a format means: our own names, and those by which other products call them.
 *
 * @returns nothing for what is no format
 */
export function formatNamed(name: string): Choice | undefined {
  return known.has(name) ? name : formatOfClient(name);
}

/**
 * What to give whoever asks. In this order: what the path or `?format=` names; the page for those who read HTML, unless they
 * say that they are an app that reads subscriptions, because a page breaks its import; the shop's rules; ours; links.
 *
 * @param asked.named as `formatNamed` found it
 */
export function choose(
  asked: {
    readonly named: Choice | undefined;
    readonly accept: string | undefined;
    readonly userAgent: string | undefined;
    readonly app: ClientApp;
  },
  { apps }: Pick<Profile, 'apps'>,
): Choice {
  const { named, accept, userAgent, app } = asked;
  if (named !== undefined) return named === 'sing-box' ? app.singBox : named;
  if (wantsPage(accept) && !isSubscriptionApp(app)) return pageName;
  const ruled = apps.length === 0 || userAgent === undefined ? undefined : ruledFormat(apps, userAgent.toLowerCase());
  return ruled === undefined ? app.reads : ruled === 'sing-box' ? app.singBox : ruled;
}

/** A rule that names a format which this version does not know is as good as none. */
function ruledFormat(apps: Profile['apps'], userAgent: string): Choice | undefined {
  const rule = apps.find(({ userAgentPrefix, format }) => known.has(format) && startsWith(userAgent, userAgentPrefix));
  return rule?.format;
}

/** Up to the end of a word, like the rules that are built in. */
function startsWith(userAgent: string, prefix: string): boolean {
  return userAgent.startsWith(prefix) && !/^[a-z]/.test(userAgent.slice(prefix.length, prefix.length + 1));
}

const longestAccept = 1024;

/** Whether HTML is named, and nothing else is wanted more. "Anything" alone is what apps say. */
export function wantsPage(accept: string | undefined): boolean {
  if (accept === undefined || !/text\/html/i.test(accept)) return false;
  let html = 0;
  let other = 0;
  for (const range of accept.slice(0, longestAccept).split(',')) {
    const [type = '', ...parameters] = range.split(';');
    const weight = qualityOf(parameters);
    if (/^\s*text\/html\s*$/i.test(type)) html = Math.max(html, weight);
    else other = Math.max(other, weight);
  }
  return html > 0 && html >= other;
}
