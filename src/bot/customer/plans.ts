import type { Money, VPNPlan } from '../../api/index.ts';
import { actions } from '../actions.ts';
import { isUuid, shortKey, writeCallback } from '../callback.ts';
import type { Visit } from '../context.ts';
import type { Button } from '../screen.ts';
import { plansOnSale, waysToPay } from './catalogue.ts';
import { menuButton, supportButtons } from './keyboard.ts';
import { describePlan, labelPlan } from './plan-text.ts';

/** The list of plans. @param args a subscription to extend, when it is decided already */
export async function showPlans(visit: Visit, [target]: readonly string[]): Promise<void> {
  const { shop, speak } = visit;
  const plans = plansOnSale(shop);
  if (plans.length === 0) {
    const buttons = [supportButtons(visit), [menuButton(visit)]];
    return void (await visit.show({ text: speak.say('plans-none'), buttons }));
  }
  const rows: Button[][] = plans.slice(0, 40).map((plan) => [planButton(visit, plan, target)]);
  const cards = plans.slice(0, 8).map((plan) => {
    const prices = speak.prices(pricesOf(visit, plan));
    return `${cardOf(visit, plan)}\n${speak.say('plan-price', { prices })}`;
  });
  const text = [speak.say('plans-choose'), ...cards];
  await visit.show({ text: text.join('\n\n'), buttons: [...rows, [menuButton(visit)]] });
}

/** Title and what it gives. HTML. */
export function cardOf({ speak }: Visit, plan: VPNPlan): string {
  return `${speak.say('plan-title', { title: speak.title(plan.spec.title) })}\n${describePlan(speak, plan)}`;
}

/** What it costs by each way to pay it. */
function pricesOf({ shop }: Visit, plan: VPNPlan): Money[] {
  return waysToPay(shop.view, plan).map(({ price }) => price);
}

function planButton(visit: Visit, plan: VPNPlan, target: string | undefined): Button {
  const args = [shortKey(plan.metadata.name), ...(target === undefined ? [] : [target])];
  return { text: labelPlan(visit.speak, plan, pricesOf(visit, plan)), data: writeCallback(actions.plan, ...args) };
}

/** The list again, for the same subscription. */
export function otherPlans({ speak }: Visit, target: string | undefined): Button {
  const data = writeCallback(actions.plans, ...(isUuid(target) ? [target] : []));
  return { text: speak.label('button-other-plans'), data };
}
