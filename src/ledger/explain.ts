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
  /** All of it in English, for terminals. */
  readonly text: string;
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
    const line = { sequence, at, kind, source, expiresAt, movedSeconds, segment, about, author, reason };
    return { ...line, text: describe(line, entry) };
  });
}

function describe(line: Omit<LedgerLine, 'text'>, entry: LedgerEntry): string {
  const { sequence, at, source, author, reason, expiresAt } = line;
  const end = expiresAt === undefined ? '' : `; ends ${instant(expiresAt)}`;
  const why = reason === '' ? '' : ` (${reason})`;
  return `${String(sequence)}. ${instant(at)} ${effect(line, entry)} by ${author}, ${source}${why}${end}`;
}

function effect({ movedSeconds, segment, about = 0 }: Omit<LedgerLine, 'text'>, entry: LedgerEntry): string {
  switch (entry.kind) {
    case 'grant': {
      const runs = segment === undefined ? '' : `, runs ${instant(segment.startsAt)} to ${instant(segment.endsAt)}`;
      return `+${duration(movedSeconds)} of plan ${entry.terms.plan}${runs}`;
    }
    case 'reversal': {
      const { part } = entry;
      const share = part === undefined ? '' : `, ${String(part.refundedMinor)} of ${String(part.paidMinor)} refunded`;
      return `-${duration(-movedSeconds)} of entry ${String(about)}${share}`;
    }
    case 'hold':
      return 'access denied';
    case 'release':
      return `access no longer denied by entry ${String(about)}`;
    case 'reset':
      return 'traffic counted anew';
  }
}

function instant(epochSeconds: number): string {
  return `${new Date(epochSeconds * 1000).toISOString().slice(0, 16).replace('T', ' ')}Z`;
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
