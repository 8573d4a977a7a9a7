import type { Static } from 'typebox';

import type { CustomResource } from './meta.ts';
import type { planSpec, planStatus } from './schema/plan.ts';

/** As the API server serves it: fields with a default are always there. */
export type VPNPlanSpec = Static<typeof planSpec>;
export type VPNPlanStatus = Static<typeof planStatus>;
export type VPNPlan = CustomResource<'VPNPlan', VPNPlanSpec, VPNPlanStatus>;

export type PlanPrice = NonNullable<VPNPlanSpec['prices']>[number];
