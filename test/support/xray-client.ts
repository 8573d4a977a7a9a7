import { once } from 'node:events';
import { Agent, createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import { createSecureServer } from 'node:http2';
import type { AddressInfo, Server, Socket } from 'node:net';
import { ProxyAgent, request } from 'undici';
import { createAuthority } from './certificates.ts';
import { freePort } from './processes.ts';
import { startXray } from './xray.ts';

export interface Tunnel {
  /** Fetches a page through the tunnel, over a connection of its own. @throws Error when the server refuses */
  fetch(url: string): Promise<string>;
  /** Opens one connection through the tunnel and keeps it, as a download or a call does. */
  hold(url: string): Promise<HeldConnection>;
  stop(): Promise<void>;
}

export interface HeldConnection {
  /** Fetches the page once more over the same connection. @throws Error when it has been cut */
  fetch(): Promise<string>;
  close(): Promise<void>;
}

/** Runs Xray as a customer's app would, with a `vless://` link. */
export async function openTunnel(link: string, { xray }: { readonly xray: string }): Promise<Tunnel> {
  const port = await freePort();
  const client = await startXray(xray, clientConfig(link, port), port);
  return {
    fetch: (url) => fetchByProxy(port, url),
    hold: (url) => hold(port, url),
    stop: () => client.stop(),
  };
}

/**
 * Fetches a page through an HTTP proxy of the loopback, over a connection of its own.
 *
 * @param isTunnelled whether the proxy is asked for a bare connection (CONNECT), as phones use one. Otherwise it forwards
 *   the request, after which Xray closes its side, and over a WebSocket that now and then cuts off the answer
 * @throws Error for any other answer than a page
 */
export async function fetchByProxy(
  proxyPort: number,
  url: string,
  { isTunnelled = false }: { readonly isTunnelled?: boolean } = {},
): Promise<string> {
  const dispatcher = new ProxyAgent({ uri: `http://127.0.0.1:${proxyPort}`, proxyTunnel: isTunnelled });
  try {
    const { statusCode, body } = await request(url, { dispatcher, headersTimeout: 10_000, bodyTimeout: 10_000 });
    // Xray's proxy answers 503 where the server behind the tunnel hangs up.
    if (statusCode !== 200) throw new Error(`no page through the tunnel: HTTP ${statusCode}`);
    return await body.text();
  } finally {
    await dispatcher.destroy();
  }
}

async function hold(proxyPort: number, url: string): Promise<HeldConnection> {
  const target = new URL(url);
  const connecting = httpRequest({ host: '127.0.0.1', port: proxyPort, method: 'CONNECT', path: target.host });
  connecting.end();
  const [response, socket] = (await once(connecting, 'connect')) as [IncomingMessage, Socket];
  if (response.statusCode !== 200) throw new Error(`no connection through the tunnel: HTTP ${response.statusCode}`);
  // Only this one connection: when it is gone, using it again fails, and no other takes its place.
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  agent.createConnection = () => socket;
  const fetch = async (): Promise<string> => {
    const asking = httpRequest(url, { agent });
    asking.end();
    const [answer] = (await once(asking, 'response')) as [IncomingMessage];
    return (await answer.setEncoding('utf8').toArray()).join('');
  };
  const close = (): Promise<void> => {
    agent.destroy();
    socket.destroy();
    return Promise.resolve();
  };
  return { fetch, close };
}

/** Fetches one page with one link. @throws Error when the server refuses */
export async function fetchThrough(link: string, url: string, options: { readonly xray: string }): Promise<string> {
  const tunnel = await openTunnel(link, options);
  try {
    return await tunnel.fetch(url);
  } finally {
    await tunnel.stop();
  }
}

export interface Origin {
  readonly url: string;
  readonly text: string;
  stop(): Promise<void>;
}

/** A page on the loopback, `bytes` long (default 32). */
export async function startOrigin(bytes = 32): Promise<Origin> {
  const text = 'the page behind the tunnel '.repeat(Math.ceil(bytes / 27)).slice(0, bytes);
  const server = createServer((_request, response) => response.end(text));
  const port = await listen(server);
  const stop = async (): Promise<void> => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return { url: `http://127.0.0.1:${port}/`, text, stop };
}

/** A server that REALITY can pretend to be: TLS 1.3 and HTTP/2. `address` is what `target` wants. */
export async function startRealityTarget(serverName = 'www.example.test'): Promise<{
  readonly address: string;
  readonly serverName: string;
  stop(): Promise<void>;
}> {
  const { certificate, key } = createAuthority('test').issue({ commonName: serverName, hosts: [serverName] });
  const server = createSecureServer({ cert: certificate, key, minVersion: 'TLSv1.3', allowHTTP1: true });
  server.on('request', (_request, response) => response.end('hello'));
  // Xray looks at the handshake and hangs up.
  server.on('sessionError', () => undefined);
  server.on('tlsClientError', () => undefined);
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const port = await listen(server);
  const stop = async (): Promise<void> => {
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return { address: `127.0.0.1:${port}`, serverName, stop };
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/**
 * An Xray client with an HTTP proxy on `port` that sends everything through the link.
 *
 * Reads the link by the standard's grammar and by nothing of ours, so that it can judge the links that we render.
 */
export function clientConfig(link: string, port: number): object {
  const url = new URL(link);
  if (url.protocol !== 'vless:') throw new Error(`not a vless link: ${url.protocol}`);
  const parameter = (name: string): string => url.searchParams.get(name) ?? '';
  const flow = parameter('flow');
  const user = {
    id: decodeURIComponent(url.username),
    encryption: parameter('encryption'),
    ...(flow === '' ? {} : { flow }),
  };
  const address = url.hostname.replaceAll(/^\[|\]$/g, '');
  const vnext = [{ address, port: Number(url.port), users: [user] }];
  return {
    log: { loglevel: 'warning' },
    inbounds: [{ listen: '127.0.0.1', port, protocol: 'http' }],
    outbounds: [{ protocol: 'vless', settings: { vnext }, streamSettings: streamSettings(parameter) }],
  };
}

function tcpTransport(parameter: (name: string) => string): object {
  if (parameter('headerType') !== 'http') return {};
  const asked = { path: [parameter('path') || '/'], headers: hostHeaders(parameter('host')) };
  return { tcpSettings: { header: { type: 'http', request: asked } } };
}

function streamSettings(parameter: (name: string) => string): object {
  const [network, security, path, host] = ['type', 'security', 'path', 'host'].map(parameter);
  const byHost = { path, ...(host === '' ? {} : { host }) };
  const transports: Record<string, object> = {
    tcp: tcpTransport(parameter),
    ws: { wsSettings: byHost },
    httpupgrade: { httpupgradeSettings: byHost },
    grpc: {
      grpcSettings: {
        serviceName: parameter('serviceName'),
        authority: parameter('authority'),
        multiMode: parameter('mode') === 'multi',
      },
    },
    xhttp: {
      xhttpSettings: {
        ...byHost,
        mode: parameter('mode') || 'auto',
        ...(parameter('extra') === '' ? {} : { extra: JSON.parse(parameter('extra')) as object }),
      },
    },
  };
  const securities: Record<string, object> = {
    none: {},
    tls: {
      tlsSettings: {
        serverName: parameter('sni'),
        fingerprint: parameter('fp') || 'chrome',
        ...(parameter('alpn') === '' ? {} : { alpn: parameter('alpn').split(',') }),
        ...(parameter('pcs') === '' ? {} : { pinnedPeerCertSha256: parameter('pcs') }),
      },
    },
    reality: {
      realitySettings: {
        serverName: parameter('sni'),
        fingerprint: parameter('fp') || 'chrome',
        publicKey: parameter('pbk'),
        shortId: parameter('sid'),
        spiderX: parameter('spx') || '/',
        ...(parameter('pqv') === '' ? {} : { mldsa65Verify: parameter('pqv') }),
      },
    },
  };
  const [transport, secured] = [transports[network ?? ''], securities[security ?? '']];
  if (transport === undefined || secured === undefined) throw new Error(`no such link: ${network} over ${security}`);
  return { network, security, ...transport, ...secured };
}

function hostHeaders(host: string | undefined): object {
  return host === undefined || host === '' ? {} : { Host: host.split(',') };
}
