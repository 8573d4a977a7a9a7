import type { VlessEndpoint, VlessSecurity, VlessTransport } from '../../../src/formats/endpoint.ts';

/** One combination of transport, security, encryption and flow, by a name that says which. */
export interface Cell {
  readonly name: string;
  readonly endpoint: VlessEndpoint;
}

const transports: Readonly<Record<string, VlessTransport>> = {
  tcp: { type: 'tcp' },
  'tcp with an HTTP header': { type: 'tcp', httpHeader: { path: '/index.html', host: 'a.example,b.example' } },
  'tcp with an empty HTTP header': { type: 'tcp', httpHeader: { path: '', host: '' } },
  ws: { type: 'ws', path: '/ws', host: 'cdn.example.com' },
  'ws with early data': { type: 'ws', path: '/ws?ed=2048', host: '' },
  httpupgrade: { type: 'httpupgrade', path: '/upgrade?x=1', host: 'cdn.example.com' },
  'httpupgrade without a host': { type: 'httpupgrade', path: '', host: '' },
  'grpc gun': { type: 'grpc', serviceName: 'wayleave', authority: '', mode: 'gun' },
  'grpc multi': { type: 'grpc', serviceName: '/a/b|c', authority: 'www.example.test', mode: 'multi' },
  'grpc without a name': { type: 'grpc', serviceName: '', authority: '', mode: 'gun' },
  xhttp: { type: 'xhttp', path: '/xhttp', host: 'cdn.example.com', mode: 'auto' },
  'xhttp packet-up': { type: 'xhttp', path: '/', host: '', mode: 'packet-up' },
  'xhttp with settings': {
    type: 'xhttp',
    path: '/x',
    host: '',
    mode: 'stream-one',
    extra: JSON.stringify({
      headers: { 'X-Test': '"quoted": yes' },
      noGRPCHeader: true,
      xPaddingBytes: '100-1000',
      scMaxEachPostBytes: 1_000_000,
      xmux: { maxConcurrency: '16-32', hMaxRequestTimes: '600-900', hKeepAlivePeriod: 30 },
    }),
  },
};

const certificate = { type: 'tls', serverName: 'www.example.test', fingerprint: 'chrome', alpn: [] } as const;
const pinnedPeerCertSha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
/** X25519, the pair of the golden tests. */
const realityKey = {
  type: 'reality',
  serverName: 'www.example.test',
  fingerprint: 'firefox',
  publicKey: 'QBb690isqnDxzcWkw6l_JX91ZJZsI6pYZaawd6x_dgo',
  shortId: '10f897e26c4b9478',
  spiderX: '/3da5670adff240a',
  minClientVer: '',
} as const;

const securities: Readonly<Record<string, VlessSecurity>> = {
  none: { type: 'none' },
  tls: certificate,
  'tls without a name': { ...certificate, serverName: '', fingerprint: '' },
  'tls, alpn': { ...certificate, alpn: ['h2', 'http/1.1'], fingerprint: 'safari' },
  'tls, pin': { ...certificate, pinnedPeerCertSha256 },
  'tls, alpn, pin': { ...certificate, alpn: ['http/1.1'], pinnedPeerCertSha256 },
  reality: realityKey,
  'reality of Xray alone': { ...realityKey, minClientVer: '26.3.27' },
  // What YAML reads as numbers unless it is quoted, each of which costs the whole profile.
  'reality 2351e1': { ...realityKey, shortId: '2351e1', spiderX: '' },
  'reality 09561058': { ...realityKey, shortId: '09561058', fingerprint: '' },
  'reality 38e92059': { ...realityKey, shortId: '38e92059', fingerprint: 'something new' },
  'reality without a short id': { ...realityKey, shortId: '', fingerprint: 'randomized' },
  'reality, ML-DSA': { ...realityKey, mldsa65Verify: 'A'.repeat(2603) },
};

const X25519 = 'mlkem768x25519plus.native.0rtt.QBb690isqnDxzcWkw6l_JX91ZJZsI6pYZaawd6x_dgo';
const encryptions: Readonly<Record<string, string>> = {
  plain: 'none',
  'encrypted with X25519': X25519,
  'encrypted with padding': X25519.replace('.0rtt.', '.1rtt.100-111-1111.75-0-111.50-0-3333.').replace(
    'native',
    'random',
  ),
};

/** Every combination that a server can have, apart from those which Xray itself refuses to serve. */
export const cells: readonly Cell[] = Object.entries(transports).flatMap(([transport, how]) =>
  Object.entries(securities).flatMap(([security, secured]) =>
    Object.entries(encryptions).flatMap(([encryption, key]) => {
      if (secured.type === 'reality' && !carriesReality(how)) return [];
      const endpoint: VlessEndpoint = {
        protocol: 'vless',
        address: 'nl1.example.com',
        port: 443,
        remark: `${transport}, ${security}, ${encryption}`,
        transport: how,
        security: secured,
        encryption: key,
      };
      const plain = { name: endpoint.remark, endpoint };
      if (!carriesVision(endpoint)) return [plain];
      const name = `${endpoint.remark}, vision`;
      return [plain, { name, endpoint: { ...endpoint, remark: name, flow: 'xtls-rprx-vision' as const } }];
    }),
  ),
);

function carriesReality(transport: VlessTransport): boolean {
  return ['grpc', 'xhttp'].includes(transport.type) || isBare(transport);
}

function carriesVision({ transport, security, encryption }: VlessEndpoint): boolean {
  return isBare(transport) ? security.type !== 'none' : transport.type === 'xhttp' && encryption !== 'none';
}

function isBare(transport: VlessTransport): boolean {
  return transport.type === 'tcp' && transport.httpHeader === undefined;
}
