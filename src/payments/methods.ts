import { methodsForPlan, parseMoney, type Currency, type Money, type VPNPlan, type VPNShopSpec } from '../api/index.ts';

/** A way to pay a plan, at what it costs that way. */
export interface OfferedMethod<Method> {
  readonly method: Method;
  readonly price: Money;
}

/**
 * How a plan can be paid: the methods that the shop's rules leave for it, that work, and in whose currency the plan has a
 * price.
 *
 * @param usable the methods that can be used now
 * @returns in the order of the shop, which is the order in which customers see them
 */
export function methodsFor<Method extends { readonly name: string; readonly currency: Currency }>(
  plan: Pick<VPNPlan, 'metadata' | 'spec'>,
  payments: VPNShopSpec['payments'],
  usable: readonly Method[],
): readonly OfferedMethod<Method>[] {
  return methodsForPlan(payments, plan).flatMap((name) => {
    const method = usable.find((one) => one.name === name);
    const price = method && plan.spec.prices?.find(({ currency }) => currency === method.currency);
    return method === undefined || price === undefined
      ? []
      : [{ method, price: parseMoney(price.amount, price.currency) }];
  });
}
