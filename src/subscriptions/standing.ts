import type { SubscriptionDocument } from './source.ts';

/**
 * What a subscription is to its customer at one moment:
 *
 * - `active`: the full list
 * - `preparing`: nothing is provisioned yet; a notice
 * - `expired`, `limited`: a notice, then the full list, so that a renewal works without a tap (panels refuse meanwhile)
 * - `suspended`, `denied`: a notice only
 * - `moved`: the address was replaced a moment ago; a notice only
 * - `full`: a device beyond the limit asks; a notice only. Nothing that `standingOf` says: it depends on who asks
 * - `unknown`: like a token that never was; also when the subscription was deleted, which kills its token
 */
export type Standing =
  | 'active'
  | 'preparing'
  | 'expired'
  | 'limited'
  | 'suspended'
  | 'denied'
  | 'moved'
  | 'full'
  | 'unknown';

/** What a customer is shown of his subscription, wherever he looks. */
export type ShownStanding = Exclude<Standing, 'full' | 'unknown'>;

/** How long a replaced address still says that it was replaced. */
export const movedNoticeMs = 15 * 60_000;

/** Judged at each answer against the clock, never when the document is loaded: caches outlive expiries. */
export function standingOf(document: SubscriptionDocument, nowMs: number): ShownStanding | 'unknown' {
  const { token } = document;
  if (token.revoked) return 'unknown';
  if (token.retiredAtMs !== undefined && nowMs >= token.retiredAtMs) {
    return nowMs < token.retiredAtMs + movedNoticeMs ? 'moved' : 'unknown';
  }
  if (document.access === 'denied') return 'denied';
  if (document.suspended) return 'suspended';
  if (document.expiresAtMs !== undefined && nowMs >= document.expiresAtMs) return 'expired';
  if (document.limited) return 'limited';
  return document.servers.length === 0 ? 'preparing' : 'active';
}

/** Whether the customer gets his servers, whatever notice stands before them. */
export function showsServers(standing: Standing): boolean {
  return standing === 'active' || standing === 'expired' || standing === 'limited';
}
