import { entitlementAt, readAccount, type NamedSubscription, type SubscriptionAccount } from '../../ledger/index.ts';
import type { Host } from '../host.ts';
import { accountJson } from './account-json.ts';
import { accountText, expiryText } from './account-text.ts';
import { findLedgerSubscriptions } from './choose.ts';
import { withLedger, widthOf, type LedgerCall } from './open-ledger.ts';

/** One account is shown whole; of several, which a customer may have, a line each. Programs get all of all. */
export async function printAccounts(
  host: Host,
  text: string,
  options: LedgerCall & { readonly json: boolean | undefined },
): Promise<void> {
  const accounts = await withLedger(host, options, async (store) => {
    const found: (readonly [NamedSubscription, SubscriptionAccount])[] = [];
    for (const subscription of await findLedgerSubscriptions(store, text)) {
      found.push([subscription, await readAccount(store, subscription.id)]);
    }
    return found;
  });
  if (options.json === true) {
    const subscriptions = accounts.map(([subscription, account]) => accountJson(subscription, account));
    host.stdout.write(`${JSON.stringify({ subscriptions }, null, 2)}\n`);
    return;
  }
  const [only, ...others] = accounts;
  if (only !== undefined && others.length === 0) {
    host.stdout.write(accountText(...only, widthOf(host)));
    return;
  }
  const list = accounts.map(([subscription, { entries, now }]) => {
    const entitlement = entitlementAt(entries, now);
    const plan = entitlement === undefined ? '' : `, plan ${entitlement.terms.plan}`;
    const { namespace, name, shortId } = subscription;
    return `wl-${shortId}  ${namespace}/${name}\n    expires ${expiryText(entitlement, now)}${plan}\n`;
  });
  host.stdout.write(`${list.join('')}\n"wayleave ledger show wl-…" explains one of them line by line.\n`);
}
