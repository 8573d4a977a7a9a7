import type { Queryable } from '../store/index.ts';
import { readEntries } from './append.ts';
import type { ChargeKey } from './charge-lock.ts';
import { lockCustomer, type CustomerRecord } from './customers.ts';
import { LedgerError } from './errors.ts';
import { foldEntitlement } from './fold.ts';
import { ensureIdentity } from './identity.ts';
import { refold } from './refold.ts';
import { getShop } from './shops.ts';
import type { PlanTerms } from './terms.ts';

/** What is known of the time that a charge paid for; the last two are null where its order is not known. */
export interface PaidTime {
  /** Whether it is real money. */
  readonly live: boolean;
  readonly amountMinor: bigint;
  readonly terms: PlanTerms | null;
  /** What the order asks for, in the currency of the charge; null in another one. */
  readonly priceMinor: bigint | null;
}

/** Whom a charge is to buy time, and on what. */
export interface Buyer {
  readonly customer: CustomerRecord;
  readonly subscriptionId: string;
}

/**
 * Locks whom a charge is to buy time: customers are locked before charges everywhere.
 *
 * @param wanted the subscription; absent: that of the charge's order, which may not have begun
 * @returns nothing where there is no such subscription in this shop
 */
export async function lockBuyer(
  tx: Queryable,
  { shopId, provider, chargeId }: ChargeKey,
  wanted?: string,
): Promise<Buyer | undefined> {
  const [found] = await tx.query<{ customerId: string; subscriptionId: string }>(
    `select o.customer_id as "customerId", o.subscription_id as "subscriptionId"
     from wayleave.charges c join wayleave.orders o on o.id = c.order_id
     where c.shop_id = $1 and c.provider = $2 and c.charge_id = $3 and o.subscription_id = coalesce($4, o.subscription_id)
     union all
     select c.id, s.id from wayleave.subscriptions s join wayleave.customers c on c.id = s.customer_id
     where s.id = $4 and c.shop_id = $1 and s.source = 'ledger'
     limit 1`,
    [shopId, provider, chargeId, wanted ?? null],
  );
  if (found === undefined) return undefined;
  const { customerId, subscriptionId } = found;
  return { customer: await lockCustomer(tx, shopId, customerId), subscriptionId };
}

/**
 * Turns a charge, which the caller holds locked, into time: as much of the length of its order's plan as it paid of the
 * price, or one period of what the subscription had last where there is no such order. A refund of the charge takes it back.
 *
 * @throws LedgerError LEDGER_SUBSCRIPTION_UNKNOWN without a buyer, LEDGER_SHOP_MODE for the other kind of money,
 *   LEDGER_CUSTOMER_BANNED
 */
export async function extendByCharge(
  tx: Queryable,
  { shopId, provider, chargeId }: ChargeKey,
  charge: PaidTime,
  buyer: Buyer | undefined,
  by: { readonly author: string; readonly reason: string },
): Promise<void> {
  const { namespace, name: shop, mode } = await getShop(tx, shopId);
  const where = `charge ${chargeId} of ${provider}`;
  if (charge.live !== (mode === 'live')) {
    throw new LedgerError('LEDGER_SHOP_MODE', `${where} is not of the money of this shop and buys nothing in it`, {
      retry: 'never',
    });
  }
  if (buyer === undefined) throw unknown(where);
  const { customer, subscriptionId } = buyer;
  if (customer.bannedAtMs !== undefined) {
    // The ban holds what the customer had then; this would be access beside it.
    throw new LedgerError('LEDGER_CUSTOMER_BANNED', `customer ${customer.id} is banned: end the ban first`, {
      retry: 'never',
    });
  }
  await ensureIdentity(tx, { subscriptionId, namespace, shop, customerId: customer.id });
  const terms = charge.terms ?? foldEntitlement(await readEntries(tx, subscriptionId)).at(-1)?.terms;
  if (terms === undefined) throw unknown(where);
  const grant = { kind: 'grant', shopId, source: 'charge', terms, lengthSeconds: lengthOf(terms, charge) } as const;
  await refold(tx, subscriptionId, [{ ...grant, cause: `charge:${provider}:${chargeId}`, ...by }]);
}

function lengthOf({ lengthSeconds }: PlanTerms, { terms, amountMinor, priceMinor }: PaidTime): number {
  if (terms === null || priceMinor === null) return lengthSeconds;
  return Math.max(1, Number((BigInt(lengthSeconds) * amountMinor) / priceMinor));
}

function unknown(where: string): LedgerError {
  return new LedgerError(
    'LEDGER_SUBSCRIPTION_UNKNOWN',
    `${where} belongs to no subscription of this shop: name the one to extend`,
    { retry: 'never' },
  );
}
