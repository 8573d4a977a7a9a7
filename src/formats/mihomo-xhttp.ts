import type { VlessTransport } from './endpoint.ts';

type Xhttp = Extract<VlessTransport, { type: 'xhttp' }>;
type Kind = 'text' | 'flag' | 'range' | 'seconds';
type Names = Readonly<Record<string, readonly [name: string, kind: Kind]>>;

/** Xray's settings and mihomo's names for them (mihomo 1.19.30). Newer Xrays call the session's sessionID…; both are read. */
const settings: Names = {
  noGRPCHeader: ['no-grpc-header', 'flag'],
  xPaddingBytes: ['x-padding-bytes', 'range'],
  xPaddingObfsMode: ['x-padding-obfs-mode', 'flag'],
  xPaddingKey: ['x-padding-key', 'text'],
  xPaddingHeader: ['x-padding-header', 'text'],
  xPaddingPlacement: ['x-padding-placement', 'text'],
  xPaddingMethod: ['x-padding-method', 'text'],
  uplinkHTTPMethod: ['uplink-http-method', 'text'],
  sessionPlacement: ['session-placement', 'text'],
  sessionKey: ['session-key', 'text'],
  sessionIDPlacement: ['session-placement', 'text'],
  sessionIDKey: ['session-key', 'text'],
  sessionIDTable: ['session-table', 'text'],
  sessionIDLength: ['session-length', 'range'],
  seqPlacement: ['seq-placement', 'text'],
  seqKey: ['seq-key', 'text'],
  uplinkDataPlacement: ['uplink-data-placement', 'text'],
  uplinkDataKey: ['uplink-data-key', 'text'],
  uplinkChunkSize: ['uplink-chunk-size', 'range'],
  scMaxEachPostBytes: ['sc-max-each-post-bytes', 'range'],
  scMinPostsIntervalMs: ['sc-min-posts-interval-ms', 'range'],
};

const reuse: Names = {
  maxConcurrency: ['max-concurrency', 'range'],
  maxConnections: ['max-connections', 'range'],
  cMaxReuseTimes: ['c-max-reuse-times', 'range'],
  hMaxRequestTimes: ['h-max-request-times', 'range'],
  hMaxReusableSecs: ['h-max-reusable-secs', 'range'],
  hKeepAlivePeriod: ['h-keep-alive-period', 'seconds'],
};

const modes = new Set(['', 'auto', 'packet-up', 'stream-up', 'stream-one']);

/** `extra` as an object; undefined for what is none, which Xray refuses as well. */
export function readExtra(extra: string | undefined): Readonly<Record<string, unknown>> | undefined {
  if (extra === undefined || extra === '') return {};
  try {
    const value: unknown = JSON.parse(extra);
    return isObject(value) ? value : undefined;
  } catch {
    // Not JSON: the answer is "none", which callers turn into a reason.
    return undefined;
  }
}

/**
 * mihomo's `xhttp-opts` without host and path.
 *
 * @returns undefined where a setting has no counterpart: such a server is left out there, because it would not connect
 */
export function mihomoXhttpSettings(
  transport: Pick<Xhttp, 'mode' | 'extra'>,
): Readonly<Record<string, unknown>> | undefined {
  const extra = readExtra(transport.extra);
  if (extra === undefined || !modes.has(transport.mode)) return undefined;
  const { headers, xmux, ...plain } = extra;
  const translated = translate(plain, settings);
  if (translated === undefined) return undefined;
  const options: Record<string, unknown> = { mode: transport.mode === '' ? 'auto' : transport.mode, ...translated };
  if (headers !== undefined) {
    if (!isObject(headers) || !Object.values(headers).every((value) => typeof value === 'string')) return undefined;
    options['headers'] = headers;
  }
  if (xmux !== undefined) {
    const limits = isObject(xmux) ? translate(xmux, reuse) : undefined;
    if (limits === undefined) return undefined;
    options['reuse-settings'] = limits;
  }
  return options;
}

function translate(from: Readonly<Record<string, unknown>>, names: Names): Record<string, unknown> | undefined {
  const result: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(from)) {
    const [known, kind] = (Object.hasOwn(names, name) ? names[name] : undefined) ?? [];
    const translated = kind === undefined ? undefined : valueOf(value, kind);
    if (known === undefined || translated === undefined) return undefined;
    result[known] = translated;
  }
  return result;
}

function valueOf(value: unknown, kind: Kind): unknown {
  switch (kind) {
    case 'text':
      return typeof value === 'string' ? value : undefined;
    case 'flag':
      return typeof value === 'boolean' ? value : undefined;
    case 'seconds':
      return Number.isInteger(value) ? value : undefined;
    case 'range':
      // Xray takes 5 and "5-10" alike; mihomo wants text.
      return /^\d+(?:-\d+)?$/.test(String(value)) ? String(value) : undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
