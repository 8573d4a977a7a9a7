import { uuidv7 } from 'uuidv7';
import type { Queryable } from '../store/index.ts';
import { ringingFor } from './outbox.ts';

/** What a customer is told outside of a conversation; each kind is a text of the bot. */
export const noticeKinds = [
  'paid',
  'provisioned',
  'refunded',
  'surplus',
  'declined',
  'expiry',
  'traffic',
  'suspended',
  'granted',
  'support',
] as const;
export type NoticeKind = (typeof noticeKinds)[number];

export interface NoticeDraft {
  readonly shopId: string;
  readonly customerId: string;
  readonly subscriptionId?: string;
  readonly kind: NoticeKind;
  /** About what: the same is never told twice. */
  readonly dedupe: string;
  readonly payload?: Readonly<Record<string, string | number>>;
  /** Receipts `at-least-once`; reminders `at-most-once` after a sending whose outcome is in doubt. */
  readonly delivery: 'at-least-once' | 'at-most-once';
  /** Epoch milliseconds after which it is of no use. */
  readonly usefulUntilMs?: number;
}

const queue = {
  name: 'notify',
  text: `
    with queued as (
      insert into wayleave.notices (id, shop_id, customer_id, subscription_id, kind, dedupe, payload, delivery,
        useful_until, created_at, next_at)
      values ($1, $2, $3, $4, $5, $6, $7, $8, to_timestamp($9::double precision / 1000), wayleave.wall_clock(),
        wayleave.wall_clock())
      on conflict (shop_id, customer_id, kind, dedupe) do nothing returning id)
    select ${ringingFor('notice')} from queued`,
};

/** Puts a notice into the queue, once. @returns whether it was not there before */
export async function notify(tx: Queryable, draft: NoticeDraft): Promise<boolean> {
  const rows = await tx.query(queue, [
    uuidv7(),
    draft.shopId,
    draft.customerId,
    draft.subscriptionId ?? null,
    draft.kind,
    draft.dedupe,
    JSON.stringify(draft.payload ?? {}),
    draft.delivery,
    draft.usefulUntilMs ?? null,
  ]);
  return rows.length > 0;
}
