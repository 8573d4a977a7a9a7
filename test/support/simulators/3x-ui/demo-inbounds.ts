import { randomBytes } from 'node:crypto';
import type { InboundDraft } from './inbounds.ts';
import { newRealityKeys, type RealityKeys } from './reality-keys.ts';

export interface DemoInbounds {
  /** One for each inbound that is wanted; an inbound without a port is left out. */
  readonly ports: {
    readonly reality?: number;
    readonly ws?: number;
    readonly grpc?: number;
    readonly httpupgrade?: number;
    readonly xhttp?: number;
  };
  /** `host:port` of a server that speaks TLS 1.3, which REALITY pretends to be. */
  readonly realityTarget?: string;
  /** Names that the target's certificate is for. Default `www.example.test`. */
  readonly serverNames?: readonly string[];
  /** Default: a fresh pair. */
  readonly realityKeys?: RealityKeys;
  /** Default `127.0.0.1`. */
  readonly listen?: string;
}

/** The inbounds that people run: REALITY with vision over tcp, and the four transports that stand behind a proxy. */
export function demoInbounds(options: DemoInbounds): readonly InboundDraft[] {
  const { ports, listen = '127.0.0.1' } = options;
  const plain = (remark: string, port: number | undefined, streamSettings: object): readonly InboundDraft[] =>
    port === undefined ? [] : [draft(remark, listen, port, { security: 'none', ...streamSettings })];
  return [
    ...(ports.reality === undefined ? [] : [draft('reality', listen, ports.reality, realityStream(options))]),
    ...plain('ws', ports.ws, { network: 'ws', wsSettings: { path: '/ws', host: '', headers: {}, heartbeatPeriod: 0 } }),
    ...plain('grpc', ports.grpc, {
      network: 'grpc',
      grpcSettings: { serviceName: 'wayleave', authority: '', multiMode: false },
    }),
    ...plain('httpupgrade', ports.httpupgrade, {
      network: 'httpupgrade',
      httpupgradeSettings: { path: '/upgrade', host: '', headers: {} },
    }),
    ...plain('xhttp', ports.xhttp, {
      network: 'xhttp',
      xhttpSettings: { path: '/xhttp', host: '', headers: {}, mode: 'auto', xPaddingBytes: '100-1000' },
    }),
  ];
}

function draft(remark: string, listen: string, port: number, streamSettings: object): InboundDraft {
  return {
    remark,
    listen,
    port,
    enable: true,
    protocol: 'vless',
    settings: { clients: [], decryption: 'none', encryption: 'none' },
    streamSettings: { externalProxy: [], ...streamSettings },
    sniffing: { enabled: false, destOverride: [], metadataOnly: false, routeOnly: false },
  };
}

function realityStream({
  realityTarget = '127.0.0.1:443',
  serverNames = ['www.example.test'],
  ...rest
}: DemoInbounds): object {
  const { privateKey, publicKey } = rest.realityKeys ?? newRealityKeys();
  return {
    network: 'tcp',
    security: 'reality',
    tcpSettings: { acceptProxyProtocol: false, header: { type: 'none' } },
    realitySettings: {
      show: false,
      xver: 0,
      target: realityTarget,
      serverNames,
      privateKey,
      minClientVer: '',
      maxClientVer: '',
      maxTimediff: 0,
      shortIds: [randomBytes(4).toString('hex'), randomBytes(8).toString('hex')],
      mldsa65Seed: '',
      settings: { publicKey, fingerprint: 'chrome', serverName: '', spiderX: '/', mldsa65Verify: '' },
    },
  };
}
