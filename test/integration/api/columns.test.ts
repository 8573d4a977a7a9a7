import { afterAll, beforeAll, expect, it } from 'vitest';

import { fieldManagers, GROUP_VERSION } from '../../../src/api/names.ts';
import {
  vpnPanels,
  vpnPlans,
  vpnShops,
  vpnSubscriptions,
  type ResourceDescriptor,
} from '../../../src/api/resources.ts';
import type { KubeClient } from '../../../src/kube/index.ts';
import { connect } from './api-server.ts';
import { freshNamespace } from '../../support/namespace.ts';
import { printedRow } from './table.ts';

// Ages are relative to now: only their form is looked at.
const age = expect.stringMatching(/^(?:\d+[smhdy])+$/) as unknown;

let client: KubeClient;
let namespace: string;

beforeAll(async () => {
  client = await connect();
  namespace = await freshNamespace('api');
});
afterAll(() => client.close());

async function store(resource: ResourceDescriptor, name: string, spec: object, status: object): Promise<void> {
  const head = { apiVersion: GROUP_VERSION, kind: resource.kind, metadata: { name, namespace } };
  const manifest = { ...head, spec };
  await client.apply(resource, manifest, { fieldManager: 'kubectl' });
  const observed = { ...head, status };
  await client.applyStatus(resource, observed, { fieldManager: fieldManagers.operator });
}

function condition(type: string, status: 'True' | 'False', reason: string, message: string) {
  return { type, status, reason, message, lastTransitionTime: '2026-01-01T00:00:00Z' };
}

async function select(resource: ResourceDescriptor, fieldSelector: string): Promise<readonly string[]> {
  const { items } = await client.list<{ metadata: { name: string } }>(resource, { namespace, fieldSelector });
  return items.map(({ metadata }) => metadata.name);
}

it('says of a panel that it is unreachable, and since when', async () => {
  await store(
    vpnPanels,
    'amsterdam',
    { url: 'https://panel.example.com/', credentialsSecretRef: { name: 'amsterdam' } },
    {
      product: '3x-ui',
      version: 'v2.9.4',
      clients: { managed: 12, foreign: 1, unclaimed: 0, drifted: 0, pending: 3, revokePending: 0 },
      conditions: [
        condition('Ready', 'False', 'Unreachable', 'no answer from panel.example.com'),
        condition('Reachable', 'False', 'Unreachable', 'connection refused'),
      ],
    },
  );
  expect(await printedRow(vpnPanels, namespace, 'amsterdam')).toEqual({
    normal: {
      Name: 'amsterdam',
      Ready: 'Unreachable',
      Product: '3x-ui',
      Version: 'v2.9.4',
      Clients: 12,
      Pending: 3,
      Since: age,
      Age: age,
    },
    wide: { URL: 'https://panel.example.com/', Message: 'no answer from panel.example.com' },
  });
});

it('says of a plan whether it can be sold, and for how much', async () => {
  await store(
    vpnPlans,
    'month',
    { title: { default: 'One month' }, period: 'P30D', prices: [{ currency: 'RUB', amount: '199.00' }] },
    {
      sellable: false,
      summary: '0/2',
      panels: { selected: 2, ready: 0 },
      conditions: [
        condition('Sellable', 'False', 'TooFewPanels', '0 of 2 panels can take a subscription, 1 is needed'),
      ],
    },
  );
  expect(await printedRow(vpnPlans, namespace, 'month')).toEqual({
    normal: {
      Name: 'month',
      Sellable: false,
      Panels: '0/2',
      Period: 'P30D',
      Price: '199.00',
      Currency: 'RUB',
      Visibility: 'Public',
      Age: age,
    },
    wide: { Message: '0 of 2 panels can take a subscription, 1 is needed' },
  });
});

it('says of a subscription that it is ready, on how many panels, and until when', async () => {
  await store(
    vpnSubscriptions,
    'alice',
    { planRef: { name: 'month' }, expiresAt: '2036-01-01T00:00:00Z' },
    {
      subscriptionId: '0199d7a2-6d3f-7c31-9b1e-3f1f1c1f6a10',
      delivered: '2/2',
      conditions: [condition('Ready', 'True', 'Ready', 'on 2 of 2 panels')],
    },
  );
  expect(await printedRow(vpnSubscriptions, namespace, 'alice')).toEqual({
    normal: {
      Name: 'alice',
      Status: 'Ready',
      Panels: '2/2',
      Plan: 'month',
      Expires: '2036-01-01T00:00:00Z',
      Age: age,
    },
    wide: { ID: '0199d7a2-6d3f-7c31-9b1e-3f1f1c1f6a10', Message: 'on 2 of 2 panels' },
  });
});

it('says of a shop whether it sells, through which bot, and with how many payment methods', async () => {
  await store(
    vpnShops,
    'example',
    {
      title: { default: 'Example VPN' },
      bot: { tokenSecretRef: { name: 'example-bot' } },
      baseCurrency: 'RUB',
      payments: { methods: [{ name: 'stars', provider: 'Stars' }] },
    },
    {
      botUserName: 'example_vpn_bot',
      botId: 7_000_000_001,
      updates: 'Polling',
      summary: '1/1',
      methods: [{ name: 'stars', provider: 'Stars', usable: true, reason: 'Usable' }],
      conditions: [condition('Ready', 'True', 'Ready', '@example_vpn_bot answers; 1 of 1 payment methods usable')],
    },
  );
  expect(await printedRow(vpnShops, namespace, 'example')).toEqual({
    normal: {
      Name: 'example',
      Ready: 'Ready',
      Bot: 'example_vpn_bot',
      Mode: 'Live',
      Methods: '1/1',
      Updates: 'Polling',
      Age: age,
    },
    wide: { Message: '@example_vpn_bot answers; 1 of 1 payment methods usable' },
  });
  expect(await select(vpnShops, 'spec.mode=Live')).toEqual(['example']);
  expect(await select(vpnShops, 'spec.mode=Test')).toEqual([]);
});

it('selects subscriptions by plan, plans by visibility, panels by mode and scheduling', async () => {
  await store(vpnSubscriptions, 'bob', { panelSelector: {} }, { delivered: '0/0' });
  const panel = { url: 'https://de.example.com/', credentialsSecretRef: { name: 'frankfurt' } };
  await store(vpnPanels, 'frankfurt', { ...panel, mode: 'Observe', scheduling: 'Draining' }, { product: '3x-ui' });
  expect(await select(vpnSubscriptions, 'spec.planRef.name=month')).toEqual(['alice']);
  expect(await select(vpnSubscriptions, 'spec.planRef.name=')).toEqual(['bob']);
  expect(await select(vpnPlans, 'spec.visibility=Public')).toEqual(['month']);
  expect(await select(vpnPlans, 'spec.visibility=Trial')).toEqual([]);
  expect(await select(vpnPanels, 'spec.mode=Manage')).toEqual(['amsterdam']);
  expect(await select(vpnPanels, 'spec.scheduling=Draining')).toEqual(['frankfurt']);
});
