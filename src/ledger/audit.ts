import type { Queryable } from '../store/index.ts';

/** Something that a person did and that left no row elsewhere which names him. */
export interface AuditDraft {
  readonly shopId: string;
  readonly actor: string;
  readonly action: string;
  /** What it was done to: `customer:<id>`, `subscription:<id>`, `charge:<provider>:<id>`, … */
  readonly subject: string;
  readonly detail?: Readonly<Record<string, string | number>>;
  /** The same act told twice is one row. */
  readonly cause: string;
}

export interface AuditRecord {
  readonly atMs: number;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly detail: Readonly<Record<string, string | number>>;
}

/** @returns whether it was not on record */
export async function recordAudit(db: Queryable, draft: AuditDraft): Promise<boolean> {
  const { shopId, actor, action, subject, detail = {}, cause } = draft;
  const rows = await db.query(
    `insert into wayleave.audit (shop_id, at, actor, action, subject, detail, cause)
     values ($1, wayleave.wall_clock(), $2, $3, $4, $5, $6)
     on conflict (shop_id, cause) do nothing returning id`,
    [shopId, actor, action, subject, JSON.stringify(detail), cause],
  );
  return rows.length > 0;
}

/** What was done to any of these, the newest first. */
export async function auditOf(
  db: Queryable,
  shopId: string,
  subjects: readonly string[],
  { limit = 10, offset = 0 }: { readonly limit?: number; readonly offset?: number } = {},
): Promise<AuditRecord[]> {
  return db.query<AuditRecord>(
    `select at as "atMs", actor, action, subject, detail from wayleave.audit
     where shop_id = $1 and subject = any($2::text[]) order by id desc limit $3 offset $4`,
    [shopId, subjects, limit, offset],
  );
}
