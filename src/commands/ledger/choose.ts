import {
  findNamedCharges,
  findNamedSubscriptions,
  listShops,
  nearSubscriptionNames,
  type NamedCharge,
  type NamedSubscription,
  type ShopRecord,
} from '../../ledger/index.ts';
import type { Store } from '../../store/index.ts';
import { CommandError } from '../command-error.ts';
import { UsageError } from '../usage-error.ts';

/**
 * The subscriptions of the ledger that a text means.
 *
 * @returns one or more
 * @throws CommandError when there is none; UsageError when the only one was made by hand
 */
export async function findLedgerSubscriptions(store: Store, text: string): Promise<NamedSubscription[]> {
  const found = await findNamedSubscriptions(store, text);
  const sold = found.filter(({ source }) => source === 'ledger');
  if (sold.length > 0) return sold;
  const [byHand] = found;
  if (byHand !== undefined) {
    const { namespace, name } = byHand;
    throw new UsageError(
      `${namespace}/${name} was made by hand, so the ledger knows nothing of it: use "kubectl -n ${namespace} edit vsub ${name}".`,
    );
  }
  const near = await nearSubscriptionNames(store, text);
  const hint = near.length === 0 ? '' : ` Did you mean ${near.join(', ')}?`;
  throw new CommandError(
    `there is no subscription "${text}": give its name, namespace/name, id, short id (wl-…), or the Telegram id of its customer.${hint}`,
    { retry: 'never' },
  );
}

/** The one subscription that a text means. @throws UsageError when it means several */
export async function chooseSubscription(store: Store, text: string): Promise<NamedSubscription> {
  const [only, ...others] = await findLedgerSubscriptions(store, text);
  if (only !== undefined && others.length === 0) return only;
  const names = [only, ...others].flatMap((one) => (one === undefined ? [] : [`wl-${one.shortId}`]));
  const more = names.length > 5 ? ', …' : '';
  throw new UsageError(
    `"${text}" has ${String(names.length)} subscriptions, say which one: ${names.slice(0, 5).join(', ')}${more} ("wayleave ledger show ${text}" lists them).`,
  );
}

/**
 * The shop of this name, or the only one.
 *
 * @param text name, or namespace/name
 */
export async function chooseShop(store: Store, text: string | undefined): Promise<ShopRecord> {
  const shops = await listShops(store);
  const [first = '', second] = text?.split('/') ?? [];
  const fitting = shops.filter(({ namespace, name }) => {
    if (text === undefined) return true;
    return second === undefined ? name === first : namespace === first && name === second;
  });
  const [only, ...others] = fitting;
  if (only !== undefined && others.length === 0) return only;
  if (shops.length === 0) {
    throw new CommandError('there is no shop yet: apply a VPNShop, and start "wayleave bot", which opens it', {
      retry: 'later',
    });
  }
  const names = (fitting.length === 0 ? shops : fitting)
    .map(({ namespace, name }) => `${namespace}/${name}`)
    .join(', ');
  if (only === undefined)
    throw new CommandError(`there is no shop "${text ?? ''}"; there is ${names}`, { retry: 'never' });
  throw new UsageError(`--shop is required, for there are several: ${names}.`);
}

/**
 * The charge that a text means.
 *
 * @param text the provider's charge id, or the handle that "wayleave ledger queue" shows
 */
export async function chooseCharge(
  store: Store,
  text: string,
  { provider, shop }: { readonly provider: string | undefined; readonly shop: string | undefined },
): Promise<NamedCharge> {
  const shopId = shop === undefined ? undefined : (await chooseShop(store, shop)).id;
  const found = await findNamedCharges(store, text, shopId);
  const fitting = found.filter((charge) => provider === undefined || charge.provider === provider);
  const [only, ...others] = fitting;
  if (only !== undefined && others.length === 0) return only;
  if (only !== undefined) {
    const where = fitting.map((charge) => `${charge.provider} in shop ${charge.shopName}`).join(', ');
    throw new UsageError(`several charges have this id (${where}): add --provider or --shop.`);
  }
  // Its id is not repeated: what looks like a token is masked in errors.
  throw new CommandError(
    'there is no such charge on record: "wayleave ledger show" names those of a subscription, "wayleave ledger queue" those that need a person',
    { retry: 'later' },
  );
}
