import type { PlanTerms } from '../../../src/ledger/index.ts';

export const day = 86_400;

/** What a plan promises, for tests: 30 days of 50 Gi unless told otherwise. */
export function planTerms(plan = 'month', changes: Partial<PlanTerms> = {}): PlanTerms {
  return {
    plan,
    title: { default: plan },
    lengthSeconds: 30 * day,
    panelSelector: {},
    minPanels: 1,
    trafficLimit: '50Gi',
    trafficReset: 'Never',
    ...changes,
  };
}
