import { vpnPanels } from '../../api/index.ts';
import { finalizerRights, readingRights, type Right, statusRights } from '../../kube/index.ts';
import { namespaces, secrets } from '../kube-resources.ts';

/** What the reconciler and the loops of panels ask of the API server. */
export const panelRights: readonly Right[] = [
  readingRights(vpnPanels, 'panels are known'),
  finalizerRights(vpnPanels),
  statusRights(vpnPanels),
  { resource: secrets, verbs: ['get'], where: 'watched', why: 'the credentials of panels are read' },
  {
    resource: namespaces,
    verbs: ['get'],
    where: 'watched',
    why: 'a panel that goes with its whole namespace is told from one that is taken away',
  },
];
