import type { Queryable } from '../store/index.ts';
import { resourceName } from './identity.ts';
import type { OrderState } from './orders.ts';

/** How far an order is. */
export interface OrderProgress {
  readonly orderId: string;
  readonly shopId: string;
  readonly customerId: string;
  /** Absent after erasure. */
  readonly telegramId: number | undefined;
  readonly language: string | undefined;
  readonly isReachable: boolean;
  readonly subscriptionId: string;
  /** Of its VPNSubscription. */
  readonly resource: string;
  readonly state: OrderState;
  /** Of what was bought; per language. */
  readonly title: Readonly<Record<string, string>>;
  /** Nobody was asked for money. */
  readonly isTrial: boolean;
  /** Where a receipt was shown: the attempt that it is of, and what a person has decided. */
  readonly transfer:
    | {
        readonly attempt: number;
        readonly decision: 'approved' | 'declined' | undefined;
        /** What the customer is told about a declined one; may be empty. */
        readonly reason: string;
      }
    | undefined;
  /** Seconds since it was paid, by Postgres' clock; 0 before that. */
  readonly ageSeconds: number;
  /** The entitlement's revision that it made; 0 before it is paid. */
  readonly revision: number;
  /** Whether that has reached enough panels. */
  readonly provisioned: boolean;
  /** Epoch milliseconds of the whole subscription; absent before it begins. */
  readonly expiresAtMs: number | undefined;
  /** Whether there is anything to deliver: paid, and not refunded, suspended or over since. */
  readonly entitled: boolean;
  /** Panels that were seen to hold it. */
  readonly confirmedPanels: number;
  /** Where its one message is, once it was sent. */
  readonly message: { readonly chatId: number; readonly messageId: number } | undefined;
}

type Optional = 'telegramId' | 'language' | 'message' | 'resource' | 'revision' | 'expiresAtMs' | 'transfer';

interface Row extends Omit<OrderProgress, Optional> {
  readonly telegramId: bigint | null;
  readonly language: string | null;
  readonly revision: bigint;
  readonly expiresAtMs: number | null;
  readonly transfer: {
    readonly attempt: number;
    readonly decision: 'approved' | 'declined' | null;
    readonly reason: string | null;
  } | null;
  readonly chatId: bigint | null;
  readonly messageId: bigint | null;
}

const statement = {
  name: 'progress-of',
  text: `
    select o.id as "orderId", o.shop_id as "shopId", o.customer_id as "customerId", c.telegram_id as "telegramId",
      c.language, c.unreachable_since is null as "isReachable", o.subscription_id as "subscriptionId", o.state,
      o.terms -> 'title' as title,
      not exists (select from wayleave.attempts a where a.order_id = o.id) as "isTrial",
      (select json_build_object('attempt', t.attempt, 'decision', t.decision, 'reason', t.decline_reason)
       from wayleave.transfers t
       where t.order_id = o.id order by t.created_at desc, t.id desc limit 1) as transfer,
      case when o.state = 'paid' then extract(epoch from wayleave.wall_clock() - o.closed_at) else 0 end::float8 as "ageSeconds",
      coalesce(o.granted_revision, 0) as revision,
      coalesce(e.provisioned_revision >= o.granted_revision, false) as provisioned,
      e.expires_at as "expiresAtMs",
      coalesce(o.state = 'paid' and e.access = 'granted' and e.expires_at > wayleave.wall_clock(), false) as entitled,
      (select count(distinct pc.panel_id)::integer
       from wayleave.panel_clients pc join wayleave.panels p on p.id = pc.panel_id and p.removed_at is null
       where pc.subscription_id = o.subscription_id) as "confirmedPanels",
      o.chat_id as "chatId", o.message_id as "messageId"
    from wayleave.orders o join wayleave.customers c on c.id = o.customer_id
    left join wayleave.entitlements e on e.subscription_id = o.subscription_id
    where o.id = $1`,
};

export async function progressOf(db: Queryable, orderId: string): Promise<OrderProgress | undefined> {
  const [row] = await db.query<Row>(statement, [orderId]);
  if (row === undefined) return undefined;
  const { telegramId, language, revision, expiresAtMs, transfer, chatId, messageId, ...rest } = row;
  return {
    ...rest,
    telegramId: telegramId === null ? undefined : Number(telegramId),
    language: language ?? undefined,
    revision: Number(revision),
    resource: resourceName(row.subscriptionId),
    expiresAtMs: expiresAtMs ?? undefined,
    transfer:
      transfer === null
        ? undefined
        : { attempt: transfer.attempt, decision: transfer.decision ?? undefined, reason: transfer.reason ?? '' },
    message:
      chatId === null || messageId === null ? undefined : { chatId: Number(chatId), messageId: Number(messageId) },
  };
}
