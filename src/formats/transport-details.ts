import { isIPv6 } from 'node:net';
import type { VlessEndpoint, VlessTransport } from './endpoint.ts';
import { asciiHostHeader, asciiHostName } from './host.ts';

/** A path as cores other than Xray want it: early data is a setting of its own there. */
export interface SplitPath {
  readonly path: string;
  /** Bytes that may travel in the first request's header; 0 for none. */
  readonly earlyData: number;
}

/** Xray takes `?ed=2048` at the end of a path for "early data of 2048 bytes", and does not send it. */
export function splitEarlyData(path: string): SplitPath {
  const [head = '', ...rest] = path.split('?');
  const slashed = head.startsWith('/') ? head : `/${head}`;
  const pairs = rest.join('?').split('&');
  const early = pairs.find((pair) => /^ed=\d{1,5}$/.test(pair));
  const query = pairs.filter((pair) => pair !== early && pair !== '').join('&');
  return { path: query === '' ? slashed : `${slashed}?${query}`, earlyData: Number(early?.slice(3) ?? 0) };
}

/** Whether Go reads it as the path of a URL: sing-box refuses a whole profile for one that is none. */
export function isUrlPath(path: string): boolean {
  return !path.startsWith('//') && /^(?:[^%#\s\p{Cc}]|%[0-9A-Fa-f]{2})*$/u.test(path) && path.isWellFormed();
}

/**
 * Where REALITY's crawler starts when it met the real site. Xray refuses one without a slash in front, and crashes over one
 * that is no URL (26.3.27 and 26.7.28); it changes no connection, so the root stands in.
 */
export function spiderPath(spiderX: string): string {
  return spiderX.startsWith('/') && isUrlPath(spiderX) ? spiderX : '/';
}

/**
 * What to offer inside TLS, for Xray and for links; empty leaves it to the app. ws and httpupgrade are HTTP/1.1, but where
 * a panel sets its usual "h2,http/1.1", Xray from 26.7 on lets the server choose h2, and nothing connects.
 */
export function alpnOf({ security, transport }: Pick<VlessEndpoint, 'security' | 'transport'>): readonly string[] {
  if (security.type !== 'tls' || security.alpn.length === 0) return [];
  return transport.type === 'ws' || transport.type === 'httpupgrade' ? ['http/1.1'] : security.alpn;
}

/** What TLS asks for. Xray takes the address where nothing is set; other cores would take the Host header. */
export function serverNameOf({ security, address }: Pick<VlessEndpoint, 'security' | 'address'>): string {
  const name = security.type === 'none' ? '' : security.serverName;
  return name === '' ? serverAddress(address) : asciiHostName(name, 'serverName');
}

/** The address as documents have it: IPv6 without brackets, IDN as punycode. */
export function serverAddress(address: string): string {
  return isIPv6(address) ? address : asciiHostName(address, 'address');
}

/** The Host header in Xray's order: its own setting, the name in TLS, the address. mihomo would invent one otherwise. */
export function hostHeaderOf(host: string, endpoint: Pick<VlessEndpoint, 'security' | 'address'>): string {
  if (host !== '') return asciiHostHeader(host);
  const name = serverNameOf(endpoint);
  return isIPv6(name) ? `[${name}]` : name;
}

type Grpc = Extract<VlessTransport, { type: 'grpc' }>;

/** What a gRPC service is called on the wire: `/<service>/<stream>`. */
export interface GrpcPath {
  readonly service: string;
  readonly stream: string;
}

/**
 * Where a client that knows only the plain mode sends its stream. Xray's server listens to both modes, so multi mode on
 * the server keeps nobody out. A name that starts with "/" is a path of its own, `/a/b/plain|multi`.
 *
 * @returns undefined where other cores would spell it differently from Xray, or where only the multi mode has a name
 */
export function grpcPathOf({ serviceName, mode }: Pick<Grpc, 'serviceName' | 'mode'>): GrpcPath | undefined {
  const plain = /^[A-Za-z0-9._~-]*$/;
  if (!serviceName.startsWith('/')) {
    return plain.test(serviceName) ? { service: serviceName, stream: 'Tun' } : undefined;
  }
  const cut = serviceName.lastIndexOf('/');
  const [stream = '', multi] = serviceName.slice(cut + 1).split('|');
  const service = serviceName.slice(1, cut);
  if (cut < 1 || stream === '' || (multi === undefined && mode === 'multi')) return undefined;
  return plain.test(stream) && service.split('/').every((part) => plain.test(part)) ? { service, stream } : undefined;
}
