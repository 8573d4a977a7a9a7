import type { Answer } from './answers.ts';
import type { PanelVersion } from './version.ts';

export interface PanelRequest {
  readonly method: string;
  /** After the base path, decoded piece by piece into `params`. */
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly contentType: string;
  readonly body: string;
  readonly remoteAddress: string;
}

export interface Route {
  readonly method: 'GET' | 'POST';
  /** Segments after the base path; `:name` matches one. */
  readonly pattern: string;
  /** Whether it changes anything, for the request log. */
  readonly isWrite?: boolean;
  /** The first release that has it; absent: every one. */
  readonly since?: string;
  /** The first release that has it no more. */
  readonly until?: string;
  /** Default: under `panel/api`, so credentials are demanded. */
  readonly isPublic?: boolean;
  /** What 3x-ui's localised text says when the request cannot even be read. */
  readonly unreadable?: string;
  readonly handle: (request: PanelRequest) => Promise<Answer> | Answer;
}

export interface Match {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

/** Finds the route for a path among those that a release has; literal segments win over parameters. */
export function matchRoute(
  routes: readonly Route[],
  version: PanelVersion,
  method: string,
  path: string,
): Match | undefined {
  const segments = path.split('/');
  let best: (Match & { readonly literals: number }) | undefined;
  for (const route of routes) {
    if (route.method !== method || !hasRoute(route, version)) continue;
    const matched = matchPattern(route.pattern.split('/'), segments);
    if (matched !== undefined && (best === undefined || matched.literals > best.literals)) best = { route, ...matched };
  }
  return best;
}

function hasRoute({ since = '0', until }: Route, version: PanelVersion): boolean {
  return version.atLeast(since) && (until === undefined || !version.atLeast(until));
}

function matchPattern(
  pattern: readonly string[],
  segments: readonly string[],
): { params: Record<string, string>; literals: number } | undefined {
  if (pattern.length !== segments.length) return undefined;
  const params: Record<string, string> = {};
  let literals = 0;
  for (const [index, expected] of pattern.entries()) {
    const segment = segments[index] ?? '';
    if (expected.startsWith(':')) {
      if (segment === '') return undefined;
      params[expected.slice(1)] = segment;
    } else if (expected === segment) {
      literals += 1;
    } else {
      return undefined;
    }
  }
  return { params, literals };
}
