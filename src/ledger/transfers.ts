import { uuidv7 } from 'uuidv7';
import type { Queryable, Store } from '../store/index.ts';
import { recordAudit } from './audit.ts';
import { recordChargeLocked } from './charges.ts';
import { LedgerError } from './errors.ts';
import { notify } from './notices.ts';
import { attemptsOf, lockOrder } from './orders.ts';
import { askFor } from './outbox.ts';
import { writePayload } from './payload.ts';
import { getShop } from './shops.ts';
import { findTransfer, type TransferRecord } from './transfers-of.ts';
import type { RecordedCharge } from './verified-charge.ts';

/** A picture of a receipt, as the messenger names it. The picture itself is never stored. */
export interface ReceiptPhoto {
  /** What the bot sends it on with. */
  readonly fileId: string;
  /** The same for the same file, whoever sends it. */
  readonly uniqueId: string;
  /** Of its bytes, where they were read. */
  readonly sha256?: Uint8Array;
}

export interface SubmittedReceipt {
  readonly transfer: TransferRecord;
  /** It was not there before. Otherwise this is the one that admins look at already. */
  readonly isNew: boolean;
}

/**
 * Hands a receipt to the admins. While one of an order waits for them, the order does not expire, and another receipt of
 * it is the same transfer. A picture that was shown before is taken too, and marked.
 *
 * @throws LedgerError LEDGER_ORDER_UNKNOWN for an order of somebody else, or an attempt that is no transfer;
 *   LEDGER_TRANSFERS_WAITING while as many of the customer wait as may
 */
export async function submitReceipt(
  store: Store,
  wanted: {
    readonly shopId: string;
    readonly customerId: string;
    readonly orderId: string;
    readonly attempt: number;
    readonly photo: ReceiptPhoto;
  },
): Promise<SubmittedReceipt> {
  const { shopId, customerId, orderId, photo } = wanted;
  const sha256 = photo.sha256 === undefined ? null : Buffer.from(photo.sha256);
  return store.transaction(async (tx) => {
    // One receipt of a shop at a time, or the same picture for two orders at once would look new both times.
    await tx.query('select from wayleave.shops where id = $1 for no key update', [shopId]);
    const order = await lockOrder(tx, orderId);
    const attempt = (await attemptsOf(tx, orderId)).find(({ number }) => number === wanted.attempt);
    if (order.shopId !== shopId || order.customerId !== customerId || attempt?.provider !== 'manual') {
      throw new LedgerError(
        'LEDGER_ORDER_UNKNOWN',
        `customer ${customerId} has no order ${orderId} with a transfer as attempt ${String(wanted.attempt)}`,
        { retry: 'never' },
      );
    }
    const [open] = await tx.query<{ id: string }>(
      'select id from wayleave.transfers where order_id = $1 and decision is null',
      [orderId],
    );
    if (open !== undefined) {
      // Who died over the answer may have left a message that still asks for the receipt.
      await askFor(tx, 'progress', orderId);
      return { transfer: await transferOf(tx, shopId, open.id), isNew: false };
    }
    await checkWaiting(tx, shopId, customerId);
    const id = uuidv7();
    await tx.query(
      `insert into wayleave.transfers (id, shop_id, order_id, attempt, customer_id, photo_file_id, photo_unique_id,
         photo_sha256, repeats, created_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8::bytea,
         (select t.id from wayleave.transfers t
          where t.shop_id = $2 and (t.photo_unique_id = $7 or t.photo_sha256 = $8::bytea) order by t.created_at, t.id limit 1),
         wayleave.wall_clock())`,
      [id, shopId, orderId, attempt.number, customerId, photo.fileId, photo.uniqueId, sha256],
    );
    await tx.query(
      `update wayleave.orders set review_since = wayleave.wall_clock() where id = $1 and state = 'pending'`,
      [orderId],
    );
    // No progress is asked for: it would be shown where the receipt before was declined, and the answer to this one is about
    // to be the order's message.
    return { transfer: await transferOf(tx, shopId, id), isNew: true };
  });
}

/** So many receipts of a customer may wait for admins, who look at every one. */
const mostWaiting = 3;

async function checkWaiting(tx: Queryable, shopId: string, customerId: string): Promise<void> {
  const waiting = await tx.query(
    'select from wayleave.transfers where shop_id = $1 and customer_id = $2 and decision is null limit $3',
    [shopId, customerId, mostWaiting],
  );
  if (waiting.length < mostWaiting) return;
  throw new LedgerError(
    'LEDGER_TRANSFERS_WAITING',
    `customer ${customerId} has ${String(mostWaiting)} receipts that wait for a decision`,
    { retry: 'never' },
  );
}

