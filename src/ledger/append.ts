import { uuidv7 } from 'uuidv7';
import type { Queryable } from '../store/index.ts';
import type { EntrySource, LedgerEntry } from './entry.ts';
import { LedgerError } from './errors.ts';
import type { PlanTerms } from './terms.ts';

interface DraftBase {
  readonly subscriptionId: string;
  readonly shopId: string;
  readonly source: EntrySource;
  /** What brings it about; an entry with the same cause is not made again. */
  readonly cause: string;
  /** A person, or the part of Wayleave that acts. */
  readonly author: string;
  readonly reason: string;
  readonly orderId?: string;
}

export type EntryDraft =
  | (DraftBase & { readonly kind: 'grant'; readonly lengthSeconds: number; readonly terms: PlanTerms })
  | (DraftBase & {
      readonly kind: 'reversal';
      readonly target: string;
      readonly part?: { readonly refundedMinor: bigint; readonly paidMinor: bigint };
    })
  | (DraftBase & { readonly kind: 'hold' | 'reset' })
  | (DraftBase & { readonly kind: 'release'; readonly target: string });

/**
 * Appends an entry under the subscription's row lock, which the caller holds, and which gives sequences their order.
 *
 * @returns its id, or nothing when an entry of that cause is there already
 */
export async function appendEntry(tx: Queryable, draft: EntryDraft): Promise<string | undefined> {
  const grant = draft.kind === 'grant' ? draft : undefined;
  const part = draft.kind === 'reversal' ? draft.part : undefined;
  const [row] = await tx.query<{ id: string }>(
    `insert into wayleave.ledger_entries (subscription_id, sequence, id, shop_id, at, kind, source, cause, length_seconds,
       terms, target, refunded_minor, paid_minor, order_id, author, reason)
     select $1, coalesce(max(sequence), 0) + 1, $2, $3, greatest(date_trunc('second', wayleave.wall_clock()), max(at)),
       $4, $5, $6, $7::bigint, $8::jsonb, $9::uuid, $10::bigint, $11::bigint, $12::uuid, $13, $14
     from wayleave.ledger_entries where subscription_id = $1
     on conflict (subscription_id, cause) do nothing returning id`,
    [
      draft.subscriptionId,
      uuidv7(),
      draft.shopId,
      draft.kind,
      draft.source,
      draft.cause,
      grant?.lengthSeconds ?? null,
      grant === undefined ? null : JSON.stringify(grant.terms),
      'target' in draft ? draft.target : null,
      part?.refundedMinor ?? null,
      part?.paidMinor ?? null,
      draft.orderId ?? null,
      draft.author,
      draft.reason,
    ],
  );
  return row?.id;
}

interface EntryRow {
  readonly id: string;
  readonly subscriptionId: string;
  readonly sequence: bigint;
  readonly atMs: number;
  readonly kind: LedgerEntry['kind'];
  readonly source: EntrySource;
  readonly cause: string;
  readonly author: string;
  readonly reason: string;
  readonly orderId: string | null;
  readonly lengthSeconds: bigint | null;
  readonly terms: PlanTerms | null;
  readonly target: string | null;
  readonly refundedMinor: bigint | null;
  readonly paidMinor: bigint | null;
}

/** A subscription's whole ledger, in order. */
export async function readEntries(db: Queryable, subscriptionId: string): Promise<LedgerEntry[]> {
  const rows = await db.query<EntryRow>(
    `select id, subscription_id as "subscriptionId", sequence, at as "atMs", kind, source, cause, author, reason,
       order_id as "orderId", length_seconds as "lengthSeconds", terms, target, refunded_minor as "refundedMinor",
       paid_minor as "paidMinor"
     from wayleave.ledger_entries where subscription_id = $1 order by sequence`,
    [subscriptionId],
  );
  return rows.map(toEntry);
}

function toEntry(row: EntryRow): LedgerEntry {
  const { id, subscriptionId, source, cause, author, reason, target } = row;
  const base = {
    id,
    subscriptionId,
    source,
    cause,
    author,
    reason,
    sequence: Number(row.sequence),
    at: Math.floor(row.atMs / 1000),
    orderId: row.orderId ?? undefined,
  };
  if (row.kind === 'grant' && row.lengthSeconds !== null && row.terms !== null) {
    return { ...base, kind: 'grant', lengthSeconds: Number(row.lengthSeconds), terms: row.terms };
  }
  if (row.kind === 'reversal' && target !== null) {
    const { refundedMinor, paidMinor } = row;
    const part = refundedMinor === null || paidMinor === null ? undefined : { refundedMinor, paidMinor };
    return { ...base, kind: 'reversal', target, part };
  }
  if (row.kind === 'release' && target !== null) return { ...base, kind: 'release', target };
  if (row.kind === 'hold' || row.kind === 'reset') return { ...base, kind: row.kind };
  throw new LedgerError('LEDGER_NONSENSE', `entry ${id} of ${subscriptionId} lacks what a ${row.kind} has`, {
    retry: 'never',
  });
}
