import { projectionRights } from '../../controllers/projection/rights.ts';
import { tokenKeyRights } from '../../controllers/rights.ts';
import { shopRights } from '../../controllers/shop/rights.ts';
import { eventRights, leaseRights, type Right } from '../../kube/index.ts';

/** All that `wayleave bot` asks of the API server. Each shop has a Lease, named after it. */
export const botRights: readonly Right[] = [
  ...shopRights,
  ...projectionRights,
  ...tokenKeyRights,
  ...eventRights,
  ...leaseRights(),
];
