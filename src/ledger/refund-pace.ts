import type { Queryable } from '../store/index.ts';
import { LedgerError } from './errors.ts';

/** So many days lie between two refunds that a customer takes himself, or buying and using would cost nothing for ever. */
export const selfServicePaceDays = 30;

export interface RefundPace {
  readonly shopId: string;
  readonly requestedBy: string;
  readonly days: number;
}

/** Whether this person has asked for a refund in that many days that was not refused. */
export async function hasRefundedWithin(db: Queryable, { shopId, requestedBy, days }: RefundPace): Promise<boolean> {
  const rows = await db.query(
    `select from wayleave.refunds where shop_id = $1 and requested_by = $2 and state <> 'refused'
       and created_at > wayleave.wall_clock() - make_interval(days => $3) limit 1`,
    [shopId, requestedBy, days],
  );
  return rows.length > 0;
}

/** @throws LedgerError LEDGER_REFUND_PACE */
export async function checkPace(tx: Queryable, pace: RefundPace): Promise<void> {
  const { shopId, requestedBy, days } = pace;
  // One person's requests come one after the other, or several at once would each be the first.
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [
    `refund pace of ${requestedBy} in ${shopId}`,
  ]);
  if (!(await hasRefundedWithin(tx, pace))) return;
  throw new LedgerError('LEDGER_REFUND_PACE', `${requestedBy} has taken a refund within ${String(days)} days`, {
    retry: 'never',
  });
}
