import { describe, expect, it } from 'vitest';
import { toPanelInbound } from './inbound.ts';
import { parseInboundRow } from './snapshot.ts';

const keys = {
  privateKey: 'CJJ_qzEhfY9M3LOtLSokfob7oO4SEPPOglFkAuT4K3w',
  publicKey: 'QBb690isqnDxzcWkw6l_JX91ZJZsI6pYZaawd6x_dgo',
};
const encryption = 'mlkem768x25519plus.native.0rtt.QBb690isqnDxzcWkw6l_JX91ZJZsI6pYZaawd6x_dgo';

interface Shape {
  readonly stream?: object;
  readonly settings?: object;
  readonly row?: object;
  readonly core?: string;
  /** As v3 nests them, or as strings below. */
  readonly asText?: boolean;
  readonly flow?: { readonly onRaw: boolean; readonly onXhttp: boolean };
}

function inbound({
  stream = { network: 'tcp', security: 'none' },
  settings = {},
  row = {},
  core = '26.3.27',
  asText = false,
  flow,
}: Shape) {
  const both = {
    settings: { clients: [], decryption: 'none', encryption: 'none', ...settings },
    streamSettings: stream,
  };
  const nested = asText
    ? { settings: JSON.stringify(both.settings), streamSettings: JSON.stringify(both.streamSettings) }
    : both;
  const raw = {
    id: 3,
    tag: 'in-443-tcp',
    remark: 'nl',
    enable: true,
    port: 443,
    protocol: 'vless',
    clientStats: null,
    ...nested,
    ...row,
  };
  const parsed = parseInboundRow(raw, flow ?? { onRaw: true, onXhttp: true });
  if (parsed === undefined) throw new Error('the row is not understood');
  return toPanelInbound(parsed, core);
}

const reality = (changes: object = {}): object => ({
  network: 'tcp',
  security: 'reality',
  realitySettings: {
    serverNames: ['', '*.a.test', 'www.example.test', 'b.test'],
    privateKey: keys.privateKey,
    shortIds: ['', 'xyz', 'ab', 'cd'],
    minClientVer: '',
    settings: {},
    ...changes,
  },
});

describe('an inbound that can be sold', () => {
  it.each([false, true])('is REALITY over tcp with vision (settings as text: %s)', (asText) => {
    expect(inbound({ stream: reality(), asText }).template).toEqual({
      protocol: 'vless',
      port: 443,
      encryption: 'none',
      flow: 'xtls-rprx-vision',
      transport: { type: 'tcp' },
      security: {
        type: 'reality',
        serverName: 'www.example.test',
        fingerprint: 'chrome',
        publicKey: keys.publicKey,
        shortId: 'ab',
        spiderX: '/',
        minClientVer: '',
      },
    });
  });

  it('gives the same template each time, and prefers the public key that the panel has', () => {
    const once = inbound({ stream: reality() });
    expect(inbound({ stream: reality() })).toEqual(once);
    const own = 'A'.repeat(43);
    expect(inbound({ stream: reality({ settings: { publicKey: own } }) }).template?.security).toMatchObject({
      publicKey: own,
    });
  });

  it('may have an empty short id when it offers nothing else', () => {
    expect(inbound({ stream: reality({ shortIds: [''] }) }).template?.security).toMatchObject({ shortId: '' });
  });

  it.each([
    [
      'ws with its own host',
      { network: 'ws', security: 'none', wsSettings: { path: '/a', host: 'h.test', headers: { Host: 'x' } } },
      { type: 'ws', path: '/a', host: 'h.test' },
    ],
    [
      'ws with a host header',
      { network: 'ws', security: 'none', wsSettings: { headers: { Host: 'x.test' } } },
      { type: 'ws', path: '/', host: 'x.test' },
    ],
    [
      'grpc',
      { network: 'grpc', security: 'none', grpcSettings: { serviceName: 's', authority: 'a', multiMode: true } },
      { type: 'grpc', serviceName: 's', authority: 'a', mode: 'multi' },
    ],
    [
      'httpupgrade',
      { network: 'httpupgrade', security: 'none', httpupgradeSettings: { path: '/u' } },
      { type: 'httpupgrade', path: '/u', host: '' },
    ],
    [
      'xhttp under its older name',
      {
        network: 'splithttp',
        security: 'none',
        splithttpSettings: { path: '/x', xPaddingBytes: '100-1000', noSSEHeader: true },
      },
      { type: 'xhttp', path: '/x', host: '', mode: 'auto' },
    ],
    [
      'xhttp with settings of its own',
      {
        network: 'xhttp',
        security: 'none',
        xhttpSettings: {
          mode: 'stream-up',
          xPaddingBytes: '1-2',
          headers: { Host: 'h', A: 'b' },
          scMaxBufferedPosts: 30,
        },
      },
      { type: 'xhttp', path: '/', host: 'h', mode: 'stream-up', extra: '{"headers":{"A":"b"},"xPaddingBytes":"1-2"}' },
    ],
    [
      'raw with an HTTP header',
      {
        network: 'raw',
        security: 'none',
        rawSettings: { header: { type: 'http', request: { path: ['/p'], headers: { Host: ['h.test'] } } } },
      },
      { type: 'tcp', httpHeader: { path: '/p', host: 'h.test' } },
    ],
  ])('is %s', (_, stream, transport) => {
    const { template } = inbound({ stream });
    expect(template?.transport).toEqual(transport);
    expect(template).not.toHaveProperty('flow');
  });

  it('is tls, with what clients must know', () => {
    const pin = 'ab'.repeat(32);
    const stream = (settings: object): object => ({
      network: 'tcp',
      security: 'tls',
      tlsSettings: { serverName: 's.test', alpn: ['h2', 'http/1.1'], settings },
    });
    expect(
      inbound({
        stream: stream({ fingerprint: 'firefox', pinnedPeerCertSha256: [Buffer.from(pin, 'hex').toString('base64')] }),
      }).template,
    ).toMatchObject({
      flow: 'xtls-rprx-vision',
      security: {
        type: 'tls',
        serverName: 's.test',
        alpn: ['h2', 'http/1.1'],
        fingerprint: 'firefox',
        pinnedPeerCertSha256: pin,
      },
    });
    expect(inbound({ stream: stream({}) }).template?.security).toEqual({
      type: 'tls',
      serverName: 's.test',
      alpn: ['h2', 'http/1.1'],
      fingerprint: 'chrome',
    });
  });

  it('has a flow only where the panel keeps one', () => {
    const xhttp = {
      stream: { network: 'xhttp', security: 'none' },
      settings: { encryption, decryption: 'mlkem768x25519plus.native.600s.key' },
    };
    expect(inbound(xhttp).template?.flow).toBe('xtls-rprx-vision');
    expect(inbound({ ...xhttp, flow: { onRaw: false, onXhttp: false } }).template).not.toHaveProperty('flow');
    const raw = { stream: { ...reality(), network: 'raw' } };
    expect(inbound(raw).template?.flow).toBe('xtls-rprx-vision');
    expect(inbound({ ...raw, flow: { onRaw: false, onXhttp: true } }).template).not.toHaveProperty('flow');
  });
});

