import { BlockList, isIP, isIPv6 } from 'node:net';

import { SubscriptionServiceError } from './errors.ts';

/** Finds out who asks, as a key for limits. The result is for counting only: never stored, never logged. */
export interface ClientAddresses {
  /**
   * @param peer address at the other end of the connection
   * @param forwardedFor the X-Forwarded-For header, a list if it came several times
   */
  keyOf(peer: string, forwardedFor: string | readonly string[] | undefined): string;
}

/**
 * @param trustedProxies addresses and networks whose X-Forwarded-For is believed; from anybody else it is ignored, because
 *   he could write into it what he likes
 * @throws SubscriptionServiceError SUB_CONFIG_INVALID
 */
export function clientAddresses(trustedProxies: readonly string[]): ClientAddresses {
  const trusted = new BlockList();
  for (const network of trustedProxies) addNetwork(trusted, network);
  const isTrusted = (address: string): boolean => trusted.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
  return {
    keyOf(peer, forwardedFor) {
      const direct = plainAddress(peer) ?? peer;
      if (forwardedFor === undefined || trustedProxies.length === 0 || isIP(direct) === 0 || !isTrusted(direct)) {
        return limitKey(direct);
      }
      // From the right: each trusted proxy vouches for the entry before it, and for nothing further left.
      let client = direct;
      for (const hop of String(forwardedFor).split(',').toReversed()) {
        const address = plainAddress(hop.trim());
        if (address === undefined) break;
        client = address;
        if (!isTrusted(address)) break;
      }
      return limitKey(client);
    },
  };
}

function addNetwork(list: BlockList, network: string): void {
  const [address = '', length, ...rest] = network.split('/');
  const version = isIP(address);
  const bits = length === undefined ? (version === 6 ? 128 : 32) : Number(length);
  if (
    version === 0 ||
    rest.length > 0 ||
    length === '' ||
    !Number.isInteger(bits) ||
    bits < 0 ||
    bits > (version === 6 ? 128 : 32)
  ) {
    throw new SubscriptionServiceError('SUB_CONFIG_INVALID', `trusted proxy "${network}" is no address or network`, {
      retry: 'never',
    });
  }
  list.addSubnet(address, bits, version === 6 ? 'ipv6' : 'ipv4');
}

/** Without port, brackets and the IPv6 coat of an IPv4 address. */
function plainAddress(text: string): string | undefined {
  const bare = /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
  const address = bare.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');
  return isIP(address) === 0 ? undefined : address;
}

/** One household or server owns a whole IPv6 /64, so that is what is counted. */
function limitKey(address: string): string {
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.toLowerCase().replace(/%.*$/, '').split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  const groups = [...left, ...Array.from({ length: Math.max(0, zeros) }, () => '0'), ...right];
  return groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':');
}
