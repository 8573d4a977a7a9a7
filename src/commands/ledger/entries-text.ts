import type { LedgerEntry, LedgerLine } from '../../ledger/index.ts';
import type { ExplainedEntry } from './explained.ts';
import { instantText, minuteText, spanText, tableText, wrapText } from './words.ts';

const columns = ['#', 'when (UTC)', 'what', 'length', 'from – to, or until (UTC)'] as const;

/** Two lines for each entry: what it did to the time, and below who did it and why. */
export function entriesText(explained: readonly ExplainedEntry[], width: number): string {
  const rows = explained.map(({ entry, line, isOpen }) => [
    String(entry.sequence),
    minuteText(entry.at * 1000),
    whatText(entry, line),
    lengthText(entry, line),
    effectText(entry, line, isOpen),
  ]);
  const table = tableText([columns, ...rows]).split('\n');
  // Who did it and why stands under what he did.
  const indent = (table[0] ?? '').indexOf('what');
  return table
    .flatMap((row, index) => {
      const one = explained[index - 1];
      return one === undefined ? [row] : [row, wrapText(whyText(one.entry), width, indent)];
    })
    .join('\n');
}

const grants: Partial<Record<LedgerEntry['source'], string>> = {
  charge: 'bought',
  trial: 'trial',
  admin: 'granted by a person',
};

const reversals: Partial<Record<LedgerEntry['source'], string>> = {
  dispute: 'dispute lost',
  admin: 'revoked',
};

const holds: Partial<Record<LedgerEntry['source'], string>> = { ban: 'banned', dispute: 'disputed' };

export function whatText(entry: LedgerEntry, { about }: LedgerLine): string {
  const of = about === undefined ? '' : ` of #${String(about)}`;
  switch (entry.kind) {
    case 'grant':
      return grants[entry.source] ?? entry.source;
    case 'reversal':
      return `${reversals[entry.source] ?? entry.source}${of}${entry.part === undefined ? '' : ', part'}`;
    case 'hold':
      return holds[entry.source] ?? 'suspended';
    case 'release':
      return `end${of}`;
    case 'reset':
      return 'traffic counts anew';
  }
}

function lengthText({ kind }: LedgerEntry, { movedSeconds }: LedgerLine): string {
  if (kind === 'grant') return `+${spanText(movedSeconds)}`;
  if (kind !== 'reversal') return '';
  return movedSeconds === 0 ? 'took 0 s' : `−${spanText(movedSeconds)}`;
}

function effectText({ kind }: LedgerEntry, { segment, expiresAt }: LedgerLine, isOpen: boolean): string {
  if (segment !== undefined) {
    const { startsAt, endsAt } = segment;
    return endsAt > startsAt ? `${instantText(startsAt)} – ${instantText(endsAt)}` : 'nothing is left of it';
  }
  if (kind === 'reversal' && expiresAt !== undefined) return `everything ends ${instantText(expiresAt)}`;
  return kind === 'hold' ? (isOpen ? 'open: access denied' : 'released') : '';
}

export function whyText(entry: LedgerEntry): string {
  const plan = entry.kind === 'grant' ? `plan ${entry.terms.plan}, ` : '';
  return `${plan}by ${entry.author}${entry.reason === '' ? '' : `: ${entry.reason}`}`;
}
