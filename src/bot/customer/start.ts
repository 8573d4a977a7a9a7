import { shortKey } from '../callback.ts';
import type { Visit } from '../context.ts';
import { findPlan } from './catalogue.ts';
import { showMenu } from './menu.ts';
import { choosePlan } from './purchase.ts';

const planLink = 'plan_';

/**
 * `/start`, and what a link into the bot carries behind it: `plan_<name>` leads to a plan, a hidden one too. Anything else
 * is for others, and leads to the menu.
 */
export async function start(visit: Visit, payload: string): Promise<void> {
  if (!payload.startsWith(planLink)) return showMenu(visit);
  const wanted = payload.slice(planLink.length);
  const plan = findPlan(visit.shop, wanted);
  // A plan that is gone is told of by the same screen.
  await choosePlan(visit, [plan === undefined ? shortKey(wanted) : shortKey(plan.metadata.name)]);
}
