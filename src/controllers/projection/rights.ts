import { vpnSubscriptions } from '../../api/index.ts';
import type { Right } from '../../kube/index.ts';

/** What the projection asks of the API server. */
export const projectionRights: readonly Right[] = [
  {
    resource: vpnSubscriptions,
    verbs: ['get', 'list', 'watch'],
    where: 'watched',
    why: 'what the cluster shows is compared with the ledger',
  },
  {
    resource: vpnSubscriptions,
    verbs: ['create', 'patch', 'delete'],
    where: 'watched',
    why: 'what was bought is there, and leaves thirty days after its end',
  },
];
