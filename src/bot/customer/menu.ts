import { subscriptionsOf } from '../../ledger/index.ts';
import { actions } from '../actions.ts';
import { writeCallback } from '../callback.ts';
import type { Visit } from '../context.ts';
import type { Button } from '../screen.ts';
import { plansOnSale } from './catalogue.ts';
import { supportButtons } from './keyboard.ts';
import { describeStatus } from './status.ts';
import { offeredTrial } from './trial.ts';

/** Shows what a customer has, and what he can do next. */
export async function showMenu(visit: Visit): Promise<void> {
  const { shop, speak, customer } = visit;
  const { spec } = shop.view;
  const subscriptions = await subscriptionsOf(shop.store, customer.id, 4);
  const trial = await offeredTrial(visit);
  const button = (key: string, action: string): Button & { readonly data: string } => ({
    text: speak.label(key),
    data: writeCallback(action),
  });
  const canBuy = plansOnSale(shop).length > 0;
  const rows: Button[][] = [
    trial === undefined ? [] : [{ ...button('button-trial', actions.trial), style: 'success' }],
    canBuy ? [{ ...button('button-buy', actions.plans), style: 'primary' }] : [],
    subscriptions.length > 0 ? [button('button-subscriptions', actions.list)] : [],
    [button('button-help', actions.help), button('button-language', actions.language)],
    supportButtons(visit),
  ];
  for (const { menu } of shop.modules.modules) {
    for (const row of (await menu?.(visit)) ?? []) rows.push([...row]);
  }
  const title = speak.title(spec.title);
  const lines = subscriptions.map((one) => describeStatus(speak, one));
  const text = [
    speak.say('menu-title', { shop: title }),
    ...(lines.length > 0 ? [lines.join('\n')] : [speak.say('menu-empty')]),
    ...(canBuy || subscriptions.length > 0 ? [] : [speak.say('menu-nothing-on-sale')]),
  ];
  await visit.show({ text: text.join('\n\n'), buttons: rows });
}
