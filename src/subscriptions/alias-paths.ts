/** A path under which addresses are answered, and the format that it stands for. */
export interface SubscriptionPath {
  /** As the router writes it. */
  readonly url: string;
  /** Name of a format; absent where the app decides. */
  readonly formatName?: string;
}

/**
 * Where customers' apps fetch from, ours first. The others are those of products whose addresses are taken over as
 * aliases: 3x-ui's `/json/` and `/clash/` (its `/sub/` is ours, and the predecessor's), and Remnawave's `/api/sub/`. A
 * path that somebody had chosen himself is for the proxy in front to rewrite.
 */
export const subscriptionPaths: readonly SubscriptionPath[] = [
  { url: '/sub/:token' },
  { url: '/json/:token', formatName: 'xray' },
  { url: '/clash/:token', formatName: 'mihomo' },
  { url: '/api/sub/:token' },
];

/** Paths that name what they want behind the address: Marzban, PasarGuard and Remnawave do. */
export const clientPaths: readonly string[] = ['/sub/:token/:client', '/api/sub/:token/:client'];

const clientFormats: Readonly<Record<string, string>> = {
  'clash-meta': 'mihomo',
  clash: 'mihomo',
  mihomo: 'mihomo',
  stash: 'mihomo',
  'sing-box': 'sing-box',
  singbox: 'sing-box',
  'sing-box-legacy': 'sing-box-legacy',
  page: 'page',
  v2ray: 'links',
  links: 'links',
  plain: 'plain',
  'v2ray-json': 'xray',
  json: 'xray',
  xray: 'xray',
};

/** @returns name of the format, or nothing for what no product calls one (`info`, `usage`): such a path is unknown */
export function formatOfClient(client: string): string | undefined {
  return Object.hasOwn(clientFormats, client) ? clientFormats[client] : undefined;
}

/** Longer ones are no address of any product: Marzban's first form, a signed JSON, has about 160 characters. */
export const longestToken = 512;

/**
 * What an address can look like: 32 characters for ours; for foreign ones whatever a subId of 3x-ui can be (16 characters
 * unless somebody typed one), a UUID, Marzban's base64url with a signature, or its JSON with dots. Anything else answers
 * like an unknown one, without a look at the database.
 */
const tokenForm = new RegExp(`^[A-Za-z0-9._~=+@-]{4,${String(longestToken)}}$`);

export function isTokenForm(token: string): boolean {
  return tokenForm.test(token);
}

/**
 * The token in whatever a person has of an old address: the address with scheme and query, its path, or the token alone.
 *
 * @returns nothing when there is none in it
 */
export function tokenOfAddress(text: string): string | undefined {
  const trimmed = text.trim();
  const url = URL.canParse(trimmed) && /^https?:/i.test(trimmed) ? new URL(trimmed) : undefined;
  const path = url?.pathname ?? trimmed.replace(/[?#].*$/, '');
  const segments = path.split('/').filter((segment) => segment !== '');
  const last = segments.at(-1) ?? '';
  // "…/sub/<token>/clash": the last word is what is wanted. "/json/abc": it is the token.
  const isWhatIsWanted =
    segments.at(-3) === 'sub' && (formatOfClient(last) !== undefined || /^(?:info|usage)$/.test(last));
  const token = decode((isWhatIsWanted ? segments.at(-2) : last) ?? '');
  return token !== undefined && isTokenForm(token) ? token : undefined;
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}
