import type { Queryable } from './store.ts';

export interface UsageBaseline {
  /** Traffic in both directions before the last reset. */
  readonly bytes: bigint;
  /** Epoch milliseconds. */
  readonly resetAtMs: number;
}

const baselines = `
  select subscription_id as id, (up + down)::bigint as bytes, reset_at as "resetAtMs" from wayleave.usage_baselines`;

/** The baselines of these subscriptions, or of all; those whose traffic was never reset are left out. */
export async function usageBaselines(
  db: Queryable,
  subscriptionIds?: readonly string[],
): Promise<ReadonlyMap<string, UsageBaseline>> {
  type Row = UsageBaseline & { readonly id: string };
  const rows = await (subscriptionIds === undefined
    ? db.query<Row>(baselines)
    : db.query<Row>(`${baselines} where subscription_id = any($1::uuid[])`, [subscriptionIds]));
  return new Map(rows.map(({ id, bytes, resetAtMs }) => [id, { bytes, resetAtMs }]));
}
