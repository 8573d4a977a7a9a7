import { uuidv7 } from 'uuidv7';
import { parseMoney } from '../../api/index.ts';
import {
  confirmByPerson,
  getShop,
  pauseRefundsByPerson,
  refundByPerson,
  settleByPerson,
  type ChargeAct,
  type NamedCharge,
  type Settlement,
} from '../../ledger/index.ts';
import type { Store } from '../../store/index.ts';
import type { Host } from '../host.ts';
import { UsageError } from '../usage-error.ts';
import { repeatable, type ActCall } from './change-time.ts';
import { chooseCharge, chooseShop, chooseSubscription } from './choose.ts';
import { authorOf, withLedger } from './open-ledger.ts';
import { amountText } from './words.ts';

export interface ChargeCall extends ActCall {
  readonly provider: string | undefined;
  readonly shop: string | undefined;
}

/** Asks for money to go back. The bot sends it; the time goes when the provider confirms. */
export async function refundCharge(
  host: Host,
  text: string,
  call: ChargeCall & { readonly amount: string | undefined },
): Promise<void> {
  await actOnCharge(host, text, call, async (store, charge, act) => {
    const amount = call.amount === undefined ? {} : { amountMinor: amountOf(charge, call.amount) };
    const isNews = await refundByPerson(store, { ...keyOf(charge), ...amount }, act);
    const asked = amountText(amount.amountMinor ?? charge.amountMinor - charge.refundedMinor, charge.currency);
    if (!isNews) return 'it was asked for already: nothing was changed';
    return `refund of ${asked} is asked for: ${await whatFollows(store, charge)}`;
  });
}

export type SettlementWish = 'extend' | 'dismiss' | 'refund' | 'refunded';

/** Decides about a charge that waits for a person. */
export async function settleQueued(
  host: Host,
  text: string,
  call: ChargeCall & { readonly wish: SettlementWish; readonly subscription: string | undefined },
): Promise<void> {
  await actOnCharge(host, text, call, async (store, charge, act) => {
    if (call.wish === 'refunded') {
      const isNews = await confirmByPerson(store, keyOf(charge), act);
      return isNews
        ? 'recorded as sent back: the time that it bought is gone'
        : 'it was known already: nothing was changed';
    }
    const subscription =
      call.subscription === undefined ? undefined : await chooseSubscription(store, call.subscription);
    const settlement: Settlement =
      call.wish === 'extend' && subscription !== undefined
        ? { kind: 'extend', subscriptionId: subscription.id }
        : { kind: call.wish };
    if (!(await settleByPerson(store, keyOf(charge), settlement, act))) {
      return 'it was decided already: nothing was changed';
    }
    if (call.wish === 'refund') return `refund is asked for: ${await whatFollows(store, charge)}`;
    return call.wish === 'extend' ? 'extended: it is time now' : 'dismissed';
  });
}

async function whatFollows(store: Store, { shopId, provider }: NamedCharge): Promise<string> {
  const { refundsPausedAtMs } = await getShop(store, shopId);
  if (refundsPausedAtMs !== undefined) {
    return 'refunds of this shop are paused, so it waits for "wayleave ledger refunds resume"';
  }
  return `the bot sends it, and the time goes when ${provider} confirms`;
}

/** Stops refunds of a shop, or lets them go out again. */
export async function pauseOrResumeRefunds(
  host: Host,
  action: 'pause' | 'resume',
  call: ActCall & { readonly shop: string | undefined },
): Promise<void> {
  await withLedger(host, call, async (store) => {
    const shop = await chooseShop(store, call.shop);
    const was = shop.refundsPausedAtMs === undefined ? 'going out' : 'paused';
    await pauseRefundsByPerson(store, shop.id, action, actBy(host, call));
    const is = action === 'pause' ? 'paused: those that are asked for wait' : 'going out';
    host.stdout.write(`${shop.namespace}/${shop.name}\nbefore  refunds were ${was}\nafter   refunds are ${is}\n`);
  });
}

async function actOnCharge(
  host: Host,
  text: string,
  call: ChargeCall,
  act: (store: Store, charge: NamedCharge, by: ChargeAct) => Promise<string>,
): Promise<void> {
  const by = actBy(host, call);
  await withLedger(host, call, async (store) => {
    const charge = await chooseCharge(store, text, call);
    const outcome = await repeatable(by.requestId, () => act(store, charge, by));
    const { chargeId, provider, shopName, amountMinor, refundedMinor, currency } = charge;
    const money = `${amountText(amountMinor, currency)}, of which ${amountText(refundedMinor, currency)} went back`;
    host.stdout.write(`charge ${chargeId} of ${provider} in shop ${shopName}\n${money}\n${outcome}\n`);
  });
}

function actBy(host: Host, { author, reason, requestId = uuidv7() }: ActCall): ChargeAct {
  return { author: authorOf(host, author), reason, requestId };
}

function keyOf({ shopId, provider, chargeId }: NamedCharge): Pick<NamedCharge, 'shopId' | 'provider' | 'chargeId'> {
  return { shopId, provider, chargeId };
}

function amountOf({ currency }: NamedCharge, amount: string): bigint {
  try {
    return parseMoney(amount, currency).minorUnits;
  } catch (cause) {
    throw new UsageError(
      `--amount must be an amount of ${currency} such as ${amountText(100n, currency)}, not "${amount}".`,
      cause,
    );
  }
}
