import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { KubeClient } from '../../../src/kube/index.ts';
import { connect, dryRun } from './api-server.ts';
import { ruleCases } from './cases/index.ts';
import { manifest } from './cases/manifest.ts';
import { freshNamespace } from '../../support/namespace.ts';

/** What the static types promise to be there, whatever was written. */
const defaults: Readonly<Record<string, object>> = {
  VPNPanel: { driver: 'Auto', mode: 'Manage', scheduling: 'Active', paused: false, pollIntervalSeconds: 45 },
  VPNPlan: { trafficReset: 'Never', minPanels: 1, visibility: 'Public', order: 0 },
  VPNSubscription: {
    entitlementAccess: 'Granted',
    suspended: false,
    paused: false,
    credentialsGeneration: 1,
    rotationOverlapSeconds: 86_400,
    deletionPolicy: 'Revoke',
    writeConnectionSecret: false,
  },
  VPNShop: {
    mode: 'Live',
    timeZone: 'UTC',
    languages: { default: 'en', offered: ['en', 'ru'] },
    reminders: { expiry: ['-72h', '-24h', '0h', '24h'], trafficPercent: [80, 100] },
    orders: { validMinutes: 60 },
  },
};

let client: KubeClient;
let namespace: string;

beforeAll(async () => {
  client = await connect();
  namespace = await freshNamespace('api');
});
afterAll(() => client.close());

describe.each(ruleCases)('the smallest $kind', (kind) => {
  it('comes back with every default and nothing else', async () => {
    const { body } = await dryRun(client, manifest(kind, namespace, 'smallest', {}));
    expect(body).toMatchObject({ spec: { ...kind.smallest, ...defaults[kind.kind] } });
    expect(Object.keys((body as { spec: object }).spec).toSorted()).toEqual(
      [...Object.keys(kind.smallest), ...Object.keys(defaults[kind.kind] ?? {})].toSorted(),
    );
  });
});
