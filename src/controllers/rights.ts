import { eventRights, leaseRights, type Right } from '../kube/index.ts';
import { secrets } from './kube-resources.ts';
import { leaseName } from './operator.ts';
import { panelRights } from './panel/rights.ts';
import { planRights } from './plan/rights.ts';
import { subscriptionRights } from './subscription/rights.ts';
import { tokenKeySecretName } from './token-keys.ts';

/** What a TokenKeySource asks of the API server. */
export const tokenKeyRights: readonly Right[] = [
  {
    resource: secrets,
    verbs: ['get'],
    where: 'own',
    names: [tokenKeySecretName],
    why: 'addresses are derived under the token key',
  },
  { resource: secrets, verbs: ['create'], where: 'own', why: 'a new installation gets its token key' },
];

/** All that `wayleave operator` asks of the API server. */
export const operatorRights: readonly Right[] = [
  ...panelRights,
  ...planRights,
  ...subscriptionRights,
  ...tokenKeyRights,
  ...eventRights,
  ...leaseRights([leaseName]),
];
