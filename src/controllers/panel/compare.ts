import type { DesiredClient, ObservedClient, PanelListing } from '../../panels/driver.ts';

export interface Comparison {
  /** E-mails of ours that are absent or not as desired. */
  readonly drifted: readonly string[];
  /** Marked as ours by a subscription that nothing here claims. */
  readonly unclaimed: readonly ObservedClient[];
}

/**
 * Compares what a panel holds with what it must hold.
 *
 * @param expected what was confirmed on it and has not changed since; whatever is being delivered is not drift
 * @param fingerprint what the listing shows for a client that is as desired
 * @param claims whether a subscription exists, or a revocation is recorded, for a marked client
 */
export function compareListing(
  expected: Iterable<DesiredClient>,
  listing: PanelListing,
  fingerprint: (desired: DesiredClient) => string,
  claims: (client: { email: string; subscriptionId: string }) => boolean,
): Comparison {
  const drifted: string[] = [];
  for (const desired of expected) {
    if (listing.clients.get(desired.email)?.fingerprint !== fingerprint(desired)) drifted.push(desired.email);
  }
  const unclaimed = [...listing.clients.values()].filter((client) => !claims(client));
  return { drifted, unclaimed };
}
