import { done, found, jsonStatus, loginFirst, redirect, refused, status, texts, type Answer } from './answers.ts';
import { bind } from './binding.ts';
import type { TokenRow } from './database.ts';
import type { Panel } from './panel.ts';
import type { PanelRequest, Route } from './route.ts';
import { newCsrfToken, readSession, writeSession, type Session } from './sessions.ts';

export interface Account {
  readonly username: string;
  readonly password: string;
  /** The code that counts as right; absent: no second factor. */
  readonly twoFactor?: string;
}

const FAILURES = 5;
const WINDOW_MS = 5 * 60_000;
const BLOCK_MS = 15 * 60_000;

const loginStruct = {
  name: 'LoginForm',
  fields: { username: 'string', password: 'string', twoFactorCode: 'string', _csrf: 'string' },
} as const;

/** A pattern of the routes that a token of scope `monitor` may read. */
const monitorRoutes = new Set(['panel/api/server/status']);
const nodeSyncRoutes = new Set([
  'GET panel/api/server/status',
  'GET panel/api/inbounds/list',
  'POST panel/api/inbounds/add',
  'POST panel/api/inbounds/del/:id',
  'POST panel/api/inbounds/update/:id',
  'POST panel/api/clients/add',
  'POST panel/api/clients/del/:email',
  'POST panel/api/clients/:email/detach',
  'POST panel/api/clients/update/:email',
  'POST panel/api/server/restartXrayService',
  'POST panel/api/clients/onlines',
  'POST panel/api/clients/lastOnline',
  'GET panel/api/hosts/list',
]);

/** Who may ask for what: sessions, CSRF, tokens with scopes, and how each release refuses. */
export class Access {
  readonly account: Account;
  readonly #panel: Panel;
  readonly #basePath: string;
  readonly #secure: boolean;
  readonly #failures = new Map<string, { atMs: number[]; blockedUntilMs: number }>();

  constructor(panel: Panel, account: Account, site: { readonly basePath: string; readonly secure: boolean }) {
    this.#panel = panel;
    this.account = account;
    this.#basePath = site.basePath;
    this.#secure = site.secure;
  }

  /** @returns the refusal, or undefined when the request may go on */
  check(route: Route, request: PanelRequest): Answer | undefined {
    const { version } = this.#panel;
    const token = this.#bearer(request);
    const session = this.session(request);
    if (route.isPublic !== true && token === undefined && session?.loggedIn !== true)
      return this.#unauthenticated(request);
    if (route.isPublic !== true && token !== undefined) return scopeRefusal(token, route);
    if (version.generation < 3 || request.method !== 'POST' || token !== undefined) return undefined;
    return holdsCsrf(request, session) ? undefined : status(403);
  }

  session(request: PanelRequest): Session | undefined {
    const { database, clock } = this.#panel;
    return readSession(headerText(request, 'cookie'), this.#cookieName(), database.secret, clock.now());
  }

  login(request: PanelRequest): { readonly answer: Answer; readonly cookie?: string } {
    const { clock } = this.#panel;
    const form = bind(request.body, request.contentType, loginStruct);
    const key = `${request.remoteAddress} ${String(form['username'])}`;
    const { username, password, twoFactor } = this.account;
    const isRight =
      form['username'] === username &&
      form['password'] === password &&
      (twoFactor === undefined || form['twoFactorCode'] === twoFactor);
    if (!this.#mayTry(key) || !isRight) {
      this.#recordFailure(key);
      return { answer: refused(texts.loginRefused, '') };
    }
    this.#failures.delete(key);
    const csrf = this.session(request)?.csrf ?? '';
    return { answer: done(texts.loggedIn), cookie: this.#cookie({ loggedIn: true, csrf }, clock.now()) };
  }

  logout(): { readonly answer: Answer; readonly cookie: string } {
    const cookie = `${this.#cookieName()}=; Path=${this.#basePath}; Max-Age=0; HttpOnly; SameSite=Lax`;
    return { answer: redirect(307, this.#basePath), cookie };
  }

  /** The CSRF token of the caller's session, which starts one if there is none. */
  csrf(request: PanelRequest): { readonly answer: Answer; readonly cookie: string } {
    const known = this.session(request);
    const session = { loggedIn: known?.loggedIn === true, csrf: known?.csrf || newCsrfToken() };
    return {
      answer: jsonStatus(200, { obj: session.csrf, success: true }),
      cookie: this.#cookie(session, this.#panel.clock.now()),
    };
  }

  twoFactorEnabled(): Answer {
    return found(this.account.twoFactor !== undefined);
  }

  #cookieName(): string {
    return this.#panel.version.atLeast('2.4.0') ? '3x-ui' : 'session';
  }

  #cookie(session: { readonly loggedIn: boolean; readonly csrf: string }, nowMs: number): string {
    const form = { name: this.#cookieName(), path: this.#basePath, secure: this.#secure };
    return writeSession(session, form, this.#panel.database.secret, nowMs);
  }

  #bearer(request: PanelRequest): TokenRow | undefined {
    if (this.#panel.version.generation < 3) return undefined;
    const token = /^Bearer (.+)$/.exec(headerText(request, 'authorization') ?? '')?.[1];
    return token === undefined
      ? undefined
      : this.#panel.database.tokens.find((row) => row.enabled && row.token === token);
  }

  #unauthenticated(request: PanelRequest): Answer {
    const { version } = this.#panel;
    const isAjax = request.headers['x-requested-with'] === 'XMLHttpRequest';
    if (version.generation === 1) return loginFirst(isAjax, this.#basePath);
    return status(isAjax && version.atLeast('3.0.2') ? 401 : 404);
  }

  #mayTry(key: string): boolean {
    return (this.#failures.get(key)?.blockedUntilMs ?? 0) <= this.#panel.clock.now();
  }

  #recordFailure(key: string): void {
    const nowMs = this.#panel.clock.now();
    if (this.#panel.version.generation < 3 || !this.#mayTry(key)) return;
    const recent = (this.#failures.get(key)?.atMs ?? []).filter((atMs) => atMs > nowMs - WINDOW_MS);
    recent.push(nowMs);
    this.#failures.set(key, { atMs: recent, blockedUntilMs: recent.length >= FAILURES ? nowMs + BLOCK_MS : 0 });
  }
}

function holdsCsrf(request: PanelRequest, session: Session | undefined): boolean {
  const form = new URLSearchParams(request.contentType.includes('urlencoded') ? request.body : '');
  const given = request.headers['x-csrf-token'] ?? form.get('_csrf') ?? '';
  return session !== undefined && session.csrf !== '' && given === session.csrf;
}

function scopeRefusal({ scope }: TokenRow, { method, pattern }: Route): Answer | undefined {
  const isAllowed =
    scope === 'admin' ||
    (scope === 'monitor' ? method === 'GET' && monitorRoutes.has(pattern) : nodeSyncRoutes.has(`${method} ${pattern}`));
  if (isAllowed) return undefined;
  return jsonStatus(403, { success: false, msg: 'this API token is not permitted to access this endpoint' });
}

function headerText(request: PanelRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join('; ') : value;
}
