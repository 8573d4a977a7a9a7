import fc from 'fast-check';
import type { VlessEndpoint, VlessSecurity, VlessTransport } from '../../../src/formats/endpoint.ts';

// Everything that people and panels put where they should not: separators, quotes, padding, emoji, half an emoji.
const hostileText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.constantFrom('a=b&c#d?e', '100 % +1', `'";<>\\`, '🇳🇱 Амстердам ⚡', '\ud83d', 'line\nbreak\u0000', '   ', ''),
);
const hostName = fc.oneof(fc.domain(), fc.ipV4(), fc.constantFrom('пример.рф', 'münchen.example', '日本.example'));
const hostHeader = fc.oneof(hostName, fc.constantFrom('', 'a.example:8443', 'a.example,b.example'));
const fingerprint = fc.oneof(fc.constantFrom('', 'chrome', 'Firefox', 'randomizedNoALPN', 'unknown'), hostileText);

const transport: fc.Arbitrary<VlessTransport> = fc.oneof(
  fc.constant<VlessTransport>({ type: 'tcp' }),
  fc.record({ type: fc.constant('tcp' as const), httpHeader: fc.record({ path: hostileText, host: hostHeader }) }),
  fc.record({ type: fc.constantFrom('ws' as const, 'httpupgrade' as const), path: hostileText, host: hostHeader }),
  fc.record({
    type: fc.constant('grpc' as const),
    serviceName: hostileText,
    authority: hostHeader,
    mode: fc.constantFrom('gun' as const, 'multi' as const),
  }),
  fc.record({
    type: fc.constant('xhttp' as const),
    path: hostileText,
    host: hostHeader,
    mode: fc.constantFrom('', 'auto', 'packet-up', 'stream-up', 'stream-one'),
  }),
);

const hex = fc
  .integer({ min: 0, max: 8 })
  .chain((bytes) =>
    fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((raw) => Buffer.from(raw).toString('hex')),
  );

const security: fc.Arbitrary<VlessSecurity> = fc.oneof(
  fc.constant<VlessSecurity>({ type: 'none' }),
  fc.record({
    type: fc.constant('tls' as const),
    serverName: hostName,
    fingerprint,
    alpn: fc.subarray(['h3', 'h2', 'http/1.1']),
  }),
  fc.record({
    type: fc.constant('reality' as const),
    serverName: hostName,
    fingerprint,
    publicKey: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((raw) => Buffer.from(raw).toString('base64url')),
    shortId: hex,
    spiderX: hostileText.map((text) => `/${text}`),
    minClientVer: fc.constantFrom('', '1.8.1', '26.3.27'),
  }),
);

/** Endpoints as no sane panel has them, and as some panel has them one day. */
export const generatedEndpoint: fc.Arbitrary<VlessEndpoint> = fc.record({
  protocol: fc.constant('vless' as const),
  address: fc.oneof(hostName, fc.ipV6()),
  port: fc.integer({ min: 1, max: 65_535 }),
  remark: hostileText,
  transport,
  security,
  encryption: fc.constantFrom('none', '', 'mlkem768x25519plus.native.0rtt.QBb690isqnDxzcWkw6l_JX91ZJZsI6pYZaawd6x_dgo'),
});
