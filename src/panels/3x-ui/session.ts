import type { Clock } from '../../base/clock.ts';
import type { PanelCredentials, WriteGate } from '../driver.ts';
import { PanelError } from '../errors.ts';
import { readEnvelope, type Asked } from './answers.ts';
import { CookieJar } from './cookies.ts';
import { parseEnvelope, type Envelope } from './envelope.ts';
import { fetchCsrfToken, login } from './login.ts';
import { Refusals } from './refusals.ts';
import type { RawAnswer, Transport } from './transport.ts';

/** Below the time that a lease outlives its last renewal, so that a write may start at all. */
export const writeDeadlineMs = 8000;
/** A list of thousands of clients over a slow line; the panel itself gives up after 30 s. */
const readDeadlineMs = 25_000;

export interface SessionOptions {
  readonly name: string;
  readonly transport: Transport;
  readonly credentials: PanelCredentials;
  readonly clock: Clock;
}

export interface Read {
  readonly signal: AbortSignal;
  readonly method?: 'GET' | 'POST';
}

export interface Write {
  readonly signal: AbortSignal;
  readonly gate: WriteGate;
}

/**
 * An authorised conversation with one panel: token, or cookie with CSRF. A lost login looks like a missing route on some
 * versions (404), so a known route that is refused is asked once more after a new login, never more often.
 */
