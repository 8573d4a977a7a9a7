import type { VlessCredential, VlessEndpoint } from './endpoint.ts';
import { isVlessServer, type SubscriptionView } from './format.ts';
import { noticeCredential, noticeEndpoint } from './notice.ts';
import { assertUsable, linkRemark } from './vless-link.ts';

/** A line of a document whose entries are found by their names. */
export interface ProfileEntry {
  /** Unique in the document, visible, never empty. */
  readonly name: string;
  readonly endpoint: VlessEndpoint;
  readonly credential: VlessCredential;
  /** A message: shown, and never chosen by itself. */
  readonly isNotice: boolean;
}

/** The names of a document. `group` is the choice that the customer makes, `fastest` the one that the app makes. */
export interface ProfileNames {
  readonly group: string;
  readonly fastest: string;
}

export interface ProfileEntries extends ProfileNames {
  /** Notices first, then servers; never empty, because cores refuse a group without members. */
  readonly entries: readonly ProfileEntry[];
}

/**
 * Names for everything in a document. Duplicates are numbered in their order ("NL", "NL 2"), so that the same view gives
 * the same names; one that is taken, or reserved by the core, is passed over.
 *
 * @param reserved names that the core or the document itself uses
 * @throws FormatError FORMAT_ENDPOINT_INVALID if a server could not be used by any app
 */
export function nameEntries(view: SubscriptionView, reserved: readonly string[]): ProfileEntries {
  const claim = nameClaimer(reserved);
  // A rule of mihomo is text separated by commas, and ends in the group's name.
  const title = linkRemark({ remark: view.title.replaceAll(/[,\s]+/g, ' '), address: 'VPN', port: 0 });
  const group = claim(title === 'VPN:0' ? 'VPN' : title);
  const fastest = claim('⚡ Auto');
  const notices = view.notices.map((text) => ({
    endpoint: noticeEndpoint(text),
    credential: noticeCredential,
    isNotice: true,
  }));
  const servers = view.servers.filter(isVlessServer).map((server) => ({ ...server, isNotice: false }));
  const shown = [...notices, ...servers];
  if (shown.length === 0) shown.push({ endpoint: noticeEndpoint('∅'), credential: noticeCredential, isNotice: true });
  const entries = shown.map(({ endpoint, credential, isNotice }) => {
    assertUsable(endpoint, credential);
    return { name: claim(linkRemark(endpoint)), endpoint, credential, isNotice };
  });
  return { group, fastest, entries };
}

/** Gives each name once; the second bearer becomes "name 2". */
export function nameClaimer(reserved: readonly string[]): (wanted: string) => string {
  const taken = new Set(reserved.map(key));
  const next = new Map<string, number>();
  return (wanted) => {
    let name = wanted;
    for (let number = next.get(key(wanted)) ?? 2; taken.has(key(name)); number += 1) {
      name = `${wanted} ${number}`;
      next.set(key(wanted), number + 1);
    }
    taken.add(key(name));
    return name;
  };
}

/** "direct" beside "DIRECT" is legal and a trap for people. */
function key(name: string): string {
  return name.toLowerCase();
}
