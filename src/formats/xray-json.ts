import type { VlessEndpoint } from './endpoint.ts';
import { fingerprintFor } from './fingerprint.ts';
import type { SubscriptionFormat } from './format.ts';
import { asciiHostHeader } from './host.ts';
import { readExtra } from './mihomo-xhttp.ts';
import { privateNetworks } from './private-networks.ts';
import { nameEntries, type ProfileEntry } from './profile-entries.ts';
import { alpnOf, serverAddress, serverNameOf, spiderPath } from './transport-details.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A list of complete configurations, one for each server. Given only when asked for: links do the same in less. */
export const xrayJson: SubscriptionFormat = {
  name: 'xray',
  contentType: 'application/json; charset=utf-8',
  core: 'xray',
  render: (view) => JSON.stringify(nameEntries(view, []).entries.map(configOf)),
};

function configOf(entry: ProfileEntry): Fields {
  return {
    remarks: entry.name,
    log: { loglevel: 'warning' },
    dns: { servers: ['1.1.1.1', '8.8.8.8'] },
    inbounds: [
      { tag: 'socks', listen: '127.0.0.1', port: 10_808, protocol: 'socks', settings: { udp: true } },
      { tag: 'http', listen: '127.0.0.1', port: 10_809, protocol: 'http', settings: {} },
    ],
    outbounds: [
      { tag: 'proxy', protocol: 'vless', settings: vnextOf(entry), streamSettings: streamOf(entry.endpoint) },
      { tag: 'direct', protocol: 'freedom' },
      { tag: 'block', protocol: 'blackhole' },
    ],
    routing: {
      domainStrategy: 'AsIs',
      rules: [
        { type: 'field', ip: privateNetworks, outboundTag: 'direct' },
        { type: 'field', network: 'tcp,udp', outboundTag: 'proxy' },
      ],
    },
  };
}

/** Not the flat form: older cores lack it, and from 26.7.11 on it refuses plain VLESS to public addresses. */
function vnextOf({ endpoint, credential }: ProfileEntry): Fields {
  const { flow, encryption } = endpoint;
  const user = { id: credential.uuid, encryption: encryption === '' ? 'none' : encryption };
  const users = [flow === undefined ? user : { ...user, flow }];
  return { vnext: [{ address: serverAddress(endpoint.address), port: endpoint.port, users }] };
}

function streamOf(endpoint: VlessEndpoint): Fields {
  return {
    network: endpoint.transport.type,
    ...transportSettings(endpoint),
    security: endpoint.security.type,
    ...securitySettings(endpoint),
  };
}

function transportSettings({ transport }: VlessEndpoint): Fields {
  switch (transport.type) {
    case 'tcp': {
      if (transport.httpHeader === undefined) return {};
      const { path, host } = transport.httpHeader;
      const headers = host === '' ? {} : { headers: { Host: asciiHostHeader(host).split(',') } };
      return {
        tcpSettings: { header: { type: 'http', request: { path: [path === '' ? '/' : path], ...headers } } },
      };
    }
    case 'ws':
      return { wsSettings: { path: transport.path, host: asciiHostHeader(transport.host) } };
    case 'httpupgrade':
      return { httpupgradeSettings: { path: transport.path, host: asciiHostHeader(transport.host) } };
    case 'grpc': {
      const { serviceName, authority, mode } = transport;
      return { grpcSettings: { serviceName, authority, multiMode: mode === 'multi' } };
    }
    case 'xhttp': {
      const { path, host, mode, extra } = transport;
      const settings = { path, host: asciiHostHeader(host), mode: mode === '' ? 'auto' : mode };
      return { xhttpSettings: extra === undefined ? settings : { ...settings, extra: readExtra(extra) } };
    }
  }
}

function securitySettings(endpoint: VlessEndpoint): Fields {
  const { security } = endpoint;
  if (security.type === 'none') return {};
  const shared = { serverName: serverNameOf(endpoint), fingerprint: fingerprintFor(security.fingerprint, 'xray') };
  if (security.type === 'tls') {
    const { pinnedPeerCertSha256 } = security;
    const alpn = alpnOf(endpoint);
    return {
      tlsSettings: {
        ...shared,
        ...(alpn.length === 0 ? {} : { alpn }),
        ...(pinnedPeerCertSha256 === undefined ? {} : { pinnedPeerCertSha256 }),
      },
    };
  }
  const { publicKey, shortId, mldsa65Verify } = security;
  const verify = mldsa65Verify === undefined ? {} : { mldsa65Verify };
  return { realitySettings: { ...shared, publicKey, shortId, spiderX: spiderPath(security.spiderX), ...verify } };
}
