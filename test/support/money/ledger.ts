import type { LedgerEntry, PlanTerms } from '../../../src/ledger/index.ts';
import { planTerms } from './terms.ts';

type Draft =
  | {
      readonly kind: 'grant';
      readonly lengthSeconds: number;
      readonly terms?: PlanTerms;
      readonly source?: LedgerEntry['source'];
    }
  | {
      readonly kind: 'reversal' | 'release';
      /** Which entry, from 0. */
      readonly of: number;
      readonly part?: { readonly refundedMinor: bigint; readonly paidMinor: bigint };
    }
  | { readonly kind: 'hold' | 'reset' };

export interface LedgerLine {
  /** Epoch seconds. */
  readonly at: number;
  readonly does: Draft;
}

/** A subscription's ledger from what happened when; entries are named by their place. */
export function ledger(...lines: readonly LedgerLine[]): LedgerEntry[] {
  return lines.map(({ at, does }, index) => {
    const base = {
      id: nameOf(index),
      subscriptionId: 'sub',
      sequence: index + 1,
      at,
      cause: nameOf(index),
      author: 'a test',
      reason: '',
      orderId: undefined,
    };
    switch (does.kind) {
      case 'grant': {
        const { lengthSeconds, terms = planTerms(), source = 'charge' } = does;
        return { ...base, kind: 'grant', source, lengthSeconds, terms };
      }
      case 'reversal':
        return { ...base, kind: 'reversal', source: 'refund', target: nameOf(does.of), part: does.part };
      case 'release':
        return { ...base, kind: 'release', source: 'admin', target: nameOf(does.of) };
      default:
        return { ...base, kind: does.kind, source: 'admin' };
    }
  });
}

export function nameOf(index: number): string {
  return `entry ${String(index)}`;
}
