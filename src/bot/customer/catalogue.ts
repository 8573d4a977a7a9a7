import { parsePeriodSeconds, type VPNPlan } from '../../api/index.ts';
import { termsOf, type OwnedSubscription, type PlanTerms } from '../../ledger/index.ts';
import { methodsFor, type OfferedMethod } from '../../payments/methods.ts';
import { shortKey } from '../callback.ts';
import type { Shop, ShopMethod } from '../context.ts';

/** A payment method with what a plan costs by it. */
export type PricedMethod = OfferedMethod<ShopMethod>;

/** What the list shows: sellable now, for everybody, and payable somehow; in the order that the seller gave. */
export function plansOnSale({ view, ports }: Pick<Shop, 'view' | 'ports'>): VPNPlan[] {
  return ports.catalogue
    .plans()
    .filter((plan) => plan.spec.visibility === 'Public' && isSellable(plan) && waysToPay(view, plan).length > 0)
    .toSorted((a, b) => a.spec.order - b.spec.order || a.metadata.name.localeCompare(b.metadata.name));
}

/** The plan that a new customer may try: the one that the shop names, else the first that can be delivered. */
export function trialPlan({ view, ports }: Pick<Shop, 'view' | 'ports'>): VPNPlan | undefined {
  const named = view.spec.trial?.plan;
  return ports.catalogue
    .plans()
    .filter((plan) => plan.spec.visibility === 'Trial' && isSellable(plan))
    .toSorted((a, b) => a.spec.order - b.spec.order || a.metadata.name.localeCompare(b.metadata.name))
    .find((plan) => named === undefined || plan.metadata.name === named);
}

/** A plan that can be bought at all, hidden ones too, by its name or the key that stands for it. */
export function findPlan({ ports }: Pick<Shop, 'ports'>, nameOrKey: string): VPNPlan | undefined {
  return ports.catalogue
    .plans()
    .find(
      ({ metadata: { name, deletionTimestamp }, spec }) =>
        deletionTimestamp === undefined &&
        spec.visibility !== 'Trial' &&
        (name === nameOrKey || shortKey(name) === nameOrKey),
    );
}

/** In the order of the shop; only methods whose currency the plan has a price in. */
export function waysToPay({ spec, methods }: Shop['view'], plan: VPNPlan): readonly PricedMethod[] {
  return methodsFor(plan, spec.payments, methods);
}

/** Whether what somebody pays for now can be delivered: on panels that have room, or where he is already. */
export function isDeliverable(plan: VPNPlan, extended: OwnedSubscription | undefined): boolean {
  return isSellable(plan) || (extended?.terms.plan === plan.metadata.name && extended.confirmedPanels > 0);
}

export function termsOfPlan(plan: VPNPlan, { shop }: Shop['view']): PlanTerms {
  return termsOf(plan, parsePeriodSeconds(plan.spec.period), shop.mode);
}

function isSellable({ metadata, status }: VPNPlan): boolean {
  return metadata.deletionTimestamp === undefined && status?.sellable === true;
}
