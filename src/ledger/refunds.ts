import { uuidv7 } from 'uuidv7';
import { lockSubscription, withoutNulls, type Queryable, type RowOf, type Store } from '../store/index.ts';
import { lockCharge, unknownCharge, type ChargeKey, type LockedCharge } from './charge-lock.ts';
import { delayCause } from './delay.ts';
import { LedgerError } from './errors.ts';
import { notify } from './notices.ts';
import { askFor } from './outbox.ts';
import { checkPace } from './refund-pace.ts';
import { refold } from './refold.ts';

export interface RefundRecord extends ChargeKey {
  readonly id: string;
  /** The provider's id of the refund, or our own for one that we ask for. */
  readonly refundKey: string;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly payer: string | undefined;
  readonly state: 'requested' | 'confirmed' | 'refused';
  readonly requestedBy: string;
}

export interface RefundRequest extends ChargeKey {
  /** Absent: all that is left. */
  readonly amountMinor?: bigint;
  readonly requestedBy: string;
  readonly reason: string;
  /** What this person may refund in 24 hours, in the charge's minor units; absent: any amount. */
  readonly dailyCapMinor?: bigint;
  /** One refund that is not refused in so many days is all that this person gets; absent: any number. */
  readonly paceDays?: number;
}

/**
 * Asks for money to be sent back. It is sent by the outbox, and time is taken when the provider confirms it. Asking twice
 * for the same is one refund.
 *
 * @returns its id
 * @throws LedgerError LEDGER_CHARGE_UNKNOWN also for a foreign charge, LEDGER_REFUND_TOO_MUCH, LEDGER_REFUND_CAP,
 *   LEDGER_REFUND_PACE
 */
export async function requestRefund(store: Store, request: RefundRequest): Promise<string> {
  return store.transaction((tx) => requestRefundLocked(tx, request));
}

/** {@link requestRefund} within the caller's transaction. */
export async function requestRefundLocked(tx: Queryable, request: RefundRequest): Promise<string> {
  const { provider, chargeId } = request;
  const charge = await lockCharge(tx, request);
  // Whoever sold that has the customer's word, and we have not.
  if (charge.disposition === 'foreign') throw unknownCharge(request);
  const open = await refundsOf(tx, request);
  const taken = open.filter(({ state }) => state !== 'refused').reduce((sum, one) => sum + one.amountMinor, 0n);
  const left = charge.amountMinor - taken;
  const amountMinor = request.amountMinor ?? left;
  const same = open.find(
    (one) =>
      one.state === 'requested' &&
      (request.amountMinor === undefined ? left === 0n : one.amountMinor === request.amountMinor),
  );
  if (same !== undefined) return same.id;
  if (amountMinor <= 0n || amountMinor > left) {
    throw new LedgerError(
      'LEDGER_REFUND_TOO_MUCH',
      `charge ${chargeId} of ${provider} has ${String(left)} minor units left to refund, not ${String(amountMinor)}`,
      { retry: 'never' },
    );
  }
  if (request.paceDays !== undefined) await checkPace(tx, { ...request, days: request.paceDays });
  if (request.dailyCapMinor !== undefined) await checkCap(tx, request, charge.currency, amountMinor);
  return insertRequest(tx, request, amountMinor);
}

/** @returns its id */
async function insertRequest(tx: Queryable, request: RefundRequest, amountMinor: bigint): Promise<string> {
  const { shopId, provider, chargeId, requestedBy, reason } = request;
  const id = uuidv7();
  await tx.query(
    `insert into wayleave.refunds (id, shop_id, provider, charge_id, refund_key, amount_minor, reason, requested_by, state, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, 'requested', wayleave.wall_clock())`,
    [id, shopId, provider, chargeId, id, amountMinor, reason, requestedBy],
  );
  await askFor(tx, 'refund', id);
  return id;
}

async function checkCap(tx: Queryable, request: RefundRequest, currency: string, amountMinor: bigint): Promise<void> {
  // One person's requests come one after the other, or several at once would each find the cap untouched.
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [
    `refund cap of ${request.requestedBy} in ${request.shopId}`,
  ]);
  const [row] = await tx.query<{ spent: bigint }>(
    `select coalesce(sum(r.amount_minor), 0)::bigint as spent from wayleave.refunds r
     join wayleave.charges c using (shop_id, provider, charge_id)
     where r.shop_id = $1 and r.requested_by = $2 and c.currency = $3 and r.state <> 'refused'
       and r.created_at > wayleave.wall_clock() - interval '24 hours'`,
    [request.shopId, request.requestedBy, currency],
  );
  const cap = request.dailyCapMinor ?? 0n;
  if ((row?.spent ?? 0n) + amountMinor <= cap) return;
  throw new LedgerError(
    'LEDGER_REFUND_CAP',
    `${request.requestedBy} may refund ${String(cap)} minor units of ${currency} in 24 hours and has refunded ${String(row?.spent ?? 0n)}`,
    { retry: 'later' },
  );
}

