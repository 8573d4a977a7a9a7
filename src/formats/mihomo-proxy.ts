import type { VlessEndpoint, VlessTransport } from './endpoint.ts';
import { fingerprintFor } from './fingerprint.ts';
import { mihomoXhttpSettings } from './mihomo-xhttp.ts';
import type { ProfileEntry } from './profile-entries.ts';
import { grpcPathOf, hostHeaderOf, serverAddress, serverNameOf, splitEarlyData } from './transport-details.ts';

type Fields = Readonly<Record<string, unknown>>;

/** One server as mihomo 1.19 reads it. It must not be locked out (`lockoutOf`). */
export function mihomoProxy({ name, endpoint, credential }: ProfileEntry): Fields {
  return {
    name,
    type: 'vless',
    server: serverAddress(endpoint.address),
    port: endpoint.port,
    uuid: credential.uuid,
    udp: true,
    'packet-encoding': 'xudp',
    ...(endpoint.flow === undefined ? {} : { flow: endpoint.flow }),
    ...(endpoint.encryption === 'none' || endpoint.encryption === '' ? {} : { encryption: endpoint.encryption }),
    ...securityFields(endpoint),
    ...transportFields(endpoint),
  };
}

function securityFields(endpoint: VlessEndpoint): Fields {
  const { security } = endpoint;
  if (security.type === 'none') return { tls: false };
  const tls = {
    tls: true,
    servername: serverNameOf(endpoint),
    // REALITY needs one.
    'client-fingerprint': fingerprintFor(security.fingerprint, 'mihomo'),
  };
  if (security.type === 'tls') {
    return {
      ...tls,
      ...(security.alpn.length === 0 ? {} : { alpn: security.alpn }),
      ...(security.pinnedPeerCertSha256 === undefined
        ? {}
        : { fingerprint: withColons(security.pinnedPeerCertSha256) }),
    };
  }
  return {
    ...tls,
    'reality-opts': {
      'public-key': security.publicKey,
      'short-id': security.shortId,
      // Servers that sign with ML-DSA are new enough for the post-quantum key share, which others may drop.
      ...(security.mldsa65Verify === undefined ? {} : { 'support-x25519mlkem768': true }),
    },
  };
}

/** The form in which Clash apps and their schema know a certificate's hash. */
function withColons(hex: string): string {
  return hex.toUpperCase().match(/../g)?.join(':') ?? '';
}

function transportFields(endpoint: VlessEndpoint): Fields {
  const { transport } = endpoint;
  switch (transport.type) {
    case 'tcp':
      return transport.httpHeader === undefined ? { network: 'tcp' } : httpFields(transport.httpHeader, endpoint);
    case 'ws':
    case 'httpupgrade':
      return { network: 'ws', 'ws-opts': websocketOptions(transport, endpoint) };
    case 'grpc':
      return { network: 'grpc', 'grpc-opts': { 'grpc-service-name': grpcServiceName(transport) } };
    case 'xhttp':
      return xhttpFields(transport, endpoint);
  }
}

type Kind<Type extends VlessTransport['type']> = Extract<VlessTransport, { type: Type }>;

function httpFields({ path, host }: NonNullable<Kind<'tcp'>['httpHeader']>, endpoint: VlessEndpoint): Fields {
  const headers = { Host: hostHeaderOf(host, endpoint).split(',') };
  return { network: 'http', 'http-opts': { method: 'GET', path: [path === '' ? '/' : path], headers } };
}

function websocketOptions(transport: Kind<'ws' | 'httpupgrade'>, endpoint: VlessEndpoint): Fields {
  const { path, earlyData } = splitEarlyData(transport.path);
  const options = { path, headers: { Host: hostHeaderOf(transport.host, endpoint) } };
  // mihomo takes an unknown network for tcp: httpupgrade is a kind of ws there.
  if (transport.type === 'httpupgrade') return { ...options, 'v2ray-http-upgrade': true };
  if (earlyData === 0) return options;
  return { ...options, 'max-early-data': earlyData, 'early-data-header-name': 'Sec-WebSocket-Protocol' };
}

/** One with a slash in front is a whole path; for an empty one mihomo would say "GunService". */
function grpcServiceName(transport: Kind<'grpc'>): string {
  const { service = '', stream = 'Tun' } = grpcPathOf(transport) ?? {};
  return service !== '' && stream === 'Tun' && !service.includes('/') ? service : `/${service}/${stream}`;
}

function xhttpFields(transport: Kind<'xhttp'>, endpoint: VlessEndpoint): Fields {
  const host = transport.host === '' ? {} : { host: hostHeaderOf(transport.host, endpoint) };
  const path = transport.path.startsWith('/') ? transport.path : `/${transport.path}`;
  const isStream = transport.mode === 'stream-up' || transport.mode === 'stream-one';
  return {
    network: 'xhttp',
    // Without TLS Xray's clients speak HTTP/1.1, and what stands before the server may know nothing else.
    ...(endpoint.security.type === 'none' && !isStream ? { alpn: ['http/1.1'] } : {}),
    'xhttp-opts': { path, ...host, ...mihomoXhttpSettings(transport) },
  };
}