describe('an inbound that cannot be sold', () => {
  it.each<[string, Shape]>([
    ['Disabled', { row: { enable: false } }],
    ['UnsupportedProtocol', { row: { protocol: 'trojan' } }],
    ['UnsupportedTransport', { stream: { network: 'kcp', security: 'none' } }],
    [
      'UnsupportedTransport',
      { stream: { network: 'tcp', security: 'tls', tcpSettings: { header: { type: 'http' } } } },
    ],
    ['UnsupportedTransport', { stream: { network: 'ws', security: 'none', finalmask: { tcp: [{ type: 'x' }] } } }],
    ['UnsupportedSecurity', { stream: { network: 'tcp', security: 'xtls' } }],
    ['Invalid', { stream: reality({ serverNames: [] }) }],
    ['Invalid', { stream: reality({ shortIds: ['xyz'] }) }],
    ['Invalid', { stream: reality({ privateKey: 'short' }) }],
    ['Invalid', { settings: { decryption: 'mlkem768x25519plus.native.600s.key' } }],
    ['Invalid', { row: { port: 0 } }],
    ['Invalid', { row: { tag: '' } }],
  ])('says %s', (reason, shape) => {
    const { template, unusable, lockedOut } = inbound(shape);
    expect(template).toBeUndefined();
    expect(unusable?.reason).toBe(reason);
    expect(lockedOut).toEqual([]);
  });
});

describe('who is locked out', () => {
  const families = (shape: Shape): readonly string[] =>
    inbound(shape).lockedOut.flatMap(({ families: found }) => found);

  it('is mihomo and sing-box, by REALITY of Xray 26.7.11 and later without minClientVer', () => {
    expect(families({ stream: reality(), core: '26.7.11' })).toEqual(['mihomo', 'sing-box']);
    expect(families({ stream: reality(), core: '26.6.27' })).toEqual([]);
    expect(families({ stream: reality({ minClientVer: '1.0.0' }), core: '26.7.28' })).toEqual([]);
  });

  it('is sing-box, by xhttp and by VLESS encryption', () => {
    expect(families({ stream: { network: 'xhttp', security: 'none' } })).toEqual(['sing-box']);
    expect(families({ settings: { encryption, decryption: 'x' } })).toEqual(['sing-box']);
    expect(families({})).toEqual([]);
  });
});
