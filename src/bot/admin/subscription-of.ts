import { findOwnedIn, type OwnedIn } from '../../ledger/index.ts';
import { isUuid } from '../callback.ts';
import { staleButton } from '../errors.ts';
import type { StaffVisit } from './staff.ts';

/** @throws BotError BOT_BUTTON_STALE where the shop has no such subscription */
export async function subscriptionOf({ shop }: StaffVisit, id: string | undefined): Promise<OwnedIn> {
  const found = isUuid(id) ? await findOwnedIn(shop.store, shop.view.shop.id, id) : undefined;
  if (found !== undefined) return found;
  throw staleButton('there is no such subscription');
}
