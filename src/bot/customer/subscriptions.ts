import { describeError } from '../../base/errors.ts';
import { lastPaymentFor, subscriptionsOf, type OwnedSubscription } from '../../ledger/index.ts';
import { actions } from '../actions.ts';
import { writeCallback } from '../callback.ts';
import type { Visit } from '../context.ts';
import { describeServers } from '../progress-screen.ts';
import type { Button } from '../screen.ts';
import { listButton, menuButton } from './keyboard.ts';
import { ownedBy } from './owned.ts';
import { describeStatus, labelOwned, statusOf } from './status.ts';

/** All of a customer's; the only one at once. */
export async function showSubscriptions(visit: Visit): Promise<void> {
  const { shop, speak, customer } = visit;
  const owned = await subscriptionsOf(shop.store, customer.id);
  const [only, ...more] = owned;
  if (only !== undefined && more.length === 0) return showOne(visit, only);
  const text =
    only === undefined
      ? speak.say('subscriptions-none')
      : [
          speak.say('subscriptions-title'),
          owned.map((one, index) => `${index + 1}. ${describeStatus(speak, one)}`).join('\n'),
        ].join('\n\n');
  const rows = owned.map((one, index): Button[] => [
    { text: labelOwned(speak, one, index + 1), data: writeCallback(actions.subscription, one.id) },
  ]);
  const buy: Button = { text: speak.label('button-buy'), data: writeCallback(actions.plans) };
  const history: Button[] = only === undefined ? [] : [historyButton(visit)];
  await visit.show({ text, buttons: [...rows, [buy], history, [menuButton(visit)]] });
}

/** @param args subscription */
export async function showSubscription(visit: Visit, [subscriptionId]: readonly string[]): Promise<void> {
  await showOne(visit, await ownedBy(visit, subscriptionId));
}

async function showOne(visit: Visit, one: OwnedSubscription): Promise<void> {
  const { speak } = visit;
  const button = (key: string, action: string): Button => ({
    text: speak.label(key),
    data: writeCallback(action, one.id),
  });
  const status = statusOf(one);
  const isOver = status === 'suspended' || status === 'ended';
  const renewal = { ...button('button-renew', actions.renew), style: 'primary' as const };
  await visit.show({
    text: await describe(visit, one),
    buttons: [
      isOver || status === 'expired' ? [] : [{ ...button('button-connect', actions.connect), style: 'success' }],
      [renewal, { text: speak.label('button-other-plan'), data: writeCallback(actions.plans, one.id) }],
      one.deviceLimit === undefined ? [] : [button('button-devices', actions.devices)],
      isOver ? [] : [button('button-new-address', actions.address), button('button-new-keys', actions.keys)],
      (await hasPayment(visit, one)) ? [button('button-refund', actions.refund), historyButton(visit)] : [],
      [listButton(visit), menuButton(visit)],
    ],
  });
}

async function describe(visit: Visit, one: OwnedSubscription): Promise<string> {
  const { speak } = visit;
  const status = statusOf(one);
  const variables = { title: speak.title(one.title), until: speak.date(one.expiresAtMs) };
  const used = speak.size(one.usedBytes);
  const traffic =
    one.limitBytes === undefined
      ? speak.say('traffic-unlimited', { used })
      : speak.say('traffic-of', { used, limit: speak.size(one.limitBytes), reset: one.terms.trafficReset });
  return [
    speak.say('subscription-title', variables),
    speak.say(`status-${status}`, variables),
    traffic,
    ...(one.deviceLimit === undefined ? [] : [speak.say('plan-devices', { devices: one.deviceLimit })]),
    ...(status === 'ready' || status === 'provisioning' || status === 'limited' ? [await servers(visit, one)] : []),
  ].join('\n');
}

/** As the cluster tells it; while that does not answer, as Postgres has it. */
async function servers({ shop, speak }: Visit, one: OwnedSubscription): Promise<string> {
  const resource = await shop.ports.resources.find(one.name).catch((thrown: unknown) => {
    shop.log.warn({ err: describeError(thrown) }, 'the cluster does not tell how far a delivery is');
    return undefined;
  });
  const [, confirmed, wanted] = /^(\d+)\/(\d+)$/.exec(resource?.status?.delivered ?? '') ?? [];
  if (confirmed === undefined) return describeServers(speak, one.confirmedPanels, undefined);
  return describeServers(speak, Number(confirmed), Number(wanted));
}

async function hasPayment({ shop, customer }: Visit, one: OwnedSubscription): Promise<boolean> {
  return (await lastPaymentFor(shop.store, customer.id, one.id)) !== undefined;
}

function historyButton({ speak }: Visit): Button {
  return { text: speak.label('button-history'), data: writeCallback(actions.history) };
}
