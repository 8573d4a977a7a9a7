import type { Counter, Registry } from 'prom-client';
import type { Dispatcher } from 'undici';
import { type Clock, sleep } from '../base/clock.ts';
import type { Connections } from './connections.ts';
import type { Credentials, CredentialSource } from './credentials.ts';
import { Deadline, orAborted } from './deadline.ts';
import { KubeError } from './errors.ts';
import { counter } from './metrics.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface Call {
  readonly method: Method;
  /** Path and query below the API server's address. */
  readonly path: string;
  readonly body?: string | undefined;
  readonly contentType?: string | undefined;
  readonly accept?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
  /** Doing it twice is doing it once: a 429 may be waited out. */
  readonly idempotent?: boolean | undefined;
  /** For error messages: `GET Lease kube-system/x`. */
  readonly what: string;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly retryAfter: string | undefined;
  /** By the clock of the API server, as HTTP writes it. */
  readonly date: string | undefined;
}

export interface OpenAnswer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly date: string | undefined;
  readonly body: AsyncIterable<Uint8Array> & { text(): Promise<string> };
}

interface TransportOptions {
  readonly connections: Connections;
  readonly credentials: CredentialSource;
  readonly userAgent: string;
  readonly clock: Clock;
  readonly metrics?: Registry | undefined;
}

const defaultTimeoutMs = 30_000;
/** Waiting longer for one answer is worse than a requeue, which frees the worker. */
const retryAfterLimitMs = 5_000;
const retryAfterTimes = 3;

/** Requests to the API server: credentials, deadlines, one more try for a rotated credential and for a 429. */
export class Transport {
  readonly #connections: Connections;
  readonly #credentials: CredentialSource;
  readonly #userAgent: string;
  readonly #clock: Clock;
  readonly #requests: Counter<'code' | 'method' | 'host'> | undefined;

  constructor({ connections, credentials, userAgent, clock, metrics }: TransportOptions) {
    this.#connections = connections;
    this.#credentials = credentials;
    this.#userAgent = userAgent;
    this.#clock = clock;
    this.#requests =
      metrics &&
      counter(metrics, {
        name: 'rest_client_requests_total',
        help: 'Number of HTTP requests, partitioned by status code, method, and host.',
        labelNames: ['code', 'method', 'host'],
      });
  }

  /**
   * One request and its whole answer, whatever the status.
   *
   * @throws KubeError KUBE_TIMEOUT after `timeoutMs` (30 s), KUBE_TRANSPORT, KUBE_UNAUTHORIZED without credentials
   */
  async send(call: Call): Promise<Answer> {
    const deadline = new Deadline(this.#clock, call.timeoutMs ?? defaultTimeoutMs, call.signal);
    try {
      for (let waits = 0; ; waits += 1) {
        const { status, retryAfter, date, body } = await this.#request(call, 'calls', deadline.signal);
        const text = await body.text();
        if (status !== 429 || call.idempotent !== true || waits === retryAfterTimes) {
          return { status, text, retryAfter, date };
        }
        await sleep(this.#clock, waitOf(retryAfter), deadline.signal);
      }
    } catch (thrown) {
      throw asKubeError(call.what, thrown, deadline.passed);
    } finally {
      deadline.release();
    }
  }

  /** Opens a stream without a deadline of its own; `signal` ends it. */
  async open(call: Call & { readonly signal: AbortSignal }): Promise<OpenAnswer> {
    try {
      return await this.#request(call, 'watches', call.signal);
    } catch (thrown) {
      throw asKubeError(call.what, thrown, false);
    }
  }

  close(): Promise<void> {
    return this.#connections.close();
  }

  async #request(call: Call, use: 'calls' | 'watches', signal: AbortSignal): Promise<OpenAnswer> {
    const credentials = await this.#authenticate(signal);
    const first = await this.#dispatch(call, use, credentials, signal);
    if (first.status !== 401 || !this.#credentials.refused(credentials)) {
      return first;
    }
    await first.body.text();
    return this.#dispatch(call, use, await this.#authenticate(signal), signal);
  }

  async #authenticate(signal: AbortSignal): Promise<Credentials> {
    const credentials = this.#credentials.get();
    return credentials instanceof Promise ? orAborted(credentials, signal) : credentials;
  }

  async #dispatch(
    call: Call,
    use: 'calls' | 'watches',
    credentials: Credentials,
    signal: AbortSignal,
  ): Promise<OpenAnswer> {
    const host = new URL(credentials.origin).host;
    let answer: Dispatcher.ResponseData;
    try {
      answer = await this.#connections.for(credentials, use).request({
        origin: credentials.origin,
        path: credentials.basePath + call.path,
        method: call.method,
        headers: this.#headers(call, credentials),
        body: call.body ?? null,
        signal,
        headersTimeout: defaultTimeoutMs,
        bodyTimeout: 0,
      });
    } catch (thrown) {
      this.#requests?.inc({ code: '<error>', method: call.method, host });
      throw thrown;
    }
    this.#requests?.inc({ code: String(answer.statusCode), method: call.method, host });
    const { 'retry-after': retryAfter, date } = answer.headers;
    return {
      status: answer.statusCode,
      retryAfter: typeof retryAfter === 'string' ? retryAfter : undefined,
      date: typeof date === 'string' ? date : undefined,
      body: answer.body,
    };
  }

  #headers(call: Call, credentials: Credentials): Record<string, string> {
    const headers: Record<string, string> = {
      ...credentials.headers,
      accept: call.accept ?? 'application/json',
      'user-agent': this.#userAgent,
    };
    if (call.body !== undefined) {
      headers['content-type'] = call.contentType ?? 'application/json';
    }
    return headers;
  }
}

function waitOf(retryAfter: string | undefined): number {
  const seconds = Number(retryAfter ?? 1);
  return Math.min(retryAfterLimitMs, Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 1000);
}

/** Wraps what undici, Node or the credentials threw. */
export function asKubeError(what: string, thrown: unknown, deadlinePassed: boolean): KubeError {
  if (thrown instanceof KubeError) {
    return thrown;
  }
  if (deadlinePassed || (thrown instanceof Error && 'code' in thrown && thrown.code === 'UND_ERR_HEADERS_TIMEOUT')) {
    return new KubeError('KUBE_TIMEOUT', `${what}: no answer from the API server in time`, { cause: thrown });
  }
  return new KubeError('KUBE_TRANSPORT', `${what}: no answer from the API server`, { cause: thrown });
}
