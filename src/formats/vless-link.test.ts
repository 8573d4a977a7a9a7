import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { VlessEndpoint, VlessSecurity, VlessTransport } from './endpoint.ts';
import { linkHost } from './host.ts';
import { renderNotice } from './notice.ts';
import { parseVlessLink } from './parse-vless-link.ts';
import { linkRemark, renderVlessLink } from './vless-link.ts';

const uuid = '5783a3e7-e373-51cd-8642-c83782b807c5';

const realitySecurity: VlessSecurity = {
  type: 'reality',
  serverName: 'www.example.test',
  fingerprint: 'chrome',
  publicKey: 'QBb690isqnDxzcWkw6l_JX91ZJZsI6pYZaawd6x_dgo',
  shortId: 'ab',
  spiderX: '/3da5670adff240a',
  minClientVer: '',
};

const reality: VlessEndpoint = {
  protocol: 'vless',
  address: 'localhost',
  port: 24431,
  remark: 'reality-tcp-alice',
  transport: { type: 'tcp' },
  security: realitySecurity,
  encryption: 'none',
  flow: 'xtls-rprx-vision',
};

// Everything that people and panels put where they should not: separators, quotes, padding, emoji, half an emoji.
const hostileText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('a=b&c#d?e', '100 % +1', `'";<>\\`, '🇳🇱 Амстердам ⚡', '\ud83d', 'line\nbreak\u0000', '   ', ''),
);
const hostName = fc.oneof(
  fc.domain(),
  fc.ipV4(),
  fc.constantFrom('пример.рф', 'münchen.example', '日本.example', '⚡.example'),
);
const address = fc.oneof(hostName, fc.ipV6());
const hostHeader = fc.oneof(hostName, fc.constantFrom('', 'a.example:8443', 'a.example,b.example'));
const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined });
const present = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T;

const transport: fc.Arbitrary<VlessTransport> = fc.oneof(
  fc.constant<VlessTransport>({ type: 'tcp' }),
  fc.record({ type: fc.constant('tcp' as const), httpHeader: fc.record({ path: hostileText, host: hostHeader }) }),
  fc.record({ type: fc.constantFrom('ws' as const, 'httpupgrade' as const), path: hostileText, host: hostHeader }),
  fc.record({
    type: fc.constant('grpc' as const),
    serviceName: hostileText,
    authority: hostileText,
    mode: fc.constantFrom('gun' as const, 'multi' as const),
  }),
  fc
    .record({
      type: fc.constant('xhttp' as const),
      path: hostileText,
      host: hostHeader,
      mode: fc.constantFrom('', 'auto', 'packet-up', 'stream-one'),
      extra: optional(fc.json()),
    })
    .map((value) => present(value) as VlessTransport),
);

const security: fc.Arbitrary<VlessSecurity> = fc.oneof(
  fc.constant<VlessSecurity>({ type: 'none' }),
  fc
    .record({
      type: fc.constant('tls' as const),
      serverName: hostName,
      fingerprint: fc.constantFrom('', 'chrome', 'firefox'),
      alpn: fc.subarray(['h3', 'h2', 'http/1.1']),
      pinnedPeerCertSha256: optional(fc.constant('ab'.repeat(32))),
    })
    .map((value) => present(value) as VlessSecurity),
  fc
    .record({
      type: fc.constant('reality' as const),
      serverName: hostName,
      fingerprint: fc.constantFrom('chrome', 'safari'),
      publicKey: fc.stringMatching(/^[A-Za-z0-9_-]{43}$/),
      shortId: fc.constantFrom('', 'ab', '2351e1', '10f897e26c4b9478'),
      // Anything else is replaced, because Xray crashes over it.
      spiderX: fc.constantFrom('', '/', '/3da5670adff240a', '/a?p=1-2&b=é'),
      mldsa65Verify: optional(fc.constant('A'.repeat(2603))),
      minClientVer: fc.constant(''),
    })
    .map((value) => present(value) as VlessSecurity),
);

