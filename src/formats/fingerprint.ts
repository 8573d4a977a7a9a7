import type { ClientCore } from './client-core.ts';

/** What every core can imitate. */
const common = new Set(['chrome', 'firefox', 'safari', 'ios', 'android', 'edge', '360', 'qq', 'random', 'randomized']);

/** Names that Xray knows besides, for a single release of a browser. */
const xrayOnly = /^hello[a-z0-9_]+$/;

/**
 * The browser to imitate, in the core's own words. sing-box and Xray refuse a whole profile for an unknown one, and
 * REALITY needs one, so whatever a core does not know becomes the usual choice: it changes looks, not the connection.
 */
export function fingerprintFor(fingerprint: string, core: ClientCore): string {
  const name = fingerprint.toLowerCase();
  if (common.has(name)) return name;
  if (name === 'randomizednoalpn') return core === 'xray' ? name : 'randomized';
  return core === 'xray' && xrayOnly.test(name) && name !== 'hellogolang' ? name : 'chrome';
}
