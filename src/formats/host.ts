import { isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';

import { FormatError } from './errors.ts';

const asciiName = /^[A-Za-z0-9._-]{1,253}$/;
// domainToASCII cuts silently at the first URL delimiter, so those are refused before.
const internationalName = /^[A-Za-z0-9._\-\u0080-\u{10ffff}]{1,253}$/u;

/**
 * A host name or IPv4 address in the ASCII form that every app understands: IDN becomes punycode, ASCII stays as it is.
 *
 * @throws FormatError FORMAT_ENDPOINT_INVALID if it is no host name
 */
export function asciiHostName(name: string, field: string): string {
  const ascii = asciiName.test(name) || !internationalName.test(name) ? name : domainToASCII(name);
  if (!asciiName.test(ascii)) {
    throw new FormatError('FORMAT_ENDPOINT_INVALID', `${field} is neither a host name nor an IP address`);
  }
  return ascii;
}

/**
 * The host part of a link: IPv6 in brackets, IDN as punycode.
 *
 * @throws FormatError FORMAT_ENDPOINT_INVALID if the address is empty, carries a zone, or is no host at all
 */
export function linkHost(address: string): string {
  // isIPv6 takes zones ("fe80::1%eth0"), which mean nothing on somebody else's phone.
  if (isIPv6(address) && !address.includes('%')) return `[${address}]`;
  return asciiHostName(address, 'address');
}

/** A Host header may carry a port or a list, so only names beyond ASCII are touched. */
export function asciiHostHeader(host: string): string {
  const parts = host.split(',');
  return parts.map((part) => (/^\p{ASCII}*$/u.test(part) ? part : asciiHostName(part.trim(), 'host'))).join(',');
}