export class Session {
  readonly #options: SessionOptions;
  readonly #jar = new CookieJar();
  readonly #refusals: Refusals;
  #csrf: string | undefined;
  #loggedIn = false;
  #loggingIn: Promise<void> | undefined;
  #skew: { readonly ms: number; readonly roundTripMs: number } | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#refusals = new Refusals(options.clock);
  }

  get name(): string {
    return this.#options.name;
  }

  get byToken(): boolean {
    return 'token' in this.#options.credentials;
  }

  /** Panel clock minus ours, from the answer with the shortest round trip since `forgetSkew`. */
  get skewMs(): number {
    return this.#skew?.ms ?? 0;
  }

  forgetSkew(): void {
    this.#skew = undefined;
  }

  /** What a route that must exist holds. @throws PanelError also for `success:false` */
  async read(path: string, options: Read): Promise<unknown> {
    const envelope = await this.ask(path, options);
    if (envelope.success) return envelope.obj;
    throw new PanelError('PANEL_REFUSED', `panel ${this.name} refuses to tell ${path}: ${envelope.message}`, {
      retry: 'later',
    });
  }

  /** Like `read`, for routes whose `success:false` is an answer, such as `record not found`. */
  async ask(path: string, { signal, method = 'GET' }: Read): Promise<Envelope> {
    const asked = this.#asked(path, false);
    return readEnvelope(await this.#authorised({ path, method, signal, asked, again: true }), asked);
  }

  /** A route that not every version has; undefined when this one does not. Only with a login that just worked. */
  async readIfThere(path: string, { signal, method = 'GET' }: Read): Promise<unknown> {
    const asked = this.#asked(path, false);
    const answer = await this.#authorised({ path, method, signal, asked, again: false });
    if (answer.status === 404) return undefined;
    const envelope = readEnvelope(answer, asked);
    return envelope.success ? (envelope.obj ?? null) : undefined;
  }

  /**
   * One write. Its outcome is what the panel says; whether it is true is for the caller to read back.
   *
   * @throws PanelError PANEL_UNCERTAIN when it may have happened, PANEL_WRITE_FENCED when it may not be tried
   */
  async write(path: string, body: unknown, { signal, gate }: Write): Promise<Envelope> {
    const asked = this.#asked(path, true);
    const send = { path, method: 'POST', signal, asked, again: true, gate, body: JSON.stringify(body) } as const;
    return readEnvelope(await this.#authorised(send), asked);
  }

  /** Status of a route for somebody who has not logged in: it tells generations apart. */
  async statusForStrangers(path: string, signal: AbortSignal): Promise<number> {
    return (await this.#send({ path, method: 'GET', signal, headers: {} })).status;
  }

  /** Whether the panel has CSRF protection, which is to say v3. Public, so it also tells whether a panel is there at all. */
  async hasCsrf(signal: AbortSignal): Promise<boolean> {
    const { name: panel, transport } = this.#options;
    this.#csrf = await fetchCsrfToken({ panel, transport, jar: this.#jar, signal });
    return this.#csrf !== undefined;
  }

  /** Whether a panel with the public login routes of 3x-ui answers here. */
  async looksLikePanel(signal: AbortSignal): Promise<boolean> {
    const answer = await this.#send({ path: 'getTwoFactorEnable', method: 'POST', signal, headers: {}, body: '' });
    return answer.status === 200 && parseEnvelope(answer.body) !== undefined;
  }

  #asked(path: string, write: boolean): Asked {
    return { panel: this.name, path, write, byToken: this.byToken };
  }

  async #authorised(call: AuthorisedCall): Promise<RawAnswer> {
    const { credentials } = this.#options;
    if ('token' in credentials)
      return this.#send({ ...call, headers: { authorization: `Bearer ${credentials.token}` } });
    const fresh = !this.#loggedIn;
    if (fresh) await this.#login(credentials, call.signal);
    const answer = await this.#send({ ...call, headers: this.#cookieHeaders(call.method) });
    if (fresh || !call.again || !looksLoggedOut(answer)) return answer;
    this.#loggedIn = false;
    await this.#login(credentials, call.signal);
    return this.#send({ ...call, headers: this.#cookieHeaders(call.method) });
  }

  #cookieHeaders(method: 'GET' | 'POST'): Readonly<Record<string, string>> {
    return {
      ...this.#jar.header(),
      ...(method === 'POST' && this.#csrf !== undefined ? { 'x-csrf-token': this.#csrf } : {}),
    };
  }

  /** Reads may run beside a write: they share one login. */
  async #login(
    credentials: { readonly username: string; readonly password: string },
    signal: AbortSignal,
  ): Promise<void> {
    this.#loggingIn ??= this.#logInOnce(credentials, signal).finally(() => {
      this.#loggingIn = undefined;
    });
    await this.#loggingIn;
  }

  async #logInOnce(
    credentials: { readonly username: string; readonly password: string },
    signal: AbortSignal,
  ): Promise<void> {
    const { name: panel, transport } = this.#options;
    this.#csrf = await login({ panel, transport, jar: this.#jar, refusals: this.#refusals, ...credentials, signal });
    this.#loggedIn = true;
  }

  async #send({ path, method, signal, headers, body, gate }: SentCall): Promise<RawAnswer> {
    const write = gate !== undefined;
    gate?.admit(writeDeadlineMs);
    const answer = await this.#options.transport.send({
      method,
      path,
      headers: body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body }),
      deadlineMs: write ? writeDeadlineMs : readDeadlineMs,
      write,
      signal,
    });
    if (!this.byToken) this.#jar.take(answer.setCookies);
    this.#learnSkew(answer);
    return answer;
  }

  #learnSkew({ skewMs, roundTripMs }: RawAnswer): void {
    if (skewMs === undefined || (this.#skew !== undefined && this.#skew.roundTripMs <= roundTripMs)) return;
    this.#skew = { ms: skewMs, roundTripMs };
  }
}

interface AuthorisedCall {
  readonly path: string;
  readonly method: 'GET' | 'POST';
  readonly signal: AbortSignal;
  readonly asked: Asked;
  readonly again: boolean;
  readonly gate?: WriteGate;
  readonly body?: string;
}

interface SentCall extends Omit<AuthorisedCall, 'asked' | 'again'> {
  readonly headers: Readonly<Record<string, string>>;
}

/** 401 or a redirect say it; 404 may mean it (v2.8.4 to v3.0.1); an empty 403 is a CSRF token that is no longer good. */
function looksLoggedOut({ status, body }: RawAnswer): boolean {
  return status === 401 || status === 404 || (status >= 300 && status < 400) || (status === 403 && body === '');
}
