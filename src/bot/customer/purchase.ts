import type { VPNPlan } from '../../api/index.ts';
import { ordersOf, subscriptionsOf, type OwnedSubscription } from '../../ledger/index.ts';
import { actions } from '../actions.ts';
import { isUuid, shortKey, writeCallback } from '../callback.ts';
import type { Visit } from '../context.ts';
import type { Button } from '../screen.ts';
import { findPlan, isDeliverable, plansOnSale, waysToPay, type PricedMethod } from './catalogue.ts';
import { admit } from './gate.ts';
import { backButton, menuButton, supportButtons } from './keyboard.ts';
import { payFor } from './pay.ts';
import { cardOf, otherPlans, showPlans } from './plans.ts';
import { describeStatus } from './status.ts';

/** What stands for a subscription of its own where a button names what a purchase is for. */
const newTarget = 'new';

/** What is bought, and for what. */
interface Purchase {
  readonly plan: VPNPlan;
  readonly ways: readonly PricedMethod[];
  /** Absent: a new one. */
  readonly extended: OwnedSubscription | undefined;
}

/** A plan was chosen: for which subscription, then by which method. @param args key of the plan, target */
export async function choosePlan(visit: Visit, [key = '', target]: readonly string[]): Promise<void> {
  const { shop, customer } = visit;
  const next = { action: actions.plan, args: [key, ...(target === undefined ? [] : [target])] };
  if (!(await admit(visit, next))) return;
  const owned = await subscriptionsOf(shop.store, customer.id);
  const plan = findPlan(shop, key);
  const extended = chooseTarget(owned, target);
  const ways = plan === undefined ? [] : waysToPay(shop.view, plan);
  if (plan === undefined || ways.length === 0 || !isDeliverable(plan, extended)) {
    return refuse(visit, plan === undefined ? 'plan-gone' : 'plan-not-now', target);
  }
  if (await isUnderReview(visit, target)) return tellReview(visit);
  if (target === undefined && extended === undefined && owned.length > 0) return askTarget(visit, plan, owned);
  await chooseMethod(visit, { plan, ways, extended });
}

/** A purchase after the trial goes on with the link that the phone has, unless something else was said. */
function chooseTarget(owned: readonly OwnedSubscription[], target: string | undefined): OwnedSubscription | undefined {
  if (target !== undefined) return owned.find(({ id }) => id === target);
  const [only, ...more] = owned;
  return only?.isTrial === true && more.length === 0 ? only : undefined;
}

async function refuse(visit: Visit, key: 'plan-gone' | 'plan-not-now', target: string | undefined): Promise<void> {
  const others: Button[] = plansOnSale(visit.shop).length === 0 ? [] : [otherPlans(visit, target)];
  const buttons = [others, supportButtons(visit), [menuButton(visit)]];
  await visit.show({ text: visit.speak.say(key), buttons });
}

async function tellReview(visit: Visit): Promise<void> {
  await visit.show({ text: visit.speak.say('transfer-waiting'), buttons: [[menuButton(visit)]] });
}

/** While a person looks at a receipt, another order would take the place of the one that is being paid. */
async function isUnderReview({ shop, customer }: Visit, target: string | undefined): Promise<boolean> {
  const orders = await ordersOf(shop.store, customer.id, 10);
  return orders.some(
    ({ state, reviewSinceMs, subscriptionId }) =>
      state === 'pending' && reviewSinceMs !== undefined && (!isUuid(target) || target === subscriptionId),
  );
}

async function askTarget(visit: Visit, plan: VPNPlan, owned: readonly OwnedSubscription[]): Promise<void> {
  const { speak } = visit;
  const key = shortKey(plan.metadata.name);
  const extend = owned.slice(0, 8).map((one, index): Button[] => {
    const words = { number: index + 1, title: speak.title(one.title), until: speak.day(one.expiresAtMs) };
    const text = speak.label('button-extend', words);
    return [{ text, data: writeCallback(actions.plan, key, one.id), ...(index === 0 ? { style: 'primary' } : {}) }];
  });
  const fresh: Button = { text: speak.label('button-new'), data: writeCallback(actions.plan, key, newTarget) };
  const list = owned.slice(0, 8).map((one, index) => `${index + 1}. ${describeStatus(speak, one)}`);
  const text = [speak.say('target-ask', { plan: speak.title(plan.spec.title) }), list.join('\n')].join('\n\n');
  await visit.show({ text, buttons: [...extend, [fresh], [backButton(visit, actions.plans)]] });
}

