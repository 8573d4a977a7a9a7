import type { LedgerEntry } from './entry.ts';
import { foldEntitlement, type Segment } from './fold.ts';

/** One entry of a ledger, and what it made of the expiry. */
export interface LedgerLine {
  readonly sequence: number;
  /** Epoch seconds. */
  readonly at: number;
  readonly kind: LedgerEntry['kind'];
  readonly source: LedgerEntry['source'];
  /** Epoch seconds at which everything up to this entry ends; absent before the first grant. */
  readonly expiresAt: number | undefined;
  /** By how much the entry moved that end; of a grant the time that it gave. */
  readonly movedSeconds: number;
  /** Of a grant: the time that is left of it when all entries are counted. Empty when it was taken back in time. */
  readonly segment: Pick<Segment, 'startsAt' | 'endsAt'> | undefined;
  /** Sequence of the entry that a reversal or release is about. */
  readonly about: number | undefined;
  readonly author: string;
  readonly reason: string;
}

/**
 * Explains an expiry line by line: what each entry did to it, who made it and why.
 *
 * @param entries one subscription's, in `sequence` order
 * @param segments what `foldEntitlement` makes of them
 */
export function explainLedger(entries: readonly LedgerEntry[], segments: readonly Segment[]): LedgerLine[] {
  const sequences = new Map(entries.map(({ id, sequence }) => [id, sequence]));
  const own = new Map(segments.map((segment) => [segment.grantId, segment]));
  let before: number | undefined;
  return entries.map((entry, index) => {
    const expiresAt = foldEntitlement(entries.slice(0, index + 1)).at(-1)?.endsAt;
    const movedSeconds =
      entry.kind === 'grant' ? entry.lengthSeconds : (expiresAt ?? entry.at) - (before ?? expiresAt ?? entry.at);
    before = expiresAt;
    const segment = entry.kind === 'grant' ? own.get(entry.id) : undefined;
    const about = 'target' in entry ? sequences.get(entry.target) : undefined;
    const { sequence, at, kind, source, author, reason } = entry;
    return { sequence, at, kind, source, expiresAt, movedSeconds, segment, about, author, reason };
  });
}

/** `30d`, `1d 6h`, `5m`; seconds only below an hour. */
export function duration(seconds: number): string {
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor((seconds % 86_400) / 3600), 'h'],
    [Math.floor((seconds % 3600) / 60), 'm'],
    [seconds >= 3600 ? 0 : seconds % 60, 's'],
  ] as const;
  const written = parts.filter(([count]) => count > 0).map(([count, unit]) => `${String(count)}${unit}`);
  return written.length === 0 ? '0d' : written.join(' ');
}
