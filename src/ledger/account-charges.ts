import { withoutNulls, type Queryable, type RowOf } from '../store/index.ts';
import type { Disposition } from './classify.ts';
import type { RefundRecord } from './refunds.ts';

export interface AccountCharge {
  readonly provider: string;
  readonly chargeId: string;
  readonly orderId: string | undefined;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly live: boolean;
  readonly disposition: Disposition;
  /** Why, where it was not granted. */
  readonly reason: string;
  readonly paidAtMs: number;
  readonly refundedMinor: bigint;
  readonly settlement: string | undefined;
  readonly settledBy: string | undefined;
  /** Oldest first. */
  readonly refunds: readonly AccountRefund[];
}

export interface AccountRefund {
  readonly id: string;
  readonly amountMinor: bigint;
  readonly state: RefundRecord['state'];
  readonly requestedBy: string;
  readonly reason: string;
  /** Why the provider would not. */
  readonly refusal: string | undefined;
  readonly createdAtMs: number;
  readonly closedAtMs: number | undefined;
}

interface ChargeRow extends Omit<AccountCharge, 'orderId' | 'settlement' | 'settledBy' | 'refunds'> {
  readonly shopId: string;
  readonly orderId: string | null;
  readonly settlement: string | null;
  readonly settledBy: string | null;
}

/** Charges of a subscription's orders, and those that a person turned into its time; oldest first. */
export async function chargesFor(db: Queryable, subscriptionId: string): Promise<AccountCharge[]> {
  const rows = await db.query<ChargeRow>(
    `select c.shop_id as "shopId", c.provider, c.charge_id as "chargeId", c.order_id as "orderId",
       c.amount_minor as "amountMinor", c.currency, c.live, c.disposition, c.reason, c.paid_at as "paidAtMs",
       c.refunded_minor as "refundedMinor", c.settlement, c.settled_by as "settledBy"
     from wayleave.charges c
     where (c.shop_id, c.provider, c.charge_id) in (
       select h.shop_id, h.provider, h.charge_id
       from wayleave.orders o join wayleave.charges h on h.order_id = o.id where o.subscription_id = $1
       union
       select h.shop_id, h.provider, h.charge_id
       from wayleave.ledger_entries e join wayleave.charges h
         on h.shop_id = e.shop_id and e.cause = 'charge:' || h.provider || ':' || h.charge_id and h.settlement is not null
       where e.subscription_id = $1 and e.kind = 'grant' and e.source = 'charge' and e.order_id is null)
     order by c.paid_at, c.charge_id`,
    [subscriptionId],
  );
  const charges: AccountCharge[] = [];
  for (const { shopId, ...row } of rows) {
    charges.push({
      ...withoutNulls(row),
      refunds: await refundsFor(db, shopId, row.provider, row.chargeId),
    });
  }
  return charges;
}

async function refundsFor(db: Queryable, shopId: string, provider: string, chargeId: string): Promise<AccountRefund[]> {
  const rows = await db.query<RowOf<AccountRefund>>(
    `select id, amount_minor as "amountMinor", state, requested_by as "requestedBy", reason, refusal,
       created_at as "createdAtMs", closed_at as "closedAtMs"
     from wayleave.refunds where shop_id = $1 and provider = $2 and charge_id = $3 order by created_at, id`,
    [shopId, provider, chargeId],
  );
  return rows.map(withoutNulls);
}
