import type { Queryable } from '../store/index.ts';

/** An admin's copy of what a customer wrote. */
export interface SupportCopy {
  readonly shopId: string;
  readonly adminChatId: number;
  readonly adminMessageId: number;
  readonly customerId: string;
  readonly customerMessageId: number;
}

/** Remembers whose message an admin looks at. */
export async function recordSupportCopy(db: Queryable, copy: SupportCopy): Promise<void> {
  await db.query(
    `insert into wayleave.support_messages (shop_id, admin_chat_id, admin_message_id, customer_id, customer_message_id, created_at)
     values ($1, $2, $3, $4, $5, wayleave.wall_clock()) on conflict do nothing`,
    [copy.shopId, copy.adminChatId, copy.adminMessageId, copy.customerId, copy.customerMessageId],
  );
}

/** Chats of admins that have a copy of this message already: an update that comes again is not copied again. */
export async function supportCopiesOf(
  db: Queryable,
  { shopId, customerId, customerMessageId }: Omit<SupportCopy, 'adminChatId' | 'adminMessageId'>,
): Promise<ReadonlySet<number>> {
  const rows = await db.query<{ chatId: bigint }>(
    `select distinct admin_chat_id as "chatId" from wayleave.support_messages
     where shop_id = $1 and customer_id = $2 and customer_message_id = $3`,
    [shopId, customerId, customerMessageId],
  );
  return new Set(rows.map(({ chatId }) => Number(chatId)));
}

/** How many messages of a customer were handed over lately. */
export async function countSupportMessages(db: Queryable, customerId: string, withinSeconds: number): Promise<number> {
  const [row] = await db.query<{ count: number }>(
    `select count(distinct customer_message_id)::integer as count from wayleave.support_messages
     where customer_id = $1 and created_at > wayleave.wall_clock() - make_interval(secs => $2)`,
    [customerId, withinSeconds],
  );
  return row?.count ?? 0;
}

/** @returns whose message an admin answers; nothing for a message that is no copy */
export async function customerOfCopy(
  db: Queryable,
  { shopId, adminChatId, adminMessageId }: Omit<SupportCopy, 'customerId' | 'customerMessageId'>,
): Promise<string | undefined> {
  const [row] = await db.query<{ customerId: string }>(
    `select customer_id as "customerId" from wayleave.support_messages
     where shop_id = $1 and admin_chat_id = $2 and admin_message_id = $3`,
    [shopId, adminChatId, adminMessageId],
  );
  return row?.customerId;
}
