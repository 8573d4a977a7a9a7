import { PanelError } from '../errors.ts';
import { readEnvelope, refusedCredentials, statusError, type Asked } from './answers.ts';
import type { CookieJar } from './cookies.ts';
import { parseEnvelope } from './envelope.ts';
import type { Refusals } from './refusals.ts';
import type { RawAnswer, Transport } from './transport.ts';

const loginDeadlineMs = 10_000;

export interface LoginContext {
  readonly panel: string;
  readonly transport: Transport;
  readonly jar: CookieJar;
  readonly refusals: Refusals;
  readonly username: string;
  readonly password: string;
  readonly signal: AbortSignal;
}

/**
 * Logs in with user name and password.
 *
 * @returns the CSRF token that every further POST needs; undefined on panels below v3, which have none
 * @throws PanelError PANEL_TWO_FACTOR before a try is wasted; PANEL_CREDENTIALS_REFUSED, remembered, without asking again
 */
export async function login(context: LoginContext): Promise<string | undefined> {
  const { panel, jar, refusals, username, password } = context;
  refusals.check();
  jar.clear();
  const csrf = await fetchCsrfToken(context);
  if (await wantsSecondFactor(context, csrf)) {
    throw new PanelError(
      'PANEL_TWO_FACTOR',
      `panel ${panel} demands a second factor: create an API token (3x-ui v3) and put it into the Secret, or switch two-factor login off`,
      { retry: 'later' },
    );
  }
  const asked: Asked = { panel, path: 'login', write: false, byToken: false };
  const form = new URLSearchParams({ username, password });
  const answer = await post(context, 'login', csrf, form.toString());
  const envelope = readEnvelope(answer, asked);
  if (!envelope.success) {
    const refusal = refusedCredentials(asked);
    refusals.remember(refusal);
    throw refusal;
  }
  refusals.forget();
  return csrf;
}

/** v3 has a public route for the token; a panel below it answers 404 there, and needs none. */
export async function fetchCsrfToken(
  context: Pick<LoginContext, 'panel' | 'transport' | 'jar' | 'signal'>,
): Promise<string | undefined> {
  const { panel, transport, jar, signal } = context;
  const answer = await transport.send({
    method: 'GET',
    path: 'csrf-token',
    headers: jar.header(),
    deadlineMs: loginDeadlineMs,
    write: false,
    signal,
  });
  jar.take(answer.setCookies);
  // v2 knows no such route: 404, or from the oldest a refusal to whoever has not logged in.
  if (answer.status === 404 || answer.status === 401) return undefined;
  const envelope = readEnvelope(answer, { panel, path: 'csrf-token', write: false, byToken: false });
  if (envelope.success && typeof envelope.obj === 'string' && envelope.obj !== '') return envelope.obj;
  throw new PanelError('PANEL_NONSENSE', `panel ${panel} hands out no CSRF token where 3x-ui does`, { retry: 'later' });
}

/** Asked first, because a refused login says the same for everything that may be wrong. */
async function wantsSecondFactor(context: LoginContext, csrf: string | undefined): Promise<boolean> {
  // `getSecretStatus` is what v2.3 to v2.5 call it.
  for (const route of ['getTwoFactorEnable', 'getSecretStatus']) {
    const answer = await post(context, route, csrf, '');
    if (answer.status === 200) return parseEnvelope(answer.body)?.obj === true;
    if (answer.status !== 404)
      throw statusError(answer, { panel: context.panel, path: route, write: false, byToken: false });
  }
  return false;
}

async function post(context: LoginContext, path: string, csrf: string | undefined, body: string): Promise<RawAnswer> {
  const { transport, jar, signal } = context;
  const answer = await transport.send({
    method: 'POST',
    path,
    headers: {
      ...jar.header(),
      'content-type': 'application/x-www-form-urlencoded',
      ...(csrf === undefined ? {} : { 'x-csrf-token': csrf }),
    },
    body,
    deadlineMs: loginDeadlineMs,
    write: false,
    signal,
  });
  jar.take(answer.setCookies);
  return answer;
}
