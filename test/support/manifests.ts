import {
  GROUP_VERSION,
  secretTypes,
  vpnPanels,
  vpnPlans,
  vpnSubscriptions,
  type VPNPanelSpec,
  type VPNPlanSpec,
  type VPNSubscriptionSpec,
} from '../../src/api/index.ts';
import type { KubeObject, Resource } from '../../src/kube/index.ts';

export const secretResource: Resource = {
  group: '',
  version: 'v1',
  plural: 'secrets',
  kind: 'Secret',
  namespaced: true,
};

type Named = KubeObject['metadata'];
type WithSpec<Spec> = KubeObject & { readonly spec: Partial<Spec> };

/** What a panel's owner puts into its Secret. */
export type PanelSecret = { readonly token: string } | { readonly username: string; readonly password: string };

const credentialsName = (panel: string): string => `${panel}-credentials`;

export function panelSecret({ name, namespace }: Named, stringData: PanelSecret): KubeObject {
  const metadata = { name: credentialsName(name), ...(namespace === undefined ? {} : { namespace }) };
  return { apiVersion: 'v1', kind: 'Secret', metadata, type: secretTypes.panelCredentials, stringData } as KubeObject;
}

/** A VPNPanel that takes its credentials from `panelSecret` of the same name. */
export function vpnPanel(metadata: Named, spec: Partial<VPNPanelSpec>): WithSpec<VPNPanelSpec> {
  const credentialsSecretRef = { name: credentialsName(metadata.name) };
  return { apiVersion: GROUP_VERSION, kind: vpnPanels.kind, metadata, spec: { credentialsSecretRef, ...spec } };
}

/** A month on the panels labelled `tier: main`. */
export function vpnPlan(metadata: Named, spec: Partial<VPNPlanSpec> = {}): WithSpec<VPNPlanSpec> {
  const month = {
    title: { default: 'A month' },
    period: 'P30D',
    panelSelector: { matchLabels: { tier: 'main' } },
  } as const;
  return { apiVersion: GROUP_VERSION, kind: vpnPlans.kind, metadata, spec: { ...month, ...spec } };
}

export function vpnSubscription(metadata: Named, spec: Partial<VPNSubscriptionSpec>): WithSpec<VPNSubscriptionSpec> {
  return { apiVersion: GROUP_VERSION, kind: vpnSubscriptions.kind, metadata, spec };
}