const endpoint: fc.Arbitrary<VlessEndpoint> = fc
  .record({
    protocol: fc.constant('vless' as const),
    address,
    port: fc.integer({ min: 1, max: 65_535 }),
    remark: hostileText,
    transport,
    security,
    encryption: fc.constantFrom('none', 'mlkem768x25519plus.native.0rtt.QBb690isqnDxzcWkw6l_JX91ZJZsI6pYZaawd6x_dgo'),
    flow: optional(fc.constant('xtls-rprx-vision' as const)),
  })
  .map((value) => present(value) as VlessEndpoint)
  // Whatever else a panel says there comes back as this: nothing but HTTP/1.1 connects.
  .filter(({ transport: { type }, security: secured }) => {
    const isHttp1 = type === 'ws' || type === 'httpupgrade';
    return !isHttp1 || secured.type !== 'tls' || ['', 'http/1.1'].includes(secured.alpn.join(','));
  });

const toAscii = (host: string): string => {
  const parts = host.split(',').map((part) => (/^\p{ASCII}*$/u.test(part) ? part : linkHost(part)));
  return parts.join(',');
};

/** What is left of an endpoint after the trip: ASCII hosts, a visible remark, whole characters. */
function asCarried(value: unknown, key = ''): unknown {
  if (typeof value === 'string') {
    return ['address', 'host', 'serverName'].includes(key) ? toAscii(value) : value.toWellFormed();
  }
  if (Array.isArray(value)) return value;
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, asCarried(field, name)]));
  }
  return value;
}

