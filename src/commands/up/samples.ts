import { GROUP_VERSION, labels, secretTypes } from '../../api/index.ts';
import type { ResourceDescriptor } from '../../api/index.ts';
import { vpnPanels, vpnPlans, vpnSubscriptions } from '../../api/index.ts';
import type { KubeObject } from '../../kube/index.ts';

/** A resource to be there, and where the API server serves it. */
export interface Sample {
  readonly resource: ResourceDescriptor;
  readonly object: KubeObject;
}

export const sampleNamespace = 'default';
export const sampleSubscription = 'alice';

const secrets: ResourceDescriptor = { group: '', version: 'v1', plural: 'secrets', kind: 'Secret', namespaced: true };

export interface DemoPanelAddress {
  readonly name: string;
  readonly location: string;
  /** With the base path. */
  readonly url: string;
  readonly token: string;
}

/** A panel resource and the Secret with its token. */
export function panelSamples(panel: DemoPanelAddress): Sample[] {
  const secretName = `panel-${panel.name}`;
  return [
    {
      resource: secrets,
      object: {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: secretName, namespace: sampleNamespace, labels: { [labels.demo]: 'true' } },
        type: secretTypes.panelCredentials,
        stringData: { token: panel.token },
      } as KubeObject,
    },
    {
      resource: vpnPanels,
      object: {
        apiVersion: GROUP_VERSION,
        kind: vpnPanels.kind,
        metadata: { name: panel.name, namespace: sampleNamespace, labels: { [labels.demo]: 'true' } },
        // A short poll, so that a newcomer who stops a panel sees it said soon.
        spec: {
          url: panel.url,
          credentialsSecretRef: { name: secretName },
          location: panel.location,
          pollIntervalSeconds: 5,
        },
      } as KubeObject,
    },
  ];
}

export const planSample: Sample = {
  resource: vpnPlans,
  object: {
    apiVersion: GROUP_VERSION,
    kind: vpnPlans.kind,
    metadata: { name: 'month', namespace: sampleNamespace },
    spec: {
      title: { default: 'One month', en: 'One month', ru: 'Месяц' },
      period: 'P30D',
      trafficLimit: '100Gi',
      panelSelector: { matchLabels: { [labels.demo]: 'true' } },
      prices: [{ currency: 'XTR', amount: '150' }],
    },
  } as KubeObject,
};

/** A hand-made subscription on the plan `month`, for 30 days from `now`. */
export function subscriptionSample(name: string, now: Date): Sample {
  const expiresAt = new Date(now.getTime() + 30 * 86_400_000);
  return {
    resource: vpnSubscriptions,
    object: {
      apiVersion: GROUP_VERSION,
      kind: vpnSubscriptions.kind,
      metadata: { name, namespace: sampleNamespace },
      spec: { planRef: { name: 'month' }, expiresAt: expiresAt.toISOString().replace(/\.\d+Z$/, 'Z') },
    } as KubeObject,
  };
}
