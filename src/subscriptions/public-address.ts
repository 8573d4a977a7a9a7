import type { PublicUrl } from './profile.ts';

/** What a host of a request can be: a name or an address, with a port. */
const hostForm = /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/;
const loopbackForm = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?$/;

/**
 * The base under which a customer asked, where it is one of ours; else the one that is handed out.
 *
 * @param publicUrls the one that is handed out first
 * @param host the Host header: anybody can write there what he likes, so it only chooses among ours
 */
export function publicBase(publicUrls: readonly PublicUrl[], host: string | undefined): string | undefined {
  const [first] = publicUrls;
  if (first === undefined || publicUrls.length === 1) return first?.base;
  const wanted = host?.toLowerCase();
  return (publicUrls.find((one) => one.host === wanted) ?? first).base;
}

/**
 * For the page alone, which nobody sees but who asked: the host that he asked for, where nobody told us ours. Behind a
 * proxy that ends TLS it is https; on this machine, where one tries things out, it is not.
 */
export function assumedBase(host: string | undefined): string {
  if (host === undefined || !hostForm.test(host)) return 'http://localhost';
  return `${loopbackForm.test(host) ? 'http' : 'https'}://${host}`;
}

/** Where the subscription of a token is fetched and its page is shown. */
export function addressUnder(base: string, token: string): string {
  return `${base}/sub/${encodeURIComponent(token)}`;
}