async function chooseMethod(visit: Visit, { plan, ways, extended }: Purchase): Promise<void> {
  const { speak } = visit;
  const target = extended?.id ?? newTarget;
  const [only, ...more] = ways;
  if (only !== undefined && more.length === 0) return payFor(visit, plan, only, target);
  const key = shortKey(plan.metadata.name);
  const rows = ways.map(({ method, price }): Button[] => [
    {
      text: speak.label('button-method', { method: titleOfMethod(visit, method), price: speak.money(price) }),
      data: writeCallback(actions.pay, key, target, shortKey(method.name)),
    },
  ]);
  const about =
    extended === undefined
      ? speak.say('purchase-new')
      : speak.say('purchase-extend', { title: speak.title(extended.title), until: speak.date(extended.expiresAtMs) });
  const text = [cardOf(visit, plan), about, speak.say('method-ask')].join('\n\n');
  await visit.show({ text, buttons: [...rows, [otherPlans(visit, target)], [menuButton(visit)]] });
}

function titleOfMethod({ speak }: Visit, { title, provider }: PricedMethod['method']): string {
  return Object.keys(title).length > 0 ? speak.title(title) : speak.label(`method-${provider.id}`);
}

/** A method was chosen. @param args key of the plan, target, key of the method */
export async function chooseWay(
  visit: Visit,
  [key = '', target = newTarget, method]: readonly string[],
): Promise<void> {
  const { shop } = visit;
  const plan = findPlan(shop, key);
  const way = plan && waysToPay(shop.view, plan).find((one) => shortKey(one.method.name) === method);
  // The shop has changed since the button was made: what it has now is shown instead.
  if (plan === undefined || way === undefined) return choosePlan(visit, [key, target]);
  if (!(await admit(visit, { action: actions.plan, args: [key, target] }))) return;
  const owned = isUuid(target) ? await subscriptionsOf(shop.store, visit.customer.id) : [];
  const extended = owned.find(({ id }) => id === target);
  if (!isDeliverable(plan, extended) || (await isUnderReview(visit, target))) return choosePlan(visit, [key, target]);
  await payFor(visit, plan, way, extended?.id ?? newTarget);
}

/** A subscription is to be renewed: with its plan, or with another one when that is gone. @param args subscription */
export async function renew(visit: Visit, [subscriptionId = '']: readonly string[]): Promise<void> {
  const { shop, customer, speak } = visit;
  const owned = (await subscriptionsOf(shop.store, customer.id)).find(({ id }) => id === subscriptionId);
  const plan = owned === undefined || owned.isTrial ? undefined : findPlan(shop, owned.terms.plan);
  if (plan !== undefined) return choosePlan(visit, [shortKey(plan.metadata.name), subscriptionId]);
  if (owned === undefined || owned.isTrial || plansOnSale(shop).length === 0) {
    return showPlans(visit, owned === undefined ? [] : [subscriptionId]);
  }
  await visit.show({
    text: speak.say('plan-switch', { title: speak.title(owned.title) }),
    buttons: [[otherPlans(visit, subscriptionId)], [backButton(visit, actions.subscription, subscriptionId)]],
  });
}

/**
 * From a message to pay with back to the choice. That message is never turned into another screen: when the order runs out
 * it loses its buttons, whatever it says then. @param args key of the plan, target
 */
export async function leavePayment(visit: Visit, args: readonly string[]): Promise<void> {
  const [key = '', target] = args;
  const plan = findPlan(visit.shop, key);
  const away = { ...visit, show: visit.replace };
  // Where there is one method only, choosing it again would lead back to where one wants to leave.
  if (plan === undefined || waysToPay(visit.shop.view, plan).length < 2) {
    return showPlans(away, isUuid(target) ? [target] : []);
  }
  await choosePlan(away, args);
}
