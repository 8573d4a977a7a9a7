import { vpnSubscriptions } from '../../api/index.ts';
import { finalizerRights, readingRights, type Right, statusRights } from '../../kube/index.ts';
import { secrets } from '../kube-resources.ts';

/** What the reconciler of subscriptions asks of the API server. */
export const subscriptionRights: readonly Right[] = [
  readingRights(vpnSubscriptions, 'subscriptions are known'),
  finalizerRights(vpnSubscriptions),
  statusRights(vpnSubscriptions),
  {
    resource: secrets,
    verbs: ['get', 'create', 'patch'],
    where: 'watched',
    why: 'a subscription that asks for it gets its address in a Secret of its own',
  },
  {
    // Asked for by the admission plugin OwnerReferencesPermissionEnforcement, which is on in OpenShift.
    resource: vpnSubscriptions,
    subresource: 'finalizers',
    verbs: ['update'],
    where: 'watched',
    why: 'that Secret goes with its subscription',
  },
];
