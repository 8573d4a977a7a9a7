import type { ClientCore } from '../formats/client-core.ts';

/** What an app is given when its address asks for nothing in particular: the name of a format, or the customer's page. */
export type Reading = 'links' | 'mihomo' | 'sing-box' | 'sing-box-legacy' | 'page';

interface AppRule {
  /** A label of metrics: of apps that many customers have, each has its own. */
  readonly family: string;
  /** Anchored on purpose: see `appOf`. */
  readonly pattern: RegExp;
  readonly reads: 'links' | 'mihomo' | 'sing-box' | 'page';
  /** What it runs on, where that is certain: servers that this core cannot use are left out for it. */
  readonly core?: ClientCore;
}

/**
 * Apps by their user agents, first match wins. Every pattern is anchored and ends at a whole word: Hiddify says
 * "HiddifyNext/2 (…) like ClashMeta v2ray sing-box" and Karing names half a dozen others, so a rule that looks anywhere in
 * the text sends one app the format of another. Where an app reads several formats, it is given the one that it was made
 * for; links where both would do, because they leave the app's own settings alone.
 *
 * Strings that were seen are in `user-agents.corpus.ts`.
 */
const rules = [
  // The build with Xray inside, before the one with sing-box.
  { family: 'hiddify', pattern: /^hiddify-?nextx(?![a-z])/i, reads: 'links', core: 'xray' },
  { family: 'hiddify', pattern: /^hiddify(?:-?next)?(?![a-z])/i, reads: 'links', core: 'sing-box' },
  { family: 'v2rayng', pattern: /^v2rayng(?![a-z])/i, reads: 'links', core: 'xray' },
  { family: 'happ', pattern: /^happ(?![a-z])/i, reads: 'links', core: 'xray' },
  { family: 'v2raytun', pattern: /^v2raytun(?![a-z])/i, reads: 'links', core: 'xray' },
  { family: 'v2rayn', pattern: /^v2rayn(?![a-z])/i, reads: 'links', core: 'xray' },
  { family: 'streisand', pattern: /^streisand(?![a-z])/i, reads: 'links', core: 'xray' },
  { family: 'v2box', pattern: /^v2box(?![a-z])/i, reads: 'links', core: 'xray' },
  { family: 'incy', pattern: /^incy(?![a-z])/i, reads: 'links', core: 'xray' },
  // Its own core, which nobody outside knows.
  { family: 'shadowrocket', pattern: /^shadowrocket(?![a-z])/i, reads: 'links' },
  { family: 'nekobox', pattern: /^neko(?:box|ray)(?:forandroid|plus)?(?![a-z])/i, reads: 'links', core: 'sing-box' },
  // Takes Xray beside sing-box.
  { family: 'throne', pattern: /^throne(?![a-z])/i, reads: 'links' },
  { family: 'karing', pattern: /^karing(?![a-z])/i, reads: 'sing-box', core: 'sing-box' },
  {
    family: 'sing-box',
    pattern: /^(?:SF[AIMTWL]|sing-?box|gui\.for\.singbox)(?![a-z])/i,
    reads: 'sing-box',
    core: 'sing-box',
  },
  { family: 'stash', pattern: /^stash(?:core)?(?![a-z])/i, reads: 'mihomo', core: 'mihomo' },
  {
    family: 'mihomo',
    pattern:
      /^(?:mihomo|clash[-. ]?meta(?:forandroid)?|clash[-. ]?verge(?:[-. ]?rev)?|(?:clash[- ])?nyanpasu|clash[- ]?party|clash[- ]?mi|clashx[- ]meta|flclash(?: ?x)?|openclash|clashbox|gui\.for\.clash|sparkle|flowvy|koala[- ]clash|murge|prizrak-box)(?![a-z])/i,
    reads: 'mihomo',
    core: 'mihomo',
  },
  // The first Clash, which has no VLESS. What is called so today mostly runs mihomo, and reads this at least.
  {
    family: 'clash',
    pattern: /^clash(?:x(?: pro)?|[- ]?for[- ]?(?:windows|android))?(?![a-z])/i,
    reads: 'mihomo',
    core: 'mihomo',
  },
  // Those that show a preview of what somebody pastes into a chat.
  { family: 'preview', pattern: /^(?:telegrambot|whatsapp)(?![a-z])/i, reads: 'page' },
  // Nearly every app that embeds a web view says so too; those that matter were named above.
  { family: 'browser', pattern: /^mozilla\//i, reads: 'links' },
] as const satisfies readonly AppRule[];

export type ClientFamily = (typeof rules)[number]['family'] | 'other' | 'none';

export const clientFamilies: readonly ClientFamily[] = [...new Set(rules.map((rule) => rule.family)), 'other', 'none'];

/** What is known of whoever asks. */
export interface ClientApp {
  readonly family: ClientFamily;
  readonly core?: ClientCore;
  readonly reads: Reading;
  /** The schema of its sing-box documents, where it takes some. */
  readonly singBox: 'sing-box' | 'sing-box-legacy';
}

const nobody: ClientApp = { family: 'none', reads: 'links', singBox: 'sing-box' };
const anybody: ClientApp = { family: 'other', reads: 'links', singBox: 'sing-box' };

/** Nothing that matters stands behind that; whatever else is sent costs no time. */
const longestUserAgent = 512;

/** @param userAgent of any length and content */
export function appOf(userAgent: string | undefined): ClientApp {
  const text = userAgent?.slice(0, longestUserAgent).trim();
  if (text === undefined || text === '') return nobody;
  const rule: (AppRule & { readonly family: ClientFamily }) | undefined = rules.find(({ pattern }) =>
    pattern.test(text),
  );
  if (rule === undefined) return { ...anybody, singBox: singBoxSchema(text) };
  const { family, reads, core } = rule;
  const singBox = singBoxSchema(text);
  return { family, singBox, reads: reads === 'sing-box' ? singBox : reads, ...(core === undefined ? {} : { core }) };
}

/** Whether it is an app that reads subscriptions, and not somebody who reads pages. */
export function isSubscriptionApp({ family }: ClientApp): boolean {
  return family !== 'browser' && family !== 'preview' && family !== 'other' && family !== 'none';
}

/**
 * DNS servers are written in another way since sing-box 1.12. The core's own version counts where it is said ("SFI/1.12.2
 * (Build 2; sing-box 1.11.4; …)"), else that of the official apps, which is the core's.
 */
function singBoxSchema(userAgent: string): 'sing-box' | 'sing-box-legacy' {
  const version =
    /sing-?box[ /]v?(\d{1,4})\.(\d{1,4})/i.exec(userAgent) ?? /^SF[A-Z]\/v?(\d{1,4})\.(\d{1,4})/i.exec(userAgent);
  if (version === null) return 'sing-box';
  const [major, minor] = [Number(version[1]), Number(version[2])];
  return major < 1 || (major === 1 && minor < 12) ? 'sing-box-legacy' : 'sing-box';
}
