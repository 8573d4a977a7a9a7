import { explainLedger, foldEntitlement, type LedgerEntry, type LedgerLine } from '../../ledger/index.ts';

/** A line of the explanation beside the entry that it explains. */
export interface ExplainedEntry {
  readonly entry: LedgerEntry;
  readonly line: LedgerLine;
  /** A hold that nothing has released. */
  readonly isOpen: boolean;
}

/** @param entries one subscription's, in `sequence` order */
export function explainEntries(entries: readonly LedgerEntry[]): ExplainedEntry[] {
  const released = new Set(entries.flatMap((entry) => (entry.kind === 'release' ? [entry.target] : [])));
  const lines = explainLedger(entries, foldEntitlement(entries));
  return entries.flatMap((entry, index) => {
    const line = lines[index];
    return line === undefined ? [] : [{ entry, line, isOpen: entry.kind === 'hold' && !released.has(entry.id) }];
  });
}