export interface ConfirmedRefund extends ChargeKey {
  /** Ours, for one that we asked for; else the provider's. */
  readonly refundKey: string;
  /** Absent: all that is left of the charge. */
  readonly amountMinor?: bigint;
  /** Who started it where it was not us. */
  readonly startedBy: string;
}

export type RefundConfirmation = 'confirmed' | 'known' | 'unknown';

/**
 * Records that money went back, whoever started it, and takes the time that it had bought. A refund that the provider
 * started and one that we asked for are told apart by their keys; where the provider knows one refund per charge only, it
 * confirms the one that we asked for.
 *
 * @returns whether it was news; `unknown` for a charge that is not on record
 */
export async function confirmRefund(store: Store, refund: ConfirmedRefund): Promise<RefundConfirmation> {
  return store.transaction((tx) => confirmRefundLocked(tx, refund));
}

/** {@link confirmRefund} within the caller's transaction. */
export async function confirmRefundLocked(tx: Queryable, refund: ConfirmedRefund): Promise<RefundConfirmation> {
  const charge = await findCharge(tx, refund);
  if (charge === undefined) return 'unknown';
  const order = await lockChargeAndOrder(tx, refund, charge.orderId);
  const refunds = await refundsOf(tx, refund);
  const confirmed = refunds.filter(({ state }) => state === 'confirmed');
  const left = order.amountMinor - confirmed.reduce((sum, one) => sum + one.amountMinor, 0n);
  if (left <= 0n || confirmed.some(({ refundKey }) => refundKey === refund.refundKey)) return 'known';
  // By its key also one that was refused: the provider's last word counts.
  const asked =
    refunds.find(({ refundKey }) => refundKey === refund.refundKey) ??
    refunds.find(
      ({ state, amountMinor }) =>
        state === 'requested' && amountMinor === left && (refund.amountMinor ?? left) === left,
    );
  // What the provider says that it sent is what it sent.
  const wanted = refund.amountMinor ?? asked?.amountMinor ?? left;
  const amountMinor = wanted < left ? wanted : left;
  if (asked === undefined) {
    await tx.query(
      `insert into wayleave.refunds (id, shop_id, provider, charge_id, refund_key, amount_minor, reason, requested_by, state, created_at, closed_at)
       values ($1, $2, $3, $4, $5, $6, 'started by the provider', $7, 'confirmed', wayleave.wall_clock(), wayleave.wall_clock())`,
      [uuidv7(), refund.shopId, refund.provider, refund.chargeId, refund.refundKey, amountMinor, refund.startedBy],
    );
  } else {
    await tx.query(
      `update wayleave.refunds set state = 'confirmed', amount_minor = $2, refusal = null, closed_at = wayleave.wall_clock()
       where id = $1`,
      [asked.id, amountMinor],
    );
  }
  const others = refunds.filter(({ id, state }) => state === 'requested' && id !== asked?.id);
  await fitRequests(tx, others, { before: left, after: left - amountMinor });
  await tx.query(
    `update wayleave.charges set refunded_minor = refunded_minor + $4,
       settled_at = case when refunded_minor + $4 = amount_minor then coalesce(settled_at, wayleave.wall_clock()) else settled_at end,
       settlement = case when refunded_minor + $4 = amount_minor then coalesce(settlement, 'refunded') else settlement end
     where shop_id = $1 and provider = $2 and charge_id = $3`,
    [refund.shopId, refund.provider, refund.chargeId, amountMinor],
  );
  const refundId = asked?.id ?? refund.refundKey;
  const facts = { amountMinor, paidMinor: order.amountMinor, refundId, orderId: charge.orderId };
  // Another charge of the order may have been settled into time as well; what was late is the order's grant.
  const endsOrder = amountMinor === left && order.disposition === 'granted';
  const subscriptionId = await reverseGrants(tx, refund, { ...facts, endsOrder });
  if (charge.customerId !== undefined) {
    const payload = { currency: order.currency, amountMinor: String(amountMinor), provider: refund.provider };
    const about = { shopId: refund.shopId, customerId: charge.customerId, dedupe: `refund:${refundId}`, payload };
    const of = subscriptionId === undefined ? {} : { subscriptionId };
    await notify(tx, { ...about, ...of, kind: 'refunded', delivery: 'at-least-once' });
  }
  return 'confirmed';
}

/**
 * Ends requests of ours for money that has gone back otherwise. Where everything was to go back, what is left of it still
 * is: under a new id, since a provider takes an id with one amount only.
 */
async function fitRequests(
  tx: Queryable,
  requested: readonly RefundRecord[],
  leftMinor: { readonly before: bigint; readonly after: bigint },
): Promise<void> {
  const dropped: RefundRecord[] = [];
  let left = leftMinor.after;
  for (const one of requested) {
    if (one.amountMinor <= left) left -= one.amountMinor;
    else dropped.push(one);
  }
  for (const { id } of dropped) await refuseRefund(tx, id, 'the money has gone back otherwise');
  const [first] = dropped;
  const wantedAll = requested.reduce((sum, one) => sum + one.amountMinor, 0n) >= leftMinor.before;
  if (first === undefined || !wantedAll || left === 0n) return;
  const { shopId, provider, chargeId, requestedBy } = first;
  const reason = 'what is left after a refund that the provider made';
  await insertRequest(tx, { shopId, provider, chargeId, requestedBy, reason }, left);
}

