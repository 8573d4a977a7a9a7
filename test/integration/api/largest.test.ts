import { afterAll, beforeAll, expect, it } from 'vitest';

import { currencies } from '../../../src/api/money.ts';
import type { KubeClient } from '../../../src/kube/index.ts';
import { freshNamespace } from '../../support/namespace.ts';
import { connect, dryRun } from './api-server.ts';
import type { KindCases } from './cases/case.ts';
import { manifest } from './cases/manifest.ts';
import { panelCases } from './cases/panel.ts';
import { planCases } from './cases/plan.ts';
import { shopCases } from './cases/shop.ts';
import { subscriptionCases } from './cases/subscription.ts';

let client: KubeClient;
let namespace: string;

beforeAll(async () => {
  client = await connect();
  namespace = await freshNamespace('api');
});
afterAll(() => client.close());

function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

/** Different from all others by its end, so that comparing two has to read all of both. */
function long(length: number, index: number): string {
  return String(index).padStart(length, 'x');
}

const hostName = `${`${'h'.repeat(63)}.`.repeat(3)}${'h'.repeat(61)}`;

const panelSelector = {
  matchLabels: Object.fromEntries(times(16, (index) => [`${'d'.repeat(253)}/${long(63, index)}`, 'v'.repeat(63)])),
  matchExpressions: times(16, (index) => ({
    key: `${'d'.repeat(253)}/${long(63, index)}`,
    operator: 'In',
    values: times(32, (value) => long(63, value)),
  })),
};

const title = Object.fromEntries(
  ['default', ...times(7, (index) => `e${'abcdefg'[index] ?? ''}`)].map((key) => [key, 'ü'.repeat(128)]),
);

const largest: readonly [KindCases, object][] = [
  [
    panelCases,
    {
      url: `https://${hostName}/${'p'.repeat(1700)}`,
      caBundle: `-----BEGIN CERTIFICATE-----\n${'M'.repeat(65_000)}\n-----END CERTIFICATE-----\n`,
      inbounds: times(64, (index) => ({
        name: long(63, index),
        match: { tag: long(128, index) },
        endpoints: times(16, () => ({ address: hostName, port: 443, remark: '🇳🇱'.repeat(64), serverName: hostName })),
      })),
    },
  ],
  [
    planCases,
    {
      title,
      panelSelector,
      prices: currencies.map((currency) => ({ currency, amount: '999999999999' })),
      paymentMethods: times(16, (index) => long(32, index)),
    },
  ],
  [subscriptionCases, { title, panelSelector }],
  [
    shopCases,
    {
      title,
      bot: {
        tokenSecretRef: { name: long(253, 0) },
        updates: 'Webhook',
        webhookUrl: `https://${hostName}/${'p'.repeat(700)}`,
      },
      publicUrl: `https://${hostName}/${'p'.repeat(700)}`,
      subscriptions: {
        title,
        webPageUrl: `https://${hostName}/${'p'.repeat(1700)}`,
        announce: { text: title, url: `https://${hostName}/${'p'.repeat(1700)}` },
        apps: times(32, (index) => ({ userAgentPrefix: long(64, index), format: 'sing-box-legacy' })),
        happ: { routing: `happ://routing/${'e'.repeat(4000)}`, hideSettings: true },
        otherPublicUrls: times(8, (index) => `https://${hostName}/${String(index)}${'p'.repeat(200)}`),
      },
      languages: {
        default: 'en',
        offered: ['en', ...times(15, (index) => `e${'abcdefghijklmno'[index] ?? ''}${'-abcdefgh'.repeat(3)}`)],
      },
      terms: { url: `https://${hostName}/${'p'.repeat(1700)}`, version: 'ü'.repeat(64) },
      channel: { id: '-1001234567890123456', url: `https://${hostName}/${'p'.repeat(1700)}` },
      support: { telegram: `@${'s'.repeat(32)}`, url: `https://${hostName}/${'p'.repeat(1700)}` },
      reminders: { expiry: times(8, (index) => `-${String(index + 100)}h`), trafficPercent: [1, 2, 3, 100] },
      payments: {
        methods: times(8, (index) => ({
          name: long(32, index),
          provider: 'Manual',
          title,
          currency: 'RUB',
          secretRef: { name: long(253, index) },
        })),
        rules: times(32, () => ({
          plans: times(64, (index) => long(63, index)),
          methods: times(8, (index) => long(32, index)),
        })),
      },
    },
  ],
];

// Rules have a budget at run time as well: an object within all bounds must not be refused for being dear to check.
it.each(largest)('the API server can afford to check the largest $kind', async (cases, spec) => {
  const verdict = await dryRun(client, manifest(cases, namespace, 'largest', { spec }));
  expect(verdict.words).toEqual([]);
  expect(verdict.status).toBe(201);
});
