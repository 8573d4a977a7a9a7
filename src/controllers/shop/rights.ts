import { vpnPanels, vpnPlans, vpnShops } from '../../api/index.ts';
import { readingRights, type Right, statusRights } from '../../kube/index.ts';
import { secrets } from '../kube-resources.ts';

/** What the reconciler of shops asks of the API server, and the bot that shows what they sell. */
export const shopRights: readonly Right[] = [
  readingRights(vpnShops, 'shops are known'),
  readingRights(vpnPlans, 'customers are shown what is sold'),
  readingRights(vpnPanels, 'customers are shown on which servers they are'),
  statusRights(vpnShops),
  { resource: secrets, verbs: ['get'], where: 'watched', why: 'the token of a bot and the keys of providers are read' },
];
