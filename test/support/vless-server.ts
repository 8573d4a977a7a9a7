import type { VlessEndpoint } from '../../src/formats/endpoint.ts';
import type { KeyedCertificate } from './certificates.ts';
import { freePort, withFreePorts } from './processes.ts';
import { startXray } from './xray.ts';

/** The pair of the golden tests: the public half is in endpoints, the private one nowhere but in servers of tests. */
export const realityPair = {
  publicKey: 'QBb690isqnDxzcWkw6l_JX91ZJZsI6pYZaawd6x_dgo',
  privateKey: 'CJJ_qzEhfY9M3LOtLSokfob7oO4SEPPOglFkAuT4K3w',
};

export interface VlessServerOptions {
  /** The program Xray. */
  readonly xray: string;
  readonly uuid: string;
  /** What to serve; address and port are chosen here. */
  readonly endpoints: readonly VlessEndpoint[];
  /** Where every connection ends, whatever the client asked for: `host:port`. */
  readonly exit: string;
  readonly certificate: KeyedCertificate;
  /** `host:port` of a server that speaks TLS 1.3, which REALITY pretends to be. */
  readonly realityTarget: string;
  /** `minClientVer` as written into the server's own settings; default: as the endpoint says. */
  readonly minClientVer?: string;
  /** What VLESS encryption is decrypted with; endpoints that have some carry its counterpart. */
  readonly decryption?: string;
}

export interface VlessServer {
  /** The endpoints, in their order, where they really are. */
  readonly endpoints: readonly VlessEndpoint[];
  stop(): Promise<void>;
}

/**
 * A real Xray with one inbound for each endpoint.
 *
 * Everything that comes out of a tunnel goes to `exit`. A client can thus be sent for a page of a name that nobody but
 * the server could answer for, and a request that went around the tunnel fails instead of succeeding.
 */
export async function startVlessServer(options: VlessServerOptions): Promise<VlessServer> {
  return withFreePorts(() => startOnce(options));
}

async function startOnce(options: VlessServerOptions): Promise<VlessServer> {
  const endpoints: VlessEndpoint[] = [];
  for (const endpoint of options.endpoints) {
    endpoints.push({ ...endpoint, address: '127.0.0.1', port: await freePort() });
  }
  const config = {
    log: { loglevel: 'warning' },
    inbounds: endpoints.map((endpoint) => inboundOf(endpoint, options)),
    // Xray from 26.7 on refuses targets on the loopback unless a rule allows them.
    outbounds: [{ protocol: 'freedom', settings: { redirect: options.exit, finalRules: [{ action: 'allow' }] } }],
  };
  const server = await startXray(options.xray, config, endpoints.at(-1)?.port ?? 0);
  return { endpoints, stop: () => server.stop() };
}

function inboundOf(endpoint: VlessEndpoint, options: VlessServerOptions): object {
  const { flow, encryption, port } = endpoint;
  const client = { id: options.uuid, email: `a-${port}`, ...(flow === undefined ? {} : { flow }) };
  return {
    listen: '127.0.0.1',
    port,
    protocol: 'vless',
    settings: { clients: [client], decryption: encryption === 'none' ? 'none' : options.decryption },
    streamSettings: {
      network: endpoint.transport.type,
      security: endpoint.security.type,
      ...transportOf(endpoint),
      ...securityOf(endpoint, options),
    },
  };
}

function transportOf({ transport }: VlessEndpoint): object {
  switch (transport.type) {
    case 'tcp':
      return transport.httpHeader === undefined
        ? {}
        : { tcpSettings: { header: { type: 'http', request: { path: [transport.httpHeader.path] } } } };
    case 'ws':
      return { wsSettings: { path: transport.path, host: transport.host } };
    case 'httpupgrade':
      return { httpupgradeSettings: { path: transport.path, host: transport.host } };
    case 'grpc':
      return { grpcSettings: { serviceName: transport.serviceName, multiMode: transport.mode === 'multi' } };
    case 'xhttp': {
      const { path, host, mode, extra } = transport;
      const more = extra === undefined ? {} : { extra: JSON.parse(extra) as object };
      return { xhttpSettings: { path, host, mode, ...more } };
    }
  }
}

function securityOf({ security }: VlessEndpoint, options: VlessServerOptions): object {
  switch (security.type) {
    case 'none':
      return {};
    case 'tls': {
      const { certificate, key } = options.certificate;
      const pair = { certificate: certificate.trim().split('\n'), key: key.trim().split('\n') };
      return { tlsSettings: { alpn: security.alpn, certificates: [pair] } };
    }
    case 'reality':
      return {
        realitySettings: {
          target: options.realityTarget,
          serverNames: [security.serverName],
          privateKey: realityPair.privateKey,
          shortIds: [security.shortId],
          minClientVer: options.minClientVer ?? security.minClientVer,
        },
      };
  }
}
