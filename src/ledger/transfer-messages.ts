import type { Queryable } from '../store/index.ts';

/** A receipt that an admin has not been shown yet. */
export interface UnshownTransfer {
  readonly transferId: string;
  readonly adminChatId: number;
}

/** A message under which a receipt was shown, and that does not say yet what was decided. */
export interface OpenTransferMessage {
  readonly transferId: string;
  readonly adminChatId: number;
  readonly messageId: number;
}

/**
 * Takes receipts that wait for a decision and were not sent to these chats yet, for a minute: one replica sends each.
 *
 * @param transferId only that one
 */
export async function claimUnshownTransfers(
  db: Queryable,
  shopId: string,
  adminChatIds: readonly number[],
  { limit = 50, transferId }: { readonly limit?: number; readonly transferId?: string } = {},
): Promise<UnshownTransfer[]> {
  const rows = await db.query<{ transferId: string; adminChatId: bigint }>(
    `insert into wayleave.transfer_messages as m (transfer_id, admin_chat_id, claimed_until)
     select t.id, a.chat_id, wayleave.wall_clock() + interval '1 minute'
     from wayleave.transfers t cross join unnest($2::bigint[]) as a (chat_id)
     left join wayleave.transfer_messages k on k.transfer_id = t.id and k.admin_chat_id = a.chat_id
     where t.shop_id = $1 and t.decision is null and t.id = coalesce($4::uuid, t.id)
       and (k.transfer_id is null or k.message_id is null and k.closed_at is null and k.claimed_until <= wayleave.wall_clock())
     order by t.created_at, t.id, a.chat_id limit $3
     on conflict (transfer_id, admin_chat_id) do update set claimed_until = excluded.claimed_until
       where m.message_id is null and m.claimed_until <= wayleave.wall_clock()
     returning m.transfer_id as "transferId", m.admin_chat_id as "adminChatId"`,
    [shopId, [...adminChatIds], limit, transferId ?? null],
  );
  return rows.map((row) => ({ ...row, adminChatId: Number(row.adminChatId) }));
}

/** @param messageId absent: this chat cannot be written to */
export async function recordTransferMessage(
  db: Queryable,
  { transferId, adminChatId }: UnshownTransfer,
  messageId: number | undefined,
): Promise<void> {
  await db.query(
    `update wayleave.transfer_messages set message_id = $3,
       closed_at = case when $3::bigint is null then wayleave.wall_clock() end
     where transfer_id = $1 and admin_chat_id = $2`,
    [transferId, adminChatId, messageId ?? null],
  );
}

/** Messages about receipts that are decided, and do not say so. @param transferId only those of that one */
export async function staleTransferMessages(
  db: Queryable,
  shopId: string,
  { limit = 50, transferId }: { readonly limit?: number; readonly transferId?: string } = {},
): Promise<OpenTransferMessage[]> {
  const rows = await db.query<{ transferId: string; adminChatId: bigint; messageId: bigint }>(
    `select m.transfer_id as "transferId", m.admin_chat_id as "adminChatId", m.message_id as "messageId"
     from wayleave.transfer_messages m join wayleave.transfers t on t.id = m.transfer_id
     where m.closed_at is null and m.message_id is not null and t.shop_id = $1 and t.decision is not null
       and t.id = coalesce($3::uuid, t.id)
     order by t.decided_at, m.admin_chat_id limit $2`,
    [shopId, limit, transferId ?? null],
  );
  return rows.map((row) => ({
    transferId: row.transferId,
    adminChatId: Number(row.adminChatId),
    messageId: Number(row.messageId),
  }));
}

/** It says what was decided, or is gone. */
export async function closeTransferMessage(
  db: Queryable,
  { transferId, adminChatId }: Pick<OpenTransferMessage, 'transferId' | 'adminChatId'>,
): Promise<void> {
  await db.query(
    `update wayleave.transfer_messages set closed_at = wayleave.wall_clock() where transfer_id = $1 and admin_chat_id = $2`,
    [transferId, adminChatId],
  );
}
