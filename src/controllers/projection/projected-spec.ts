import type { LabelSelector, VPNSubscriptionSpec } from '../../api/index.ts';
import type { Entitlement } from '../../ledger/index.ts';

/** The fields of a subscription that the ledger owns on what was bought. All others are people's. */
export const ledgerFields = [
  'planRef',
  'title',
  'panelSelector',
  'placement',
  'minPanels',
  'trafficLimit',
  'trafficReset',
  'deviceLimit',
  'expiresAt',
  'entitlementAccess',
  'entitlementRevision',
] as const satisfies readonly (keyof VPNSubscriptionSpec)[];

export type LedgerField = (typeof ledgerFields)[number];

export type ProjectedSpec = Pick<VPNSubscriptionSpec, LedgerField>;

/**
 * What a VPNSubscription says of an entitlement: the whole snapshot, so that nothing depends on the plan any more.
 *
 * @param revision of the entitlement; whatever differs here differs in it
 */
export function projectedSpec({ terms, expiresAt, access }: Entitlement, revision: number): ProjectedSpec {
  const { plan, title, panelSelector, maxPanels, minPanels, trafficLimit, trafficReset, deviceLimit } = terms;
  return {
    planRef: { name: plan },
    title: { ...title },
    panelSelector: selectorOf(panelSelector),
    ...(maxPanels === undefined ? {} : { placement: { maxPanels } }),
    minPanels,
    ...(trafficLimit === undefined ? {} : { trafficLimit }),
    trafficReset,
    ...(deviceLimit === undefined ? {} : { deviceLimit }),
    expiresAt: `${new Date(expiresAt * 1000).toISOString().slice(0, 19)}Z`,
    entitlementAccess: access === 'granted' ? 'Granted' : 'Denied',
    entitlementRevision: revision,
  };
}

function selectorOf({ matchLabels, matchExpressions }: LabelSelector): NonNullable<ProjectedSpec['panelSelector']> {
  return {
    ...(matchLabels === undefined ? {} : { matchLabels: { ...matchLabels } }),
    ...(matchExpressions === undefined
      ? {}
      : {
          matchExpressions: matchExpressions.map(({ key, operator, values }) => ({
            key,
            operator,
            ...(values === undefined ? {} : { values: [...values] }),
          })),
        }),
  };
}
