import { uuidv7 } from 'uuidv7';
import type { Queryable } from '../store/index.ts';
import type { EntrySource, LedgerEntry } from './entry.ts';
import { LedgerError } from './errors.ts';
import type { PlanTerms } from './terms.ts';

interface DraftBase {
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

/** A subscription's whole ledger, in order, and the moment at which it was that. */
interface LedgerNow {
  readonly entries: readonly LedgerEntry[];
  /** Epoch seconds by Postgres' clock; not before any entry. */
  readonly now: number;
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

const columns = `e.id, e.subscription_id as "subscriptionId", e.sequence, e.at as "atMs", e.kind, e.source, e.cause,
  e.author, e.reason, e.order_id as "orderId", e.length_seconds as "lengthSeconds", e.terms, e.target,
  e.refunded_minor as "refundedMinor", e.paid_minor as "paidMinor"`;

const kept = `id, subscription_id, sequence, at, kind, source, cause, author, reason, order_id, length_seconds, terms,
  target, refunded_minor, paid_minor`;

const append = {
  name: 'append-entries',
  text: `
    with clock as materialized (select wayleave.wall_clock() as now),
    known as (select ${kept} from wayleave.ledger_entries where subscription_id = $1),
    appended as (
      insert into wayleave.ledger_entries (subscription_id, sequence, id, shop_id, at, kind, source, cause,
        length_seconds, terms, target, refunded_minor, paid_minor, order_id, author, reason)
      select $1, last.sequence + row_number() over (order by d.place), d.id, d.shop_id,
        greatest(date_trunc('second', clock.now), last.at), d.kind, d.source, d.cause, d.length_seconds, d.terms,
        d.target, d.refunded_minor, d.paid_minor, d.order_id, d.author, d.reason
      from jsonb_to_recordset($2::jsonb) as d (place integer, id uuid, shop_id uuid, kind text, source text, cause text,
        length_seconds bigint, terms jsonb, target uuid, refunded_minor bigint, paid_minor bigint, order_id uuid,
        author text, reason text)
      cross join clock
      cross join (select coalesce(max(sequence), 0) as sequence, max(at) as at from known) as last
      where not exists (select from known k where k.cause = d.cause)
      returning ${kept})
    select ${columns}, clock.now as "nowMs"
    from (select ${kept} from known union all select ${kept} from appended) as e cross join clock order by e.sequence`,
};

const readNow = {
  name: 'ledger-now',
  text: `
    select ${columns}, wayleave.wall_clock() as "nowMs"
    from wayleave.ledger_entries e where e.subscription_id = $1 order by e.sequence`,
};

interface EntryNowRow extends EntryRow {
  readonly nowMs: number;
}

/**
 * Appends those of these entries whose cause is not there yet, and reads the whole ledger. The caller holds the
 * subscription's row lock, which gives sequences their order, and has taken it in a statement before this one: what
 * was written while it waited would be missing otherwise.
 */
export async function appendEntries(
  tx: Queryable,
  subscriptionId: string,
  drafts: readonly EntryDraft[],
): Promise<LedgerNow> {
  const values = [subscriptionId, JSON.stringify(drafts.map(toColumns))];
  return toLedgerNow(await tx.query<EntryNowRow>(append, values));
}

/** {@link appendEntries} without any. */
export async function readLedgerNow(tx: Queryable, subscriptionId: string): Promise<LedgerNow> {
  return toLedgerNow(await tx.query<EntryNowRow>(readNow, [subscriptionId]));
}

/** As jsonb_to_recordset reads it; int8 as text, because JSON knows no bigint. */
function toColumns(draft: EntryDraft, place: number): object {
  const { kind, shopId, source, cause, author, reason, orderId } = draft;
  const part = draft.kind === 'reversal' ? draft.part : undefined;
  return {
    place,
    id: uuidv7(),
    shop_id: shopId,
    kind,
    source,
    cause,
    author,
    reason,
    order_id: orderId,
    ...(draft.kind === 'grant' && { length_seconds: draft.lengthSeconds, terms: draft.terms }),
    ...('target' in draft && { target: draft.target }),
    ...(part && { refunded_minor: String(part.refundedMinor), paid_minor: String(part.paidMinor) }),
  };
}

function toLedgerNow(rows: readonly EntryNowRow[]): LedgerNow {
  const entries = rows.map(toEntry);
  const nowMs = rows[0]?.nowMs ?? 0;
  return { entries, now: Math.max(Math.floor(nowMs / 1000), entries.at(-1)?.at ?? 0) };
}

/** A subscription's whole ledger, in order. */
export async function readEntries(db: Queryable, subscriptionId: string): Promise<LedgerEntry[]> {
  const rows = await db.query<EntryRow>(
    `select ${columns} from wayleave.ledger_entries e where e.subscription_id = $1 order by e.sequence`,
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
