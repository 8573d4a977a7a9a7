import { describe, expect, it } from 'vitest';

import { clientAddresses } from './client-address.ts';

describe('the address that limits count by', () => {
  it.each([
    ['a direct client', [], '203.0.113.7', undefined, '203.0.113.7'],
    ['an IPv4 client of a dual-stack socket', [], '::ffff:203.0.113.7', undefined, '203.0.113.7'],
    ['a forged header without proxies', [], '203.0.113.7', '198.51.100.1', '203.0.113.7'],
    ['a forged header from a stranger', ['10.0.0.0/8'], '203.0.113.7', '198.51.100.1', '203.0.113.7'],
    ['a client behind our proxy', ['10.0.0.0/8'], '10.1.2.3', '198.51.100.1', '198.51.100.1'],
    ['what the client itself put in front', ['10.0.0.0/8'], '10.1.2.3', '1.1.1.1, 198.51.100.1', '198.51.100.1'],
    ['two proxies of ours', ['10.0.0.0/8'], '10.1.2.3', '198.51.100.1, 10.9.9.9', '198.51.100.1'],
    ['nothing but proxies', ['10.0.0.0/8'], '10.1.2.3', '10.4.4.4, 10.9.9.9', '10.4.4.4'],
    ['nonsense in between', ['10.0.0.0/8'], '10.1.2.3', '198.51.100.1, unknown, 10.9.9.9', '10.9.9.9'],
    ['an entry with a port', ['10.0.0.0/8'], '10.1.2.3', '198.51.100.1:4711', '198.51.100.1'],
    ['an IPv6 entry with a port', ['10.0.0.0/8'], '10.1.2.3', '[2001:db8:1:2:3::4]:80', '2001:db8:1:2'],
    ['an IPv6 proxy', ['2001:db8::/32'], '2001:db8::1', '198.51.100.1', '198.51.100.1'],
    ['one household by IPv6', [], '2001:DB8:0:2:aaaa::1', undefined, '2001:db8:0:2'],
    ['the same household', [], '2001:db8::2:bbbb:0:0:1', undefined, '2001:db8:0:2'],
    ['loopback', [], '::1', undefined, '0:0:0:0'],
    ['a zone', [], 'fe80::1%eth0', undefined, 'fe80:0:0:0'],
    ['a socket that is gone', ['10.0.0.0/8'], '', '198.51.100.1', ''],
  ])('is right for %s', (_, proxies, peer, forwardedFor, expected) => {
    expect(clientAddresses(proxies).keyOf(peer, forwardedFor)).toBe(expected);
  });

  it.each(['10.0.0.0/33', '10.0.0.0/', 'proxy.example', '10.0.0.0/8/8', '::/129', '10.0.0.0/x', ''])(
    'refuses %j as a proxy',
    (network) => {
      expect(() => clientAddresses([network])).toThrow(expect.objectContaining({ code: 'SUB_CONFIG_INVALID' }));
    },
  );
});
