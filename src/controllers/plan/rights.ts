import { vpnPlans } from '../../api/index.ts';
import { readingRights, type Right, statusRights } from '../../kube/index.ts';

/** What the reconciler of plans asks of the API server. */
export const planRights: readonly Right[] = [readingRights(vpnPlans, 'plans are known'), statusRights(vpnPlans)];
