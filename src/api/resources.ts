import { API_GROUP, API_VERSION } from './names.ts';

/** Where the API server serves a kind. */
export interface ResourceDescriptor {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

function ours(plural: string, kind: string): ResourceDescriptor {
  return { group: API_GROUP, version: API_VERSION, plural, kind, namespaced: true };
}

export const vpnPanels: ResourceDescriptor = ours('vpnpanels', 'VPNPanel');
export const vpnPlans: ResourceDescriptor = ours('vpnplans', 'VPNPlan');
export const vpnSubscriptions: ResourceDescriptor = ours('vpnsubscriptions', 'VPNSubscription');
export const vpnShops: ResourceDescriptor = ours('vpnshops', 'VPNShop');