export interface TransferVerdict {
  readonly shopId: string;
  readonly transferId: string;
  readonly decision: 'approved' | 'declined';
  /** The admin, as ledger and audit name people. */
  readonly by: string;
  /** Of a declined one: the customer reads it. */
  readonly reason?: string;
}

export interface DecidedTransfer {
  readonly transfer: TransferRecord;
  /** This call decided. Otherwise `transfer.decision` says who did, and what. */
  readonly isNew: boolean;
  /** What became of the money, when this call approved. */
  readonly charge: RecordedCharge | undefined;
}

/** So long a customer whose receipt was declined may try again. */
const againMs = 3_600_000;

/**
 * Decides about a receipt, exactly once: whoever comes second learns who was first. Approval records the charge in the
 * same transaction, so there is no approved transfer without a charge and no charge without a person who answers for it.
 *
 * @throws LedgerError LEDGER_TRANSFER_UNKNOWN
 */
export async function decideTransfer(store: Store, verdict: TransferVerdict): Promise<DecidedTransfer> {
  const { shopId, transferId, decision, by, reason = '' } = verdict;
  return store.transaction(async (tx) => {
    const { orderId } = await transferOf(tx, shopId, transferId);
    // Orders are locked before everything that hangs on them.
    await lockOrder(tx, orderId);
    const decided = await tx.query(
      `update wayleave.transfers set decision = $2, decided_by = $3, decline_reason = $4, decided_at = wayleave.wall_clock()
       where id = $1 and decision is null returning id`,
      [transferId, decision, by, decision === 'declined' ? reason : null],
    );
    const transfer = await transferOf(tx, shopId, transferId);
    if (decided.length === 0) return { transfer, isNew: false, charge: undefined };
    await recordDecision(tx, transfer, verdict);
    await endReview(tx, orderId);
    const charge = decision === 'approved' ? await charged(tx, transfer, by) : undefined;
    if (decision === 'declined') await tellDeclined(tx, transfer, reason);
    await askFor(tx, 'progress', orderId);
    return { transfer: await transferOf(tx, shopId, transferId), isNew: true, charge };
  });
}

/** Beside the row of the receipt itself: it belongs to what people did for this customer. */
async function recordDecision(
  tx: Queryable,
  { id, shopId, orderId, customerId }: TransferRecord,
  { decision, by, reason = '' }: TransferVerdict,
): Promise<void> {
  const action = decision === 'approved' ? 'approve-receipt' : 'decline-receipt';
  const detail = { orderId, ...(reason === '' ? {} : { reason }) };
  await recordAudit(tx, {
    shopId,
    actor: by,
    action,
    subject: `customer:${customerId}`,
    detail,
    cause: `receipt:${id}`,
  });
}

/** The order runs out again, and not at once. */
async function endReview(tx: Queryable, orderId: string): Promise<void> {
  await tx.query(
    `update wayleave.orders set review_since = null,
       expires_at = greatest(expires_at, wayleave.wall_clock() + make_interval(secs => $2::double precision / 1000))
     where id = $1 and state = 'pending'`,
    [orderId, againMs],
  );
}

/** An admin's word is what a provider's signature is elsewhere: the charge takes the same way as every other. */
async function charged(tx: Queryable, transfer: TransferRecord, by: string): Promise<RecordedCharge> {
  const { id, shopId, orderId, attempt, price, createdAtMs } = transfer;
  const shop = await getShop(tx, shopId);
  return recordChargeLocked(tx, {
    shopId,
    provider: 'manual',
    chargeId: id,
    payload: writePayload({ shopId, orderId, attempt }),
    payer: undefined,
    amountMinor: price.minorUnits,
    currency: price.currency,
    live: shop.mode === 'live',
    paidAtMs: createdAtMs,
    source: 'admin',
    author: by,
    recurring: false,
    refundable: false,
    raw: {},
  });
}

async function tellDeclined(tx: Queryable, transfer: TransferRecord, reason: string): Promise<void> {
  const { id, shopId, customerId, subscriptionId, orderId, attempt } = transfer;
  const about = { shopId, customerId, subscriptionId, kind: 'declined', dedupe: id } as const;
  await notify(tx, { ...about, payload: { orderId, attempt, reason }, delivery: 'at-least-once' });
}

async function transferOf(db: Queryable, shopId: string, transferId: string): Promise<TransferRecord> {
  const found = await findTransfer(db, shopId, transferId);
  if (found !== undefined) return found;
  throw new LedgerError('LEDGER_TRANSFER_UNKNOWN', `there is no transfer ${transferId} in this shop`, {
    retry: 'never',
  });
}
