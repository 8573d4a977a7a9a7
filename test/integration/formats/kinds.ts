import { X509Certificate } from 'node:crypto';
import type { VlessEndpoint } from '../../../src/formats/endpoint.ts';
import { createAuthority, type KeyedCertificate } from '../../support/certificates.ts';
import { realityPair } from '../../support/vless-server.ts';

export const serverName = 'vpn.example.test';
/** What the REALITY server pretends to be. */
export const targetName = 'www.example.test';

/** One certificate, and how clients come to trust it: by the authority that issued it, or by its hash. */
export interface Trust {
  readonly authority: string;
  readonly server: KeyedCertificate;
  readonly pin: string;
}

export function issueTrust(): Trust {
  const authority = createAuthority('an authority of the test');
  const server = authority.issue({ commonName: serverName, hosts: [serverName], usages: ['server'] });
  const pin = new X509Certificate(server.certificate).fingerprint256.replaceAll(':', '').toLowerCase();
  return { authority: authority.certificate, server, pin };
}

const base = { protocol: 'vless', address: '127.0.0.1', port: 1, encryption: 'none' } as const;

/** The kinds of servers that people run. @param encryption of VLESS, for the client */
export function kindsOf({ pin }: Pick<Trust, 'pin'>, encryption: string): readonly VlessEndpoint[] {
  const none = { type: 'none' } as const;
  const tls = { type: 'tls', serverName, fingerprint: 'chrome', alpn: [] as string[] } as const;
  const pinned = { ...tls, pinnedPeerCertSha256: pin };
  const flow = 'xtls-rprx-vision';
  const reality = {
    type: 'reality',
    serverName: targetName,
    fingerprint: 'chrome',
    publicKey: realityPair.publicKey,
    // A number to YAML, unless it is quoted.
    shortId: '2351e1',
    spiderX: '/3da5670adff240a',
    minClientVer: '1.0.0',
  } as const;
  const ws = { type: 'ws', path: '/ws', host: '' } as const;
  const upgrade = { type: 'httpupgrade', path: '/upgrade', host: '' } as const;
  const grpc = { type: 'grpc', serviceName: 'wayleave', authority: '', mode: 'gun' } as const;
  const xhttp = { type: 'xhttp', path: '/xhttp', host: '', mode: 'auto' } as const;
  const kinds: Readonly<Record<string, Pick<VlessEndpoint, 'transport' | 'security'> & Partial<VlessEndpoint>>> = {
    'reality, vision': { transport: { type: 'tcp' }, security: reality, flow },
    reality: { transport: { type: 'tcp' }, security: reality },
    'reality, grpc': { transport: grpc, security: reality },
    'reality, xhttp': { transport: xhttp, security: reality },
    'tcp, tls, vision': { transport: { type: 'tcp' }, security: tls, flow },
    'tcp, tls': { transport: { type: 'tcp' }, security: { ...tls, alpn: ['h2', 'http/1.1'] } },
    'tcp, tls, pinned': { transport: { type: 'tcp' }, security: pinned },
    tcp: { transport: { type: 'tcp' }, security: none },
    'tcp with an HTTP header': {
      transport: { type: 'tcp', httpHeader: { path: '/', host: 'cdn.example.com' } },
      security: none,
    },
    'tcp with an HTTP header, tls': {
      transport: { type: 'tcp', httpHeader: { path: '/a', host: '' } },
      security: tls,
    },
    ws: { transport: ws, security: none },
    'ws, tls': { transport: { ...ws, host: serverName }, security: tls },
    'ws, tls, alpn of a browser': { transport: ws, security: { ...tls, alpn: ['h2', 'http/1.1'] } },
    'ws, tls, pinned': { transport: ws, security: pinned },
    'ws, tls, early data': { transport: { ...ws, path: '/ws?ed=2048' }, security: tls },
    httpupgrade: { transport: upgrade, security: none },
    'httpupgrade, tls': { transport: upgrade, security: tls },
    'httpupgrade, tls, alpn of a browser': { transport: upgrade, security: { ...tls, alpn: ['h2', 'http/1.1'] } },
    grpc: { transport: grpc, security: none },
    'grpc, tls': { transport: grpc, security: { ...tls, alpn: ['h2'] } },
    'grpc multi, tls, pinned': { transport: { ...grpc, mode: 'multi' }, security: pinned },
    'grpc with a path of its own': { transport: { ...grpc, serviceName: '/a/b/Stream|Multi' }, security: tls },
    'grpc without a name': { transport: { ...grpc, serviceName: '' }, security: tls },
    xhttp: { transport: xhttp, security: none },
    'xhttp, tls': { transport: xhttp, security: { ...tls, alpn: ['h2'] } },
    'xhttp, tls, packet-up': { transport: { ...xhttp, mode: 'packet-up' }, security: tls },
    'xhttp, tls, settings': {
      transport: {
        ...xhttp,
        extra: JSON.stringify({ xPaddingBytes: '200-400', xmux: { maxConcurrency: '1-4', hKeepAlivePeriod: 20 } }),
      },
      security: tls,
    },
    'tcp, encrypted': { transport: { type: 'tcp' }, security: none, encryption },
    'reality, encrypted, vision': { transport: { type: 'tcp' }, security: reality, encryption, flow },
    'xhttp, encrypted, vision': { transport: xhttp, security: none, encryption, flow },
  };
  return Object.entries(kinds).map(([remark, kind]) => ({ ...base, ...kind, remark }));
}
