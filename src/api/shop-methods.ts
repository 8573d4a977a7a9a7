import type { VPNPlan } from './plan.ts';
import type { VPNShopSpec } from './shop.ts';

/**
 * Which payment methods of a shop may buy a plan: those that the plan names, else those of the first rule that names the
 * plan, else all; of these the enabled ones. Whether the plan has a price in a method's currency, and whether the method
 * works, is for the caller to see.
 *
 * @returns names in the order of the shop, which is the order in which customers see them
 */
export function methodsForPlan(
  { methods, rules = [] }: VPNShopSpec['payments'],
  plan: Pick<VPNPlan, 'metadata' | 'spec'>,
): readonly string[] {
  const allowed = plan.spec.paymentMethods ?? rules.find(({ plans }) => plans.includes(plan.metadata.name))?.methods;
  return methods
    .filter(({ name, enabled }) => enabled && (allowed === undefined || allowed.includes(name)))
    .map(({ name }) => name);
}
