import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

const MAX_AGE_S = 21_600;

/** What a session cookie says. It is signed, and nothing is kept of it on the server. */
export interface Session {
  readonly loggedIn: boolean;
  /** Empty in a cookie that was made before v3. */
  readonly csrf: string;
  readonly expiresAtMs: number;
}

/** Reads the session out of a `Cookie` header; undefined when there is none that this secret signed. */
export function readSession(
  header: string | undefined,
  name: string,
  secret: string,
  nowMs: number,
): Session | undefined {
  for (const pair of (header ?? '').split(';')) {
    const [key, value = ''] = pair.trim().split('=', 2);
    if (key !== name) continue;
    const [payload = '', signature = ''] = value.split('.', 2);
    const expected = Buffer.from(sign(payload, secret));
    const given = Buffer.from(signature);
    if (expected.length !== given.length || !timingSafeEqual(expected, given)) continue;
    const session = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Session;
    return session.expiresAtMs > nowMs ? session : undefined;
  }
  return undefined;
}

export interface CookieForm {
  readonly name: string;
  readonly path: string;
  readonly secure: boolean;
}

/** A `Set-Cookie` value. */
export function writeSession(
  session: Omit<Session, 'expiresAtMs'>,
  form: CookieForm,
  secret: string,
  nowMs: number,
): string {
  const expiresAtMs = nowMs + MAX_AGE_S * 1000;
  const payload = Buffer.from(JSON.stringify({ ...session, expiresAtMs })).toString('base64url');
  const parts = [
    `${form.name}=${payload}.${sign(payload, secret)}`,
    `Path=${form.path}`,
    `Expires=${new Date(expiresAtMs).toUTCString()}`,
    `Max-Age=${MAX_AGE_S}`,
    'HttpOnly',
    ...(form.secure ? ['Secure'] : []),
    'SameSite=Lax',
  ];
  return parts.join('; ');
}

export const newCsrfToken = (): string => randomBytes(24).toString('base64url');

function sign(payload: string, secret: string): string {
  return createHmac('sha256', secret).update(payload).digest('base64url');
}
