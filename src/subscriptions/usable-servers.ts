import { type ClientCore, clientCores, lockoutOf, type LockoutReason } from '../formats/client-core.ts';
import { isSound } from '../formats/endpoint-link.ts';
import { isVlessServer, type SubscriptionServer } from '../formats/format.ts';

/** What apps with one core can use of a subscription. */
export interface UsableServers {
  /** In the order to show. */
  readonly servers: readonly SubscriptionServer[];
  /** Why others were left out, each reason once. */
  readonly reasons: readonly LockoutReason[];
  /** There are servers, and none for these apps. */
  readonly isLockedOut: boolean;
}

/** @param core absent for apps of which it is not known: only what no app can use is left out */
export function usableServers(all: readonly SubscriptionServer[], core: ClientCore | undefined): UsableServers {
  const judged = all
    .filter(isVlessServer)
    .map((server) => ({ server, reason: core === undefined ? mistakeIn(server) : lockoutOf(server.endpoint, core) }));
  const servers = judged.filter(({ reason }) => reason === undefined).map(({ server }) => server);
  const reasons = new Set(judged.map(({ reason }) => reason).filter((reason) => reason !== undefined));
  // A list without an entry counts as a failed update in some apps, so that one is never made.
  return { servers, reasons: [...reasons], isLockedOut: servers.length === 0 && all.length > 0 };
}

function mistakeIn({ endpoint }: SubscriptionServer): LockoutReason | undefined {
  return isSound(endpoint) ? undefined : 'invalid';
}

/** Cores that can use at least one of them, in the order of `clientCores`. */
export function coresThatWork(all: readonly SubscriptionServer[]): readonly ClientCore[] {
  const vpn = all.filter(isVlessServer);
  return clientCores.filter((core) => vpn.some(({ endpoint }) => lockoutOf(endpoint, core) === undefined));
}