describe('a vless link', () => {
  it('is the one that 3x-ui 3.6.0 makes of the same inbound', () => {
    expect(renderVlessLink(reality, { uuid })).toBe(
      'vless://5783a3e7-e373-51cd-8642-c83782b807c5@localhost:24431?encryption=none&flow=xtls-rprx-vision&fp=chrome' +
        '&pbk=QBb690isqnDxzcWkw6l_JX91ZJZsI6pYZaawd6x_dgo&security=reality&sid=ab&sni=www.example.test' +
        '&spx=%2F3da5670adff240a&type=tcp#reality-tcp-alice',
    );
  });

  it('carries everything of an endpoint there and back', () => {
    fc.assert(
      fc.property(endpoint, fc.uuid(), (original, id) => {
        const parsed = parseVlessLink(renderVlessLink(original, { uuid: id }));
        const expected = { ...(asCarried(original) as VlessEndpoint), remark: linkRemark(original) };
        expect(parsed).toEqual({ endpoint: expected, credential: { uuid: id } });
      }),
      { numRuns: 500 },
    );
  });

  it('is written again from what was read as the same bytes', () => {
    fc.assert(
      fc.property(endpoint, (original) => {
        const link = renderVlessLink(original, { uuid });
        const parsed = parseVlessLink(link);
        expect(renderVlessLink(parsed.endpoint, parsed.credential)).toBe(link);
      }),
      { numRuns: 500 },
    );
  });

  it('has only printable ASCII, one fragment, and parameters of the form name=value that come once', () => {
    fc.assert(
      fc.property(endpoint, (original) => {
        const link = renderVlessLink(original, { uuid });
        expect(link).toMatch(/^vless:\/\/[!-~]+$/);
        const [, query, fragment, ...rest] = link.split(/[?#]/);
        expect(rest).toEqual([]);
        expect(fragment).not.toBe('');
        const names = (query ?? '').split('&').map((pair) => /^([A-Za-z]+)=[^=]+$/.exec(pair)?.[1]);
        expect(names).not.toContain(undefined);
        expect(new Set(names).size).toBe(names.length);
        expect(names).toEqual(expect.arrayContaining(['encryption', 'security', 'type']));
      }),
      { numRuns: 500 },
    );
  });

  it('is a legal URL to the platform too', () => {
    const link = renderVlessLink({ ...reality, address: '2001:db8::1', remark: '🇳🇱 "1" & more' }, { uuid });
    const url = new URL(link);
    expect([url.host, url.username, decodeURIComponent(url.hash)]).toEqual([
      '[2001:db8::1]:24431',
      uuid,
      '#🇳🇱 "1" & more',
    ]);
  });

  it.each([
    ['an IDN host', { address: 'пример.рф' }, '@xn--e1afmkfd.xn--p1ai:'],
    ['an IPv6 host', { address: '2001:db8::1' }, '@[2001:db8::1]:'],
    ['an empty encryption', { encryption: '' }, '?encryption=none&'],
    ['an empty remark', { remark: ' \n ' }, '#localhost%3A24431'],
  ])('writes %s so that apps take it', (_, change, part) => {
    expect(renderVlessLink({ ...reality, ...change }, { uuid })).toContain(part);
  });

  it.each([
    ['a host with a path', { address: 'a.example/b' }],
    ['an IDN host with a path', { address: 'пример.рф/b' }],
    ['a host with a zone', { address: 'fe80::1%eth0' }],
    ['no host', { address: '' }],
    ['port 0', { port: 0 }],
    ['port 65536', { port: 65_536 }],
    ['a fraction of a port', { port: 1.5 }],
    ['a key of REALITY that is none', { security: { ...realitySecurity, publicKey: 'x' } }],
    ['a short id that is no hex', { security: { ...realitySecurity, shortId: 'xyz' } }],
    ['a server name that is none', { security: { ...realitySecurity, serverName: 'a b' } }],
  ])('is refused for %s', (_, change) => {
    expect(() => renderVlessLink({ ...reality, ...change }, { uuid })).toThrow(
      expect.objectContaining({ code: 'FORMAT_ENDPOINT_INVALID' }),
    );
  });

  it('is refused for an id that is no UUID, without telling it', () => {
    const attempt = (): string => renderVlessLink(reality, { uuid: 'not-a-uuid-but-secret' });
    expect(attempt).toThrow(expect.objectContaining({ code: 'FORMAT_ENDPOINT_INVALID' }));
    expect(attempt).not.toThrow(/secret/);
  });
});

describe('the strict reader', () => {
  it.each([
    ['a bare key', 'encryption=none&type=tcp&security=none&headerType'],
    ['a key without value', 'encryption=none&type=tcp&security=none&sid='],
    ['a raw = in a value', 'encryption=none&type=ws&security=none&path=/?ed=1'],
    ['a key that comes twice', 'encryption=none&type=tcp&type=tcp&security=none'],
    ['no encryption', 'type=tcp&security=none'],
    ['an unknown transport', 'encryption=none&type=quic&security=none'],
    ['an unknown security', 'encryption=none&type=tcp&security=xtls'],
    ['an unknown flow', 'encryption=none&type=tcp&security=none&flow=vision'],
    ['broken escaping', 'encryption=none&type=ws&security=none&path=%E0%A4'],
    ['no parameter at all', ''],
  ])('refuses %s', (_, query) => {
    expect(() => parseVlessLink(`vless://${uuid}@a.example:443?${query}#x`)).toThrow(
      expect.objectContaining({ code: 'FORMAT_LINK_INVALID' }),
    );
  });

  it('refuses an empty remark', () => {
    expect(() => parseVlessLink(`vless://${uuid}@a.example:443?encryption=none&type=tcp&security=none#`)).toThrow(
      expect.objectContaining({ code: 'FORMAT_LINK_INVALID' }),
    );
  });
});

describe('a notice', () => {
  it('is a link to nowhere that says the text', () => {
    const { endpoint: target } = parseVlessLink(renderNotice('⏳ Your subscription has ended & waits'));
    expect(target).toMatchObject({ address: '127.0.0.1', port: 1, remark: '⏳ Your subscription has ended & waits' });
  });
});
