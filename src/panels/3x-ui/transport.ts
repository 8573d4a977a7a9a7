import { promisify } from 'node:util';
import { TLSSocket } from 'node:tls';
import { gunzip } from 'node:zlib';
import { Agent, buildConnector, type Dispatcher } from 'undici';
import type { Clock } from '../../base/clock.ts';
import { PanelError } from '../errors.ts';
import type { PanelAddress } from './address.ts';
import { transportFailure } from './transport-failures.ts';

const unzip = promisify(gunzip);

/** 10,000 clients are 15 MB on v2, whose settings are indented; more than this is not a panel. */
const maxBodyBytes = 64 * 1024 * 1024;

export interface RawRequest {
  readonly method: 'GET' | 'POST';
  /** After the base path, without a leading slash. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly deadlineMs: number;
  /** Whether it may change something: then a cut connection leaves the outcome open. */
  readonly write: boolean;
  readonly signal: AbortSignal;
}

export interface RawAnswer {
  readonly status: number;
  readonly body: string;
  readonly setCookies: readonly string[];
  readonly location: string;
  /** The panel's clock when it answered minus ours, to half a second; undefined without a usable `Date` header. */
  readonly skewMs: number | undefined;
  /** Milliseconds from request to head: the smaller, the better the skew. */
  readonly roundTripMs: number;
}

export interface TransportOptions {
  readonly name: string;
  readonly address: PanelAddress;
  readonly caBundle?: string;
  readonly clock: Clock;
  readonly dispatcher?: Dispatcher;
}

/** HTTP to one panel: a few pooled connections, a deadline and a size limit for each answer, no redirects. */
export class Transport {
  readonly #options: TransportOptions;
  readonly #dispatcher: Dispatcher;
  readonly #owned: boolean;
  #certificateUntilMs: number | undefined;

  constructor(options: TransportOptions) {
    this.#options = options;
    this.#owned = options.dispatcher === undefined;
    this.#dispatcher =
      options.dispatcher ??
      new Agent({
        connections: 4,
        // Below the panel's own idle limit (30 s), so that we and not it close a connection that a write might use.
        keepAliveTimeout: 4000,
        connect: this.#connector(),
      });
  }

  /** Epoch milliseconds at which the certificate ends that was shown last; undefined without TLS. */
  get certificateUntilMs(): number | undefined {
    return this.#certificateUntilMs;
  }

  /** @throws PanelError when there is no complete answer; any status is an answer */
  async send(request: RawRequest): Promise<RawAnswer> {
    const { clock, address, name } = this.#options;
    const deadline = new AbortController();
    const cancel = clock.schedule(request.deadlineMs, () => {
      deadline.abort();
    });
    const startedAt = { wall: clock.now(), monotonic: clock.monotonic() };
    try {
      const reply = await this.#dispatcher.request({
        origin: address.origin,
        path: address.basePath + request.path,
        method: request.method,
        headers: {
          accept: 'application/json',
          'accept-encoding': 'gzip',
          'accept-language': 'en-US',
          // With it, panels say 401 where they would otherwise redirect or hide behind 404.
          'x-requested-with': 'XMLHttpRequest',
          ...request.headers,
        },
        ...(request.body === undefined ? {} : { body: request.body }),
        signal: AbortSignal.any([request.signal, deadline.signal]),
      });
      const roundTripMs = clock.monotonic() - startedAt.monotonic;
      const body = await readBody(reply, name);
      return {
        status: reply.statusCode,
        body,
        setCookies: [reply.headers['set-cookie'] ?? []].flat(),
        location: String(reply.headers['location'] ?? ''),
        skewMs: skewOf(reply.headers['date'], startedAt.wall + roundTripMs / 2),
        roundTripMs,
      };
    } catch (cause) {
      if (cause instanceof PanelError) throw cause;
      throw transportFailure(cause, {
        panel: name,
        origin: address.origin,
        write: request.write,
        deadlineMs: request.deadlineMs,
        late: deadline.signal.aborted,
      });
    } finally {
      cancel();
    }
  }

  #connector(): buildConnector.connector {
    const { caBundle } = this.#options;
    const connect = buildConnector({ timeout: 5000, ...(caBundle === undefined ? {} : { ca: caBundle }) });
    return (options, callback) => {
      connect(options, (...outcome) => {
        const [, socket] = outcome;
        if (socket instanceof TLSSocket) this.#noteCertificate(socket);
        callback(...outcome);
      });
    };
  }

  #noteCertificate(socket: TLSSocket): void {
    const untilMs = Date.parse(socket.getPeerCertificate().valid_to);
    // A resumed session shows no certificate, and the one before is then still in use.
    if (!Number.isNaN(untilMs)) this.#certificateUntilMs = untilMs;
  }

  async close(): Promise<void> {
    if (this.#owned) await this.#dispatcher.destroy();
  }
}

async function readBody({ body, headers }: Dispatcher.ResponseData, panel: string): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBodyBytes) {
      body.destroy();
      throw new PanelError('PANEL_NONSENSE', `an answer of panel ${panel} is larger than 64 MiB`, { retry: 'later' });
    }
    chunks.push(chunk);
  }
  const whole = Buffer.concat(chunks, size);
  if (headers['content-encoding'] !== 'gzip' || size === 0) return whole.toString('utf8');
  try {
    return (await unzip(whole, { maxOutputLength: maxBodyBytes })).toString('utf8');
  } catch (cause) {
    throw new PanelError('PANEL_NONSENSE', `an answer of panel ${panel} cannot be unpacked`, { retry: 'later', cause });
  }
}

/** `Date` has whole seconds, cut off: on average the moment was half a second later. */
function skewOf(date: string | string[] | undefined, ourMs: number): number | undefined {
  const theirs = typeof date === 'string' ? Date.parse(date) : Number.NaN;
  return Number.isNaN(theirs) ? undefined : Math.round(theirs + 500 - ourMs);
}
