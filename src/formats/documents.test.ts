import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

import { lockoutOf } from './client-core.ts';
import type { VlessEndpoint, VlessSecurity } from './endpoint.ts';
import type { SubscriptionServer, SubscriptionView } from './format.ts';
import { subscriptionFormats } from './formats.ts';
import { mihomo } from './mihomo.ts';
import { nameClaimer } from './profile-entries.ts';
import { singBox, singBoxLegacy } from './sing-box.ts';
import { splitEarlyData } from './transport-details.ts';
import { linkRemark } from './vless-link.ts';
import { xrayJson } from './xray-json.ts';
import { renderYaml } from './yaml.ts';

type Json = Readonly<Record<string, unknown>>;

const uuid = '5783a3e7-e373-51cd-8642-c83782b807c5';
const realityOf = (shortId: string): VlessSecurity => ({
  type: 'reality',
  serverName: 'www.example.test',
  fingerprint: 'chrome',
  publicKey: 'QBb690isqnDxzcWkw6l_JX91ZJZsI6pYZaawd6x_dgo',
  shortId,
  spiderX: '/3da5670adff240a',
  minClientVer: '',
});
const tls: VlessSecurity = {
  type: 'tls',
  serverName: 'nl1.example.com',
  fingerprint: 'unsafe',
  alpn: ['h2', 'http/1.1'],
};
const base = { protocol: 'vless', address: 'nl1.example.com', port: 443, encryption: 'none' } as const;
const flow = 'xtls-rprx-vision';

const endpoints: readonly VlessEndpoint[] = [
  { ...base, remark: '🇳🇱 NL', transport: { type: 'tcp' }, security: realityOf('2351e1'), flow },
  {
    ...base,
    remark: '🇳🇱 NL',
    address: '2001:db8::7',
    transport: { type: 'tcp' },
    security: realityOf('09561058'),
    flow,
  },
  {
    ...base,
    remark: '"ws": # yes',
    address: 'пример.рф',
    transport: { type: 'ws', path: '/ws?ed=2048', host: 'cdn.example.com' },
    security: tls,
  },
  { ...base, remark: 'DIRECT', transport: { type: 'httpupgrade', path: '/up', host: '' }, security: tls },
  { ...base, remark: '', transport: { type: 'grpc', serviceName: '', authority: '', mode: 'multi' }, security: tls },
  {
    ...base,
    remark: 'header',
    transport: { type: 'tcp', httpHeader: { path: '/', host: 'a.example,b.example' } },
    security: { type: 'none' },
  },
  {
    ...base,
    remark: 'xhttp',
    transport: { type: 'xhttp', path: '/x', host: '', mode: 'auto', extra: '{"xPaddingBytes":"100-200"}' },
    security: { ...tls, pinnedPeerCertSha256: 'ab'.repeat(32) },
    encryption: 'mlkem768x25519plus.native.0rtt.QBb690isqnDxzcWkw6l_JX91ZJZsI6pYZaawd6x_dgo',
    flow,
  },
];

const serversOf = (list: readonly VlessEndpoint[]): readonly SubscriptionServer[] =>
  list.map((endpoint) => ({ endpoint, credential: { uuid } }));
const viewOf = (list: readonly VlessEndpoint[], notices: readonly string[] = []): SubscriptionView => ({
  title: 'Мой VPN, home',
  notices,
  servers: serversOf(list),
});

const documents = [mihomo, singBox, singBoxLegacy, xrayJson];
const usable = (format: (typeof documents)[number]): readonly VlessEndpoint[] =>
  endpoints.filter((endpoint) => format.core !== undefined && lockoutOf(endpoint, format.core) === undefined);

/** The names under which an app shows the entries of a document, and the other names in it. */
function namesIn(format: string, text: string): readonly string[] {
  if (format === 'xray') return (JSON.parse(text) as Json[]).map((config) => String(config['remarks']));
  if (format === 'mihomo') {
    const profile = parse(text) as { readonly proxies: Json[]; readonly 'proxy-groups': Json[] };
    return [...profile.proxies, ...profile['proxy-groups']].map((entry) => String(entry['name']));
  }
  return (JSON.parse(text) as { readonly outbounds: Json[] }).outbounds.map((outbound) => String(outbound['tag']));
}

const hostileText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.constantFrom(
    '',
    ' ',
    'yes',
    'null',
    '~',
    '1e3',
    '- a: b # c',
    '"',
    '\ud83d',
    'a\nb',
    '\uffff',
    '\ufeff',
    '\u0085',
  ),
  fc.constantFrom('DIRECT', 'direct', 'GLOBAL', 'NL', 'NL 2', '⚡ Auto', 'VPN', 'a,b'),
);
const hostileView: fc.Arbitrary<SubscriptionView> = fc.record({
  title: hostileText,
  notices: fc.array(hostileText, { maxLength: 3 }),
  servers: fc.array(fc.tuple(hostileText, fc.stringMatching(/^(?:[0-9a-f]{2}){0,8}$/)), { maxLength: 8 }).map((list) =>
    serversOf(
      list.map(([remark, shortId]) => ({
        ...base,
        remark,
        transport: { type: 'tcp' },
        security: realityOf(shortId),
      })),
    ),
  ),
});

