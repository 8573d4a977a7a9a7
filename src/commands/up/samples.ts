import { GROUP_VERSION, labels, secretTypes } from '../../api/index.ts';
import type { ResourceDescriptor } from '../../api/index.ts';
import { vpnPanels, vpnPlans, vpnShops, vpnSubscriptions } from '../../api/index.ts';
import type { KubeObject } from '../../kube/index.ts';

/** A resource to be there, and where the API server serves it. */
export interface Sample {
  readonly resource: ResourceDescriptor;
  readonly object: KubeObject;
}

export const sampleNamespace = 'default';
export const sampleSubscription = 'alice';
export const sampleShop = 'demo';

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
    secret(
      { name: secretName, namespace: sampleNamespace, labels: { [labels.demo]: 'true' } },
      secretTypes.panelCredentials,
      { token: panel.token },
    ),
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

export const samplePlans: readonly Sample[] = [
  plan('trial', {
    title: { default: 'Three days to try', ru: 'Три дня на пробу' },
    period: 'P3D',
    trafficLimit: '5Gi',
    visibility: 'Trial',
  }),
  plan('month', {
    title: { default: 'One month', en: 'One month', ru: 'Месяц' },
    period: 'P30D',
    trafficLimit: '100Gi',
    trafficReset: 'Renewal',
    prices: [
      { currency: 'XTR', amount: '150' },
      { currency: 'RUB', amount: '299' },
    ],
    order: 1,
  }),
  plan('year', {
    title: { default: 'One year', ru: 'Год' },
    period: 'P365D',
    trafficLimit: '2Ti',
    trafficReset: 'Monthly',
    prices: [
      { currency: 'XTR', amount: '1500' },
      { currency: 'RUB', amount: '2990' },
    ],
    order: 2,
  }),
];

function plan(name: string, spec: object): Sample {
  return {
    resource: vpnPlans,
    object: {
      apiVersion: GROUP_VERSION,
      kind: vpnPlans.kind,
      metadata: { name, namespace: sampleNamespace },
      spec: { panelSelector: { matchLabels: { [labels.demo]: 'true' } }, ...spec },
    } as KubeObject,
  };
}

const botSecretName = 'demo-bot';
const cardSecretName = 'demo-card';

/** The shop of the demo, for test money, and its Secrets. */
export function shopSamples(token: string): readonly Sample[] {
  const metadata = { namespace: sampleNamespace, labels: { [labels.demo]: 'true' } };
  return [
    secret({ name: botSecretName, ...metadata }, secretTypes.bot, { token }),
    secret({ name: cardSecretName, ...metadata }, secretTypes.provider, {
      instructions: '2200 0000 0000 0000\nOLGA DEMO',
    }),
    {
      resource: vpnShops,
      object: {
        apiVersion: GROUP_VERSION,
        kind: vpnShops.kind,
        metadata: { name: sampleShop, namespace: sampleNamespace },
        spec: {
          mode: 'Test',
          title: { default: 'Demo VPN', ru: 'Демо VPN' },
          bot: { tokenSecretRef: { name: botSecretName } },
          baseCurrency: 'RUB',
          trial: { plan: 'trial' },
          refunds: { selfService: { withinHours: 24 } },
          payments: {
            methods: [
              { name: 'stars', provider: 'Stars' },
              {
                name: 'card',
                provider: 'Manual',
                title: { default: 'Bank card', ru: 'Карта' },
                currency: 'RUB',
                secretRef: { name: cardSecretName },
              },
            ],
          },
        },
      } as KubeObject,
    },
  ];
}

function secret(metadata: KubeObject['metadata'], type: string, stringData: Record<string, string>): Sample {
  return { resource: secrets, object: { apiVersion: 'v1', kind: 'Secret', metadata, type, stringData } as KubeObject };
}

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
