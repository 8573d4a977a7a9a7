import { describe, expect, it } from 'vitest';

import { type ClientCore, clientCores, lockoutOf, type LockoutReason } from './client-core.ts';
import type { VlessEndpoint, VlessSecurity, VlessTransport } from './endpoint.ts';

const none: VlessSecurity = { type: 'none' };
const tls: VlessSecurity = { type: 'tls', serverName: 'a.example', fingerprint: 'chrome', alpn: [] };
const realityOf = {
  type: 'reality',
  serverName: 'www.example.test',
  fingerprint: 'chrome',
  publicKey: 'QBb690isqnDxzcWkw6l_JX91ZJZsI6pYZaawd6x_dgo',
  shortId: 'ab',
  spiderX: '/',
  mldsa65Verify: 'A'.repeat(2603),
  minClientVer: '',
} as const;
const reality = (minClientVer: string): VlessSecurity => ({ ...realityOf, minClientVer });
const grpc = (serviceName: string, authority = '', mode: 'gun' | 'multi' = 'gun'): VlessTransport => ({
  type: 'grpc',
  serviceName,
  authority,
  mode,
});
const xhttp = (extra?: string, mode = 'auto', path = '/x'): VlessTransport => ({
  type: 'xhttp',
  path,
  host: '',
  mode,
  ...(extra === undefined ? {} : { extra }),
});
const tcp: VlessTransport = { type: 'tcp' };
const key = 'QBb690isqnDxzcWkw6l_JX91ZJZsI6pYZaawd6x_dgo';

interface Row {
  readonly what: string;
  readonly transport: VlessTransport;
  readonly security?: VlessSecurity;
  readonly encryption?: string;
  /** Only the cores that are locked out. */
  readonly out: Readonly<Partial<Record<ClientCore, LockoutReason>>>;
}

const wall = { mihomo: 'reality-min-client-ver', 'sing-box': 'reality-min-client-ver' } as const;
const everyone = { xray: 'reality-transport', mihomo: 'reality-transport', 'sing-box': 'reality-transport' } as const;
const settings = { mihomo: 'xhttp-settings', 'sing-box': 'xhttp' } as const;
const nobody = { xray: 'invalid', mihomo: 'invalid', 'sing-box': 'invalid' } as const;
const named = { mihomo: 'grpc-service-name', 'sing-box': 'grpc-service-name' } as const;
const pathless = { mihomo: 'path', 'sing-box': 'path' } as const;

