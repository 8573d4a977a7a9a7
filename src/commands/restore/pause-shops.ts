import { uuidv7 } from 'uuidv7';
import { listShops, pauseRefundsByPerson, recordAudit, type ShopRecord } from '../../ledger/index.ts';
import type { Store } from '../../store/index.ts';

/**
 * Lets no refund of any shop go out, and puts the restore on record. Also where the bot runs already: it looks before it
 * sends.
 *
 * @returns the shops
 */
export async function pauseShops(
  store: Store,
  namespace: string | undefined,
  by: { readonly author: string; readonly reason: string },
): Promise<readonly ShopRecord[]> {
  const shops = (await listShops(store)).filter((shop) => namespace === undefined || shop.namespace === namespace);
  for (const { id, refundsPausedAtMs } of shops) {
    const requestId = `restore:${uuidv7()}`;
    const { author, reason } = by;
    if (refundsPausedAtMs === undefined) await pauseRefundsByPerson(store, id, 'pause', { author, reason, requestId });
    const act = { shopId: id, actor: author, action: 'restore', subject: 'shop', detail: { reason } };
    await recordAudit(store, { ...act, cause: requestId });
  }
  return shops;
}
