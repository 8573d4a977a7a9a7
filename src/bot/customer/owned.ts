import { findOwned, type OwnedSubscription } from '../../ledger/index.ts';
import { isUuid } from '../callback.ts';
import type { Visit } from '../context.ts';
import { staleButton } from '../errors.ts';

/** The subscription that a button names, if it is this customer's. @throws BotError BOT_BUTTON_STALE */
export async function ownedBy(
  { shop, customer }: Visit,
  subscriptionId: string | undefined,
): Promise<OwnedSubscription> {
  const one = isUuid(subscriptionId) ? await findOwned(shop.store, customer.id, subscriptionId) : undefined;
  if (one !== undefined) return one;
  throw staleButton('the subscription is not of this customer');
}