/** The provider will not do it: a person has to look at it. */
export async function refuseRefund(db: Queryable, refundId: string, refusal: string): Promise<void> {
  await db.query(
    `update wayleave.refunds set state = 'refused', refusal = $2, closed_at = wayleave.wall_clock()
     where id = $1 and state = 'requested'`,
    [refundId, refusal.slice(0, 500)],
  );
}

export async function findRefund(db: Queryable, refundId: string): Promise<RefundRecord | undefined> {
  const rows = await db.query<RowOf<RefundRecord>>(`${selectRefunds} where r.id = $1`, [refundId]);
  return rows.map(withoutNulls)[0];
}

/**
 * Only the charge that was granted has time to give back; and only what that charge gave.
 *
 * @returns the subscription that it was taken from
 */
async function reverseGrants(
  tx: Queryable,
  { shopId, provider, chargeId, startedBy }: ConfirmedRefund,
  facts: {
    readonly amountMinor: bigint;
    readonly paidMinor: bigint;
    readonly refundId: string;
    readonly orderId: string | undefined;
    /** Nothing is left of the charge that was granted. */
    readonly endsOrder: boolean;
  },
): Promise<string | undefined> {
  const [grant] = await tx.query<{ id: string; subscriptionId: string }>(
    `select e.id, e.subscription_id as "subscriptionId"
     from wayleave.ledger_entries e join wayleave.charges c on c.order_id = e.order_id and c.disposition = 'granted'
     where c.shop_id = $1 and c.provider = $2 and c.charge_id = $3 and e.kind = 'grant'
     union all
     select e.id, e.subscription_id from wayleave.ledger_entries e
     where e.kind = 'grant' and e.cause = 'charge:' || $2 || ':' || $3 and e.shop_id = $1`,
    [shopId, provider, chargeId],
  );
  if (grant === undefined) return undefined;
  const { subscriptionId, id: target } = grant;
  await lockSubscription(tx, subscriptionId);
  const { amountMinor, paidMinor, refundId, orderId, endsOrder } = facts;
  const reversal = {
    kind: 'reversal',
    source: 'refund',
    shopId,
    author: startedBy,
    reason: `refund of charge ${chargeId} of ${provider}`,
    ...(orderId === undefined ? {} : { orderId }),
  } as const;
  const part = amountMinor === paidMinor ? {} : { part: { refundedMinor: amountMinor, paidMinor } };
  const ofPurchase = { ...reversal, target, cause: `refund:${provider}:${refundId}`, ...part };
  // Time that made good for a late delivery goes with what was delivered, or a refund would leave access behind.
  const delays = await tx.query<{ id: string }>(
    `select id from wayleave.ledger_entries where subscription_id = $1 and kind = 'grant' and cause = $2`,
    [subscriptionId, delayCause(orderId ?? '')],
  );
  const ofDelay = delays.map(({ id }) => ({
    ...reversal,
    target: id,
    cause: `refund:delay:${provider}:${refundId}`,
  }));
  await refold(tx, subscriptionId, endsOrder ? [ofPurchase, ...ofDelay] : [ofPurchase]);
  return subscriptionId;
}

/** Orders are locked before charges everywhere. */
async function lockChargeAndOrder(tx: Queryable, key: ChargeKey, orderId: string | undefined): Promise<LockedCharge> {
  if (orderId !== undefined) await tx.query('select from wayleave.orders where id = $1 for no key update', [orderId]);
  return lockCharge(tx, key);
}

async function findCharge(
  tx: Queryable,
  { shopId, provider, chargeId }: ChargeKey,
): Promise<{ readonly orderId: string | undefined; readonly customerId: string | undefined } | undefined> {
  const [row] = await tx.query<{ orderId: string | null; customerId: string | null }>(
    `select order_id as "orderId", customer_id as "customerId" from wayleave.charges
     where shop_id = $1 and provider = $2 and charge_id = $3`,
    [shopId, provider, chargeId],
  );
  return row && withoutNulls(row);
}

const selectRefunds = `
  select r.id, r.shop_id as "shopId", r.provider, r.charge_id as "chargeId", r.refund_key as "refundKey",
    r.amount_minor as "amountMinor", c.currency, c.payer, r.state, r.requested_by as "requestedBy"
  from wayleave.refunds r join wayleave.charges c using (shop_id, provider, charge_id)`;

async function refundsOf(tx: Queryable, { shopId, provider, chargeId }: ChargeKey): Promise<RefundRecord[]> {
  const rows = await tx.query<RowOf<RefundRecord>>(
    `${selectRefunds} where r.shop_id = $1 and r.provider = $2 and r.charge_id = $3 order by r.created_at, r.id`,
    [shopId, provider, chargeId],
  );
  return rows.map(withoutNulls);
}
