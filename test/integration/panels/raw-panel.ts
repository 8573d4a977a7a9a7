import { Agent, request } from 'undici';

/** A panel to talk to by hand. */
export interface PanelLogin {
  /** With the base path, ending in a slash. */
  readonly url: string;
  readonly token?: string;
  readonly username?: string;
  readonly password?: string;
}

export interface RawAnswer {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** The panel's envelope, or undefined when the answer is none. */
export interface Envelope {
  readonly success: boolean;
  readonly msg: string;
  readonly obj: unknown;
}

/**
 * 3x-ui's API without a driver: what a person with curl would do. Tests prepare and judge panels with it, so it shares
 * no code with what they judge.
 */
export class RawPanel {
  readonly login: PanelLogin;
  readonly #agent = new Agent({ connect: { rejectUnauthorized: false } });
  #cookie = '';
  #csrf = '';

  constructor(login: PanelLogin) {
    this.login = login;
  }

  /** Logs in with the name and password, with a CSRF token where the panel has them. */
  async open(): Promise<this> {
    if (this.login.token !== undefined) return this;
    const csrf = await this.send('GET', 'csrf-token');
    if (csrf.status === 200) this.#csrf = (JSON.parse(csrf.text) as { obj: string }).obj;
    const { username, password } = this.login;
    const answer = await this.send('POST', 'login', { username, password });
    if (envelopeOf(answer)?.success !== true) throw new Error(`the panel refused the login: ${answer.text}`);
    return this;
  }

  async send(
    method: 'GET' | 'POST',
    path: string,
    body?: unknown,
    extra: Record<string, string> = {},
  ): Promise<RawAnswer> {
    const headers: Record<string, string> = { 'x-requested-with': 'XMLHttpRequest' };
    if (this.login.token !== undefined) headers['authorization'] = `Bearer ${this.login.token}`;
    if (this.#cookie !== '') headers['cookie'] = this.#cookie;
    if (this.#csrf !== '') headers['x-csrf-token'] = this.#csrf;
    if (body !== undefined) headers['content-type'] = 'application/json';
    const text = typeof body === 'string' ? body : body === undefined ? null : JSON.stringify(body);
    const answer = await request(new URL(path, this.login.url), {
      method,
      headers: { ...headers, ...extra },
      body: text,
      dispatcher: this.#agent,
    });
    const cookie = [answer.headers['set-cookie'] ?? []].flat()[0]?.split(';')[0];
    if (cookie !== undefined) this.#cookie = cookie;
    return { status: answer.statusCode, text: await answer.body.text(), headers: answer.headers };
  }

  /** Reads, and expects success. */
  async get(path: string): Promise<unknown> {
    return this.#succeed(path, await this.send('GET', path));
  }

  /** Writes, and expects success. */
  async post(path: string, body: unknown = {}): Promise<unknown> {
    return this.#succeed(path, await this.send('POST', path, body));
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  #succeed(path: string, answer: RawAnswer): unknown {
    const envelope = envelopeOf(answer);
    if (envelope?.success !== true) throw new Error(`${path}: HTTP ${answer.status} ${answer.text}`);
    return envelope.obj;
  }
}

export function envelopeOf({ text }: RawAnswer): Envelope | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && 'success' in value ? (value as Envelope) : undefined;
  } catch {
    return undefined;
  }
}