const rows: readonly Row[] = [
  { what: 'plain tcp', transport: tcp, out: {} },
  { what: 'REALITY that demands nothing', transport: tcp, security: reality(''), out: {} },
  { what: 'REALITY that demands 1.8.1', transport: tcp, security: reality('1.8.1'), out: {} },
  {
    what: 'REALITY that demands 1.8.2',
    transport: tcp,
    security: reality('1.8.2'),
    out: { 'sing-box': 'reality-min-client-ver' },
  },
  { what: 'REALITY that demands 26.3.27', transport: tcp, security: reality('26.3.27'), out: wall },
  { what: 'REALITY over ws', transport: { type: 'ws', path: '/', host: '' }, security: reality(''), out: everyone },
  { what: 'REALITY with a wrong key', transport: tcp, security: { ...realityOf, publicKey: 'x' }, out: nobody },
  { what: 'REALITY with a wrong short id', transport: tcp, security: { ...realityOf, shortId: 'xyz' }, out: nobody },
  { what: 'a server name that is none', transport: tcp, security: { ...tls, serverName: 'a b' }, out: nobody },
  { what: 'a Host that is none', transport: { type: 'ws', path: '/', host: 'é/b' }, out: nobody },
  {
    what: 'VLESS encryption',
    transport: tcp,
    encryption: `mlkem768x25519plus.native.0rtt.${key}`,
    out: { 'sing-box': 'vless-encryption' },
  },
  {
    what: 'an encryption of another kind',
    transport: tcp,
    encryption: 'aes.native.0rtt',
    out: { mihomo: 'vless-encryption', 'sing-box': 'vless-encryption' },
  },
  {
    what: "tcp's HTTP header inside TLS",
    transport: { type: 'tcp', httpHeader: { path: '/', host: '' } },
    security: tls,
    out: { 'sing-box': 'http-header' },
  },
  { what: "tcp's HTTP header", transport: { type: 'tcp', httpHeader: { path: '/', host: '' } }, out: {} },
  {
    what: "tcp's HTTP header with no path of a URL",
    transport: { type: 'tcp', httpHeader: { path: '/%', host: '' } },
    out: { 'sing-box': 'path' },
  },
  {
    what: 'a pinned certificate',
    transport: tcp,
    security: { ...tls, pinnedPeerCertSha256: 'ab'.repeat(32) },
    out: { 'sing-box': 'certificate-pin' },
  },
  { what: 'xhttp', transport: xhttp(), out: { 'sing-box': 'xhttp' } },
  {
    what: 'xhttp with known settings',
    transport: xhttp('{"xPaddingBytes":"1-2","xmux":{"maxConcurrency":3},"headers":{"A":"b"},"noGRPCHeader":true}'),
    out: { 'sing-box': 'xhttp' },
  },
  { what: 'xhttp with another way down', transport: xhttp('{"downloadSettings":{}}'), out: settings },
  { what: 'xhttp with a setting of the future', transport: xhttp('{"constructor":"x"}'), out: settings },
  { what: 'xhttp with a range of another form', transport: xhttp('{"xPaddingBytes":{"from":1}}'), out: settings },
  { what: 'xhttp in an unknown mode', transport: xhttp(undefined, 'stream-two'), out: settings },
  { what: 'xhttp with broken settings', transport: xhttp('['), out: { ...settings, xray: 'xhttp-settings' } },
  {
    what: 'xhttp with a broken path',
    transport: xhttp(undefined, '', '/%zz'),
    out: { ...pathless, 'sing-box': 'xhttp' },
  },
  { what: 'gRPC', transport: grpc('name'), out: {} },
  { what: 'gRPC without a name', transport: grpc(''), out: {} },
  { what: 'gRPC multi', transport: grpc('name', '', 'multi'), out: {} },
  { what: 'gRPC at a path', transport: grpc('/a/b/Tun|Multi', '', 'multi'), out: {} },
  { what: 'gRPC with its own stream', transport: grpc('/a/b|c'), out: { 'sing-box': 'grpc-service-name' } },
  { what: 'gRPC at a path for multi alone', transport: grpc('/a/b', '', 'multi'), out: named },
  { what: 'gRPC that must be escaped', transport: grpc('имя/1'), out: named },
  { what: 'the authority of TLS', transport: grpc('a', 'a.example'), security: tls, out: {} },
  {
    what: 'another authority',
    transport: grpc('a', 'b.example'),
    security: tls,
    out: { mihomo: 'grpc-authority', 'sing-box': 'grpc-authority' },
  },
  { what: 'a path with early data', transport: { type: 'ws', path: '/a?ed=2048', host: '' }, out: {} },
  { what: 'a path that is none', transport: { type: 'ws', path: '/a b', host: '' }, out: pathless },
  { what: 'a path that looks like a host', transport: { type: 'httpupgrade', path: '//a', host: '' }, out: pathless },
];

describe('who is locked out', () => {
  it.each(rows)('of $what', ({ transport, security = none, encryption = 'none', out }) => {
    const endpoint: Pick<VlessEndpoint, 'transport' | 'security' | 'encryption'> = { transport, security, encryption };
    const reasons = clientCores.map((core) => [core, lockoutOf(endpoint, core)] as const);
    expect(Object.fromEntries(reasons.filter(([, reason]) => reason !== undefined))).toEqual(out);
  });

  it('nobody of what is no VPN', () => {
    const proxy = {
      protocol: 'mtproto',
      address: 'a.example',
      port: 443,
      remark: '',
      secret: 'ab'.repeat(16),
    } as const;
    expect(clientCores.map((core) => lockoutOf(proxy, core))).toEqual([undefined, undefined, undefined]);
  });
});
