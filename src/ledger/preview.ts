import type { GrantEntry, LedgerEntry, ReversalEntry } from './entry.ts';
import { entitlementAt, foldEntitlement, type Entitlement } from './fold.ts';
import type { PlanTerms } from './terms.ts';

/** Instants and lengths in seconds. What is previewed is never written, so its entries have no ids of their own. */
export interface GrantPreview {
  readonly source: 'admin' | 'compensation';
  readonly lengthSeconds: number;
  /** Absent: those of the last grant, as `grantTime` takes them. */
  readonly terms: PlanTerms | undefined;
}

/**
 * What a grant would make of a ledger.
 *
 * @param now epoch seconds
 * @returns nothing when there are no terms to give
 */
export function previewGrant(
  entries: readonly LedgerEntry[],
  now: number,
  { source, lengthSeconds, terms = foldEntitlement(entries).at(-1)?.terms }: GrantPreview,
): Entitlement | undefined {
  if (terms === undefined) return undefined;
  const grant: GrantEntry = { ...nextEntry(entries, now, 0), kind: 'grant', source, lengthSeconds, terms };
  return entitlementAt([...entries, grant], now);
}

/**
 * What taking back grants would make of a ledger.
 *
 * @param targets ids of grants
 * @throws LedgerError LEDGER_TARGET_UNKNOWN
 */
export function previewRevoke(
  entries: readonly LedgerEntry[],
  now: number,
  targets: readonly string[],
): Entitlement | undefined {
  const reversals = targets.map((target, index): ReversalEntry => {
    return { ...nextEntry(entries, now, index), kind: 'reversal', source: 'admin', target, part: undefined };
  });
  return entitlementAt([...entries, ...reversals], now);
}

function nextEntry(
  entries: readonly LedgerEntry[],
  now: number,
  index: number,
): Omit<GrantEntry, 'kind' | 'lengthSeconds' | 'terms' | 'source'> {
  const last = entries.at(-1);
  return {
    id: `preview ${String(index)}`,
    subscriptionId: last?.subscriptionId ?? '',
    sequence: (last?.sequence ?? 0) + 1 + index,
    at: Math.max(now, last?.at ?? 0),
    cause: `preview:${String(index)}`,
    author: '',
    reason: '',
    orderId: undefined,
  };
}
