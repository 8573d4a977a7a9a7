const masked = '[masked]';

/**
 * What secrets of this product look like in running text, most specific first. UUIDs of version 7 stay: those are our own
 * public ids (subscriptions, panels). Client UUIDs, the credential of VLESS, are never of that version.
 */
const rules: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, masked],
  [/(vless|vmess|trojan|ssr?|hysteria2?|hy2|tuic):\/\/[^\s"'<>]+/gi, `$1://${masked}`],
  // user:password@ and token@ of any URL
  [/([a-z][a-z0-9+.-]*:\/\/)[^\s/?#"'<>@]+@/gi, `$1${masked}@`],
  [/(\/sub\/)[^\s/?#"'<>]+/gi, `$1${masked}`],
  [/(bearer|basic)( +|%20)[^\s"',;<>]+/gi, `$1$2${masked}`],
  [/(cookie: *)[^\r\n]+/gi, `$1${masked}`],
  // The API token of a Telegram bot, also inside api.telegram.org/bot<token>/
  [/\d{6,12}:[A-Za-z0-9_-]{30,}/g, masked],
  // name=value and "name": "value"
  [
    /((?:token|passw(?:or)?d|passphrase|secret|api[_-]?key|authorization|session|3x-ui)"?(?:=|: ?(?=")))("?)[^\s"'&;,]+\2/gi,
    `$1$2${masked}$2`,
  ],
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-689a-f][0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/gi, masked],
];

const longRun = /[A-Za-z0-9_+-]{20,}={0,2}/g;
const publicId = /^[0-9a-f]{8}-[0-9a-f]{4}-7/i;
const secretName = /(?:token|password|passwd|passphrase|secret|authorization|cookie|apikey|privatekey)s?$/;

/** The text with everything replaced that looks like a credential, a token or a subscription URL. */
export function maskText(text: string): string {
  let result = text;
  for (const [pattern, replacement] of rules) result = result.replaceAll(pattern, replacement);
  return result.replaceAll(longRun, (run) => (looksRandom(run) ? masked : run));
}

/** A copy of a JSON value with every string masked, keys too, and everything hidden that stands under a secret's name. */
export function maskValue(value: unknown): unknown {
  if (typeof value === 'string') return maskText(value);
  if (Array.isArray(value)) return value.map((item) => maskValue(item));
  if (typeof value !== 'object' || value === null) return value;
  if (isBuffer(value)) return `[${value.data.length} bytes]`;
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => {
      const isText = typeof field === 'string' || typeof field === 'number';
      return [maskText(key), isText && namesSecret(key) ? masked : maskValue(field)];
    }),
  );
}

function namesSecret(key: string): boolean {
  return secretName.test(key.toLowerCase().replaceAll(/[_-]/g, ''));
}

/** As `JSON.stringify` writes a Buffer: its bytes as numbers would pass every pattern. */
function isBuffer(value: object): value is { data: readonly number[] } {
  return 'type' in value && value.type === 'Buffer' && 'data' in value && Array.isArray(value.data);
}

/**
 * Tells keys and tokens from long names. Hex of 32 digits or more is taken for a key. Otherwise either all of lower case,
 * upper case and digits come together, which names of resources, metrics and functions hardly ever do, or the kind of
 * character changes much more often than in camelCase.
 */
function looksRandom(run: string): boolean {
  if (publicId.test(run)) return false;
  if (/[0-9a-f]{32}/i.test(run)) return true;
  if (/\d/.test(run) && /[a-z]/.test(run) && /[A-Z]/.test(run)) return true;
  let changes = 0;
  for (let at = 1; at < run.length; at += 1) {
    if (kindOf(run.charCodeAt(at)) !== kindOf(run.charCodeAt(at - 1))) changes += 1;
  }
  return /[a-z]/.test(run) && /[A-Z]/.test(run) && changes >= run.length / 3;
}

function kindOf(code: number): 'digit' | 'upper' | 'lower' | 'other' {
  if (code >= 48 && code <= 57) return 'digit';
  if (code >= 65 && code <= 90) return 'upper';
  return code >= 97 && code <= 122 ? 'lower' : 'other';
}
