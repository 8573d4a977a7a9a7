import type { Endpoint, VlessEndpoint, VlessTransport } from './endpoint.ts';
import { isSound } from './endpoint-link.ts';
import { mihomoXhttpSettings, readExtra } from './mihomo-xhttp.ts';
import { grpcPathOf, isUrlPath } from './transport-details.ts';

/** What speaks VLESS inside a client app: Xray, mihomo (Clash Meta) or sing-box. */
export const clientCores = ['xray', 'mihomo', 'sing-box'] as const;
export type ClientCore = (typeof clientCores)[number];

export const lockoutReasons = [
  'invalid',
  'reality-min-client-ver',
  'reality-transport',
  'vless-encryption',
  'xhttp',
  'xhttp-settings',
  'http-header',
  'grpc-service-name',
  'grpc-authority',
  'path',
  'certificate-pin',
] as const;

/** Why a core cannot use an endpoint: a label of metrics. */
export type LockoutReason = (typeof lockoutReasons)[number];

type Judged = Pick<VlessEndpoint, 'transport' | 'security' | 'encryption'>;

/** What a panel's inbound does not say by itself. */
const anywhere = { protocol: 'vless', address: 'a.example', port: 443, remark: '' } as const;

/** Core versions that these clients tell a REALITY server, whatever their own are. */
const realityVersions: Readonly<Partial<Record<ClientCore, string>>> = { mihomo: '1.8.2', 'sing-box': '1.8.1' };

/**
 * Why apps with this core cannot use an endpoint. Nothing is changed into something that the server would refuse: what a
 * core cannot say is left out of its documents.
 *
 * @param endpoint its `minClientVer` as the server enforces it
 * @returns undefined where they can, and for what is no VPN and in no core's document anyway
 */
export function lockoutOf(
  endpoint: Judged | Exclude<Endpoint, VlessEndpoint>,
  core: ClientCore,
): LockoutReason | undefined {
  if (!('transport' in endpoint)) return undefined;
  if (!isSound({ ...anywhere, ...endpoint })) return 'invalid';
  return securityLockout(endpoint, core) ?? encryptionLockout(endpoint, core) ?? transportLockout(endpoint, core);
}

function securityLockout({ security, transport }: Judged, core: ClientCore): LockoutReason | undefined {
  if (security.type === 'reality') {
    // Xray's own server refuses to start with it.
    if (transport.type === 'ws' || transport.type === 'httpupgrade') return 'reality-transport';
    const told = realityVersions[core];
    return told !== undefined && isNewer(security.minClientVer, told) ? 'reality-min-client-ver' : undefined;
  }
  // sing-box pins the public key, which a certificate's hash does not tell.
  const pins = security.type === 'tls' && security.pinnedPeerCertSha256 !== undefined;
  return pins && core === 'sing-box' ? 'certificate-pin' : undefined;
}

function encryptionLockout({ encryption }: Judged, core: ClientCore): LockoutReason | undefined {
  if (core === 'xray' || encryption === 'none' || encryption === '') return undefined;
  // mihomo refuses the whole profile for one that it cannot read.
  return core === 'mihomo' && isClientEncryption(encryption) ? undefined : 'vless-encryption';
}

function transportLockout({ transport, security }: Judged, core: ClientCore): LockoutReason | undefined {
  if (core === 'xray') {
    return transport.type === 'xhttp' && readExtra(transport.extra) === undefined ? 'xhttp-settings' : undefined;
  }
  switch (transport.type) {
    case 'tcp':
      if (transport.httpHeader === undefined || core !== 'sing-box') return undefined;
      // Its "http" is this over bare TCP, and HTTP/2 inside TLS.
      if (security.type !== 'none') return 'http-header';
      return isUrlPath(transport.httpHeader.path) ? undefined : 'path';
    case 'ws':
    case 'httpupgrade':
      return isUrlPath(transport.path) ? undefined : 'path';
    case 'grpc':
      return grpcLockout(transport, security.type === 'none' ? '' : security.serverName, core);
    case 'xhttp':
      if (core === 'sing-box') return 'xhttp';
      if (!isUrlPath(transport.path)) return 'path';
      return mihomoXhttpSettings(transport) === undefined ? 'xhttp-settings' : undefined;
  }
}

function grpcLockout(
  transport: Extract<VlessTransport, { type: 'grpc' }>,
  serverName: string,
  core: ClientCore,
): LockoutReason | undefined {
  const path = grpcPathOf(transport);
  // sing-box always calls the stream "Tun".
  if (path === undefined || (core === 'sing-box' && path.stream !== 'Tun')) return 'grpc-service-name';
  // Both send the name of TLS: behind a proxy that tells sites apart, another one leads elsewhere.
  return transport.authority === '' || transport.authority === serverName ? undefined : 'grpc-authority';
}

/** `mlkem768x25519plus.<mode>.<rtt>.[padding..].<key..>`; keys are X25519 (32 bytes) or ML-KEM-768 (1184 bytes). */
function isClientEncryption(encryption: string): boolean {
  const [method, mode, rtt, ...blocks] = encryption.split('.');
  if (method !== 'mlkem768x25519plus' || !/^(?:native|xorpub|random)$/.test(mode ?? '')) return false;
  const keys = blocks.filter((block) => block.length >= 20);
  const areKeys = keys.every((key) => /^(?:[A-Za-z0-9_-]{43}|[A-Za-z0-9_-]{1579})$/.test(key));
  return /^[01]rtt$/.test(rtt ?? '') && keys.length > 0 && areKeys;
}

/** Compares "26.3.27" with "1.8.2" by numbers; an empty or unreadable one demands nothing. */
function isNewer(demanded: string, told: string): boolean {
  const [a, b] = [demanded, told].map((version) => version.split('.').map(Number));
  if (a === undefined || b === undefined || a.some(Number.isNaN)) return false;
  for (let at = 0; at < 3; at += 1) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return false;
}
