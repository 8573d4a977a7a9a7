import type { VlessEndpoint } from './endpoint.ts';
import { fingerprintFor } from './fingerprint.ts';
import type { ProfileEntry } from './profile-entries.ts';
import { grpcPathOf, hostHeaderOf, serverAddress, serverNameOf, splitEarlyData } from './transport-details.ts';

type Fields = Readonly<Record<string, unknown>>;

/** One server as sing-box 1.11 and later read it. It must not be locked out (`lockoutOf`): unknown keys are errors. */
export function singBoxOutbound({ name, endpoint, credential }: ProfileEntry): Fields {
  const tls = tlsOf(endpoint);
  const transport = transportOf(endpoint);
  return {
    type: 'vless',
    tag: name,
    server: serverAddress(endpoint.address),
    server_port: endpoint.port,
    uuid: credential.uuid,
    ...(endpoint.flow === undefined ? {} : { flow: endpoint.flow }),
    packet_encoding: 'xudp',
    ...(tls === undefined ? {} : { tls }),
    ...(transport === undefined ? {} : { transport }),
  };
}

function tlsOf(endpoint: VlessEndpoint): Fields | undefined {
  const { security } = endpoint;
  if (security.type === 'none') return undefined;
  const tls = {
    enabled: true,
    server_name: serverNameOf(endpoint),
    utls: { enabled: true, fingerprint: fingerprintFor(security.fingerprint, 'sing-box') },
  };
  if (security.type === 'tls') {
    const alpn = alpnOf(endpoint.transport.type, security.alpn);
    return alpn.length === 0 ? tls : { ...tls, alpn };
  }
  return { ...tls, reality: { enabled: true, public_key: security.publicKey, short_id: security.shortId } };
}

/** ws and httpupgrade are HTTP/1.1, gRPC is HTTP/2; if the server could choose another here, nothing would connect. */
function alpnOf(transport: VlessEndpoint['transport']['type'], alpn: readonly string[]): readonly string[] {
  if (transport === 'grpc') return ['h2'];
  return transport === 'ws' || transport === 'httpupgrade' ? ['http/1.1'] : alpn;
}

function transportOf(endpoint: VlessEndpoint): Fields | undefined {
  const { transport } = endpoint;
  switch (transport.type) {
    case 'ws': {
      const { path, earlyData } = splitEarlyData(transport.path);
      const early =
        earlyData > 0 ? { max_early_data: earlyData, early_data_header_name: 'Sec-WebSocket-Protocol' } : {};
      return { type: 'ws', path, headers: { Host: hostHeaderOf(transport.host, endpoint) }, ...early };
    }
    case 'httpupgrade': {
      const { path } = splitEarlyData(transport.path);
      return { type: 'httpupgrade', path, host: hostHeaderOf(transport.host, endpoint) };
    }
    case 'grpc':
      return { type: 'grpc', service_name: grpcPathOf(transport)?.service ?? '' };
    case 'tcp': {
      if (transport.httpHeader === undefined) return undefined;
      const { path, host } = transport.httpHeader;
      return { type: 'http', method: 'GET', path: path || '/', host: hostHeaderOf(host, endpoint).split(',') };
    }
    // Locked out.
    case 'xhttp':
      return undefined;
  }
}
