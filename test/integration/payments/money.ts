import type { TestShop } from '../../support/money/shop.ts';

/** What is on record about money, for assertions. */
export interface ChargeRow {
  readonly chargeId: string;
  readonly orderId: string | null;
  readonly payer: string | null;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly live: boolean;
  readonly disposition: string;
  readonly source: string;
  readonly paidAtMs: number;
  readonly refundedMinor: bigint;
  readonly settlement: string | null;
}

/** In order of recording. */
export function charges({ store, shop }: TestShop): Promise<ChargeRow[]> {
  return store.query<ChargeRow>(
    `select charge_id as "chargeId", order_id as "orderId", payer, amount_minor as "amountMinor", currency, live,
       disposition, source, paid_at as "paidAtMs", refunded_minor as "refundedMinor", settlement
     from wayleave.charges where shop_id = $1 order by recorded_at, charge_id`,
    [shop.id],
  );
}

/** Seconds that grants gave to a subscription. */
export async function grantedSeconds({ store }: TestShop, subscriptionId: string): Promise<number> {
  const [row] = await store.query<{ seconds: number }>(
    `select coalesce(sum(length_seconds), 0)::float8 as seconds from wayleave.ledger_entries
     where subscription_id = $1 and kind = 'grant'`,
    [subscriptionId],
  );
  return row?.seconds ?? 0;
}

/** Seconds from now to the end of a subscription's time, not below 0. */
export async function secondsLeft({ store }: TestShop, subscriptionId: string): Promise<number> {
  const [row] = await store.query<{ seconds: number }>(
    `select greatest(0, extract(epoch from expires_at - wayleave.wall_clock()))::float8 as seconds
     from wayleave.entitlements where subscription_id = $1`,
    [subscriptionId],
  );
  return row?.seconds ?? 0;
}

export async function noticesOf(
  { store }: TestShop,
  customerId: string,
  kind: string,
): Promise<Record<string, unknown>[]> {
  const rows = await store.query<{ payload: Record<string, unknown> }>(
    'select payload from wayleave.notices where customer_id = $1 and kind = $2 order by created_at',
    [customerId, kind],
  );
  return rows.map(({ payload }) => payload);
}

export function refunds({
  store,
  shop,
}: TestShop): Promise<{ readonly state: string; readonly refusal: string | null; readonly requestedBy: string }[]> {
  return store.query(
    `select state, refusal, requested_by as "requestedBy" from wayleave.refunds where shop_id = $1 order by created_at`,
    [shop.id],
  );
}