describe.each(documents)('the document $name', (format) => {
  it('is the reviewed one', async () => {
    const text = format.render(viewOf(usable(format), ['⏳ Wait']));
    const shown = format.name === 'mihomo' ? text : `${JSON.stringify(JSON.parse(text), undefined, 2)}\n`;
    await expect(shown).toMatchFileSnapshot(`golden/${format.name}.${format.name === 'mihomo' ? 'yaml' : 'json'}`);
  });

  it('is the same for the same view, and names are unique and visible', () => {
    fc.assert(
      fc.property(hostileView, (view) => {
        const text = format.render(view);
        expect(format.render(structuredClone(view))).toBe(text);
        const names = namesIn(format.name, text);
        expect(new Set(names).size).toBe(names.length);
        expect(names.filter((name) => name.trim() === '')).toEqual([]);
        expect(names.length).toBeGreaterThanOrEqual(Math.max(1, view.notices.length + view.servers.length));
      }),
    );
  });

  it('is a document with an entry even when there is nothing to show', () => {
    expect(namesIn(format.name, format.render(viewOf([]))).length).toBeGreaterThan(0);
  });

  it('holds no proxy of Telegram', () => {
    const secret = 'ab'.repeat(16);
    const proxy = { protocol: 'mtproto', address: 'a.example', port: 443, remark: 'TG', secret } as const;
    const servers = [...serversOf(usable(format)), { endpoint: proxy, credential: { uuid } }];
    expect(format.render({ ...viewOf([]), servers })).toBe(format.render(viewOf(usable(format))));
  });

  it.each([
    ['a short id that is no hex', { security: realityOf('xyz') }],
    ['a key that is none', { security: { ...realityOf('ab'), publicKey: 'x' } as VlessSecurity }],
    ['port 0', { port: 0 }],
  ])('is refused whole for %s', (_, change) => {
    const broken = { ...base, remark: 'x', transport: { type: 'tcp' as const }, security: tls, ...change };
    expect(() => format.render(viewOf([broken]))).toThrow(expect.objectContaining({ code: 'FORMAT_ENDPOINT_INVALID' }));
  });
});

describe('mihomo', () => {
  it('keeps every name and short id a string', () => {
    fc.assert(
      fc.property(hostileView, (view) => {
        const { proxies } = parse(mihomo.render(view)) as { readonly proxies: Json[] };
        const servers = proxies.slice(view.notices.length, view.notices.length + view.servers.length);
        for (const [index, proxy] of servers.entries()) {
          const endpoint = view.servers[index]?.endpoint as VlessEndpoint;
          const shortId = endpoint.security.type === 'reality' ? endpoint.security.shortId : undefined;
          expect((proxy['reality-opts'] as Json)['short-id']).toBe(shortId);
          expect(String(proxy['name']).startsWith(linkRemark(endpoint))).toBe(true);
        }
      }),
    );
  });

  it('sends everything else into the group that is named after the title', () => {
    const profile = parse(mihomo.render(viewOf(endpoints))) as Json;
    const groups = profile['proxy-groups'] as Json[];
    expect(groups[0]).toMatchObject({ name: 'Мой VPN home', type: 'select' });
    expect((profile['rules'] as string[]).at(-1)).toBe('MATCH,Мой VPN home');
  });
});

it('YAML gives back exactly what was written', () => {
  const key = fc.stringMatching(/^[a-z][a-z-]{0,8}$/);
  // The writer is for documents, which hold whole characters and no negative zero.
  const value = fc.jsonValue().map((json) => JSON.parse(JSON.stringify(json)) as unknown);
  fc.assert(
    fc.property(fc.dictionary(key, value, { minKeys: 1, noNullPrototype: true }), (document) => {
      expect(parse(renderYaml(document))).toEqual(document);
    }),
  );
});

it('numbers duplicates in their order and passes over what is taken', () => {
  const claim = nameClaimer(['DIRECT']);
  expect(['NL', 'NL', 'NL 2', 'nl', 'direct', 'NL'].map(claim)).toEqual([
    'NL',
    'NL 2',
    'NL 2 2',
    'nl 3',
    'direct 2',
    'NL 4',
  ]);
});

it.each([
  ['/a', '/a', 0],
  ['', '/', 0],
  ['/a?ed=2048', '/a', 2048],
  ['a?x=1&ed=10&y=2', '/a?x=1&y=2', 10],
  ['/a?ed=x', '/a?ed=x', 0],
])('%s is path %s with %i bytes of early data', (text, path, earlyData) => {
  expect(splitEarlyData(text)).toEqual({ path, earlyData });
});

it('every format has a name and a kind of its own', () => {
  expect(subscriptionFormats.map((format) => [format.name, format.core])).toEqual([
    ['links', undefined],
    ['plain', undefined],
    ['mihomo', 'mihomo'],
    ['sing-box', 'sing-box'],
    ['sing-box-legacy', 'sing-box'],
    ['xray', 'xray'],
  ]);
});
