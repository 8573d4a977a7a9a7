import { afterAll, beforeAll, expect, it } from 'vitest';

import { shopConditions, subscriptionConditions } from '../../../src/api/conditions.ts';
import { fieldManagers, FINALIZER, GROUP_VERSION } from '../../../src/api/names.ts';
import { vpnShops, vpnSubscriptions } from '../../../src/api/resources.ts';
import type { VPNShop, VPNShopStatus } from '../../../src/api/shop.ts';
import type { VPNSubscription, VPNSubscriptionSpec, VPNSubscriptionStatus } from '../../../src/api/subscription.ts';
import { addFinalizer, type KubeClient } from '../../../src/kube/index.ts';
import { connect } from './api-server.ts';
import { freshNamespace } from '../../support/namespace.ts';

// 10,000 objects per cluster are comfortable at 10 kB, 40,000 realistic at this size (design, targets of Kubernetes).
const LIMIT_BYTES = 4000;

let client: KubeClient;
let namespace: string;

beforeAll(async () => {
  client = await connect();
  namespace = await freshNamespace('api');
});
afterAll(() => client.close());

const name = 'sub-0199d7a2-6d3f-7c31-9b1e-3f1f1c1f6a10';

const bought: Partial<VPNSubscriptionSpec> = {
  planRef: { name: 'month' },
  title: { default: 'One month', ru: 'Один месяц' },
  panelSelector: { matchLabels: { region: 'eu' } },
  placement: { maxPanels: 5 },
  minPanels: 1,
  trafficLimit: '200Gi',
  trafficReset: 'Renewal',
  deviceLimit: 5,
  expiresAt: '2036-01-01T00:00:00Z',
  entitlementAccess: 'Granted',
  entitlementRevision: 12,
};

const now = '2026-11-23T12:00:00Z';

const status: VPNSubscriptionStatus = {
  observedGeneration: 14,
  observedRevision: 12,
  subscriptionId: '0199d7a2-6d3f-7c31-9b1e-3f1f1c1f6a10',
  delivered: '4/5',
  panels: ['amsterdam-1', 'amsterdam-2', 'frankfurt-1', 'helsinki-1', 'warsaw-1'].map((panel, index) =>
    index < 4
      ? { name: panel, state: 'Confirmed', generation: 1, confirmedAt: now }
      : {
          name: panel,
          state: 'Pending',
          generation: 0,
          reason: 'WaitingForPanel',
          message: 'panel warsaw-1 does not answer: connect ECONNREFUSED 192.0.2.17:2053',
        },
  ),
  conditions: Object.keys(subscriptionConditions).map((type) => ({
    type,
    status: 'False',
    reason: 'PartiallyProvisioned',
    message: '4 of 5 panels have it; warsaw-1 does not answer and gets it by itself when it returns',
    lastTransitionTime: now,
    observedGeneration: 14,
  })),
};

it('keeps a bought subscription on five panels below 4 kB, finalizer and field owners included', async () => {
  const head = { apiVersion: GROUP_VERSION, kind: vpnSubscriptions.kind, metadata: { name, namespace } };
  const projected = { ...head, spec: bought };
  const created = await client.apply<VPNSubscription>(vpnSubscriptions, projected, {
    fieldManager: fieldManagers.ledger,
  });
  await addFinalizer(client, vpnSubscriptions, created, FINALIZER);
  const observed = { ...head, status };
  const stored = await client.applyStatus<VPNSubscription>(vpnSubscriptions, observed, {
    fieldManager: fieldManagers.operator,
  });
  expect(stored.status).toEqual(status);
  expect(stored.metadata).toMatchObject({ finalizers: [FINALIZER], managedFields: [{}, {}, {}] });
  expect(Buffer.byteLength(JSON.stringify(stored))).toBeLessThan(LIMIT_BYTES);
});

const shop = {
  title: { default: 'Example VPN', ru: 'Пример VPN' },
  bot: { tokenSecretRef: { name: 'example-bot' }, updates: 'Webhook', webhookUrl: 'https://bot.example.com' },
  baseCurrency: 'RUB',
  support: { telegram: '@example_help' },
  payments: {
    methods: [
      { name: 'stars', provider: 'Stars' },
      { name: 'card', provider: 'Manual', title: { default: 'Card' }, currency: 'RUB', secretRef: { name: 'card' } },
    ],
  },
};

const shopStatus: VPNShopStatus = {
  observedGeneration: 14,
  botUserName: 'example_vpn_bot',
  botId: 7_000_000_001,
  updates: 'Webhook',
  summary: '1/2',
  methods: [
    { name: 'stars', provider: 'Stars', usable: true, reason: 'Usable' },
    {
      name: 'card',
      provider: 'Manual',
      usable: false,
      reason: 'SecretMissing',
      message:
        'Secret card does not exist: create it with kubectl create secret generic card --type=wayleave.dev/provider --from-literal=instructions=…',
    },
  ],
  webhook: { url: 'https://bot.example.com/telegram/example/example', pendingUpdates: 3, lastErrorAt: now },
  conditions: Object.keys(shopConditions).map((type) => ({
    type,
    status: 'False',
    reason: 'SomeMethodsBroken',
    message: 'card: Secret card does not exist: create it with kubectl create secret generic card',
    lastTransitionTime: now,
    observedGeneration: 14,
  })),
};

it('keeps a shop with two payment methods below 4 kB', async () => {
  const head = { apiVersion: GROUP_VERSION, kind: vpnShops.kind, metadata: { name: 'example', namespace } };
  const written = { ...head, spec: shop };
  await client.apply(vpnShops, written, { fieldManager: 'kubectl' });
  const observed = { ...head, status: shopStatus };
  const stored = await client.applyStatus<VPNShop>(vpnShops, observed, { fieldManager: fieldManagers.operator });
  expect(stored.status).toEqual(shopStatus);
  expect(Buffer.byteLength(JSON.stringify(stored))).toBeLessThan(LIMIT_BYTES);
});
