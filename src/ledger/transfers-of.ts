import { isCurrency, type Money } from '../api/index.ts';
import type { Queryable } from '../store/index.ts';
import { LedgerError } from './errors.ts';
import type { OrderState } from './orders.ts';
import type { PlanTerms } from './terms.ts';

/** A receipt of a transfer, with what an admin has to know to decide about it. */
export interface TransferRecord {
  readonly id: string;
  readonly shopId: string;
  readonly orderId: string;
  readonly orderState: OrderState;
  readonly attempt: number;
  /** Name of the shop's payment method. */
  readonly method: string;
  readonly price: Money;
  readonly terms: PlanTerms;
  readonly subscriptionId: string;
  readonly customerId: string;
  readonly customer: {
    /** Absent after erasure. */
    readonly telegramId: number | undefined;
    readonly name: string;
    readonly userName: string | undefined;
  };
  /** Absent after erasure. */
  readonly photoFileId: string | undefined;
  /** The first transfer that showed the same picture. */
  readonly repeats: string | undefined;
  readonly createdAtMs: number;
  readonly decision:
    | {
        readonly kind: 'approved' | 'declined';
        readonly by: string;
        readonly atMs: number;
        /** Empty when approved. */
        readonly reason: string;
      }
    | undefined;
}

interface TransferRow {
  readonly id: string;
  readonly shopId: string;
  readonly orderId: string;
  readonly orderState: OrderState;
  readonly attempt: number;
  readonly method: string;
  readonly minorUnits: bigint;
  readonly currency: string;
  readonly terms: PlanTerms;
  readonly subscriptionId: string;
  readonly customerId: string;
  readonly telegramId: bigint | null;
  readonly name: string;
  readonly userName: string | null;
  readonly photoFileId: string | null;
  readonly repeats: string | null;
  readonly createdAtMs: number;
  readonly decision: 'approved' | 'declined' | null;
  readonly decidedBy: string | null;
  readonly decidedAtMs: number | null;
  readonly declineReason: string | null;
}

const selectTransfers = `
  select t.id, t.shop_id as "shopId", t.order_id as "orderId", o.state as "orderState", t.attempt, a.method,
    a.amount_minor as "minorUnits", a.currency, o.terms, o.subscription_id as "subscriptionId",
    t.customer_id as "customerId", c.telegram_id as "telegramId", c.name, c.user_name as "userName",
    t.photo_file_id as "photoFileId", t.repeats, t.created_at as "createdAtMs", t.decision, t.decided_by as "decidedBy",
    t.decided_at as "decidedAtMs", t.decline_reason as "declineReason"
  from wayleave.transfers t
  join wayleave.orders o on o.id = t.order_id
  join wayleave.attempts a on a.order_id = t.order_id and a.number = t.attempt
  join wayleave.customers c on c.id = t.customer_id`;

/** Those that wait for a decision, the oldest first. */
export async function openTransfers(
  db: Queryable,
  shopId: string,
  { limit = 50, offset = 0 }: { readonly limit?: number; readonly offset?: number } = {},
): Promise<TransferRecord[]> {
  const rows = await db.query<TransferRow>(
    `${selectTransfers} where t.shop_id = $1 and t.decision is null order by t.created_at, t.id limit $2 offset $3`,
    [shopId, limit, offset],
  );
  return rows.map(toTransfer);
}

export async function findTransfer(
  db: Queryable,
  shopId: string,
  transferId: string,
): Promise<TransferRecord | undefined> {
  const rows = await db.query<TransferRow>(`${selectTransfers} where t.shop_id = $1 and t.id = $2`, [
    shopId,
    transferId,
  ]);
  return rows.map(toTransfer)[0];
}

function toTransfer(row: TransferRow): TransferRecord {
  const { minorUnits, currency, telegramId, name, userName, decision, decidedBy, decidedAtMs, declineReason, ...rest } =
    row;
  if (!isCurrency(currency)) {
    throw new LedgerError('LEDGER_NONSENSE', `transfer ${row.id} is in ${currency}`, { retry: 'never' });
  }
  return {
    ...rest,
    price: { currency, minorUnits },
    customer: {
      telegramId: telegramId === null ? undefined : Number(telegramId),
      name,
      userName: userName ?? undefined,
    },
    photoFileId: row.photoFileId ?? undefined,
    repeats: row.repeats ?? undefined,
    decision:
      decision === null
        ? undefined
        : { kind: decision, by: decidedBy ?? '', atMs: decidedAtMs ?? 0, reason: declineReason ?? '' },
  };
}
