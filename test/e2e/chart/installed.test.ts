import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { perform } from '../../../scripts/e2e/perform.ts';
import { preflight } from '../../../scripts/e2e/preflight.ts';
import { vpnPanels, vpnSubscriptions } from '../../../src/api/index.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { silentLog } from '../../../src/base/log.ts';
import { Screen } from '../../../src/commands/up/screen.ts';
import type { Secret } from '../../../src/controllers/kube-resources.ts';
import { eventResource, loadKubeClient, type KubeClient, type KubeObject } from '../../../src/kube/index.ts';
import { startChartCluster, type ChartCluster } from '../../support/chart-cluster.ts';
import { startFront, type Front } from '../../support/front.ts';
import { chartFolder } from '../../support/helm.ts';
import { secretResource } from '../../support/manifests.ts';
import { installClock, passTime } from '../../support/money/clock.ts';
import { startPostgres, type Postgres } from '../../support/postgres.ts';
import { isReady } from '../../support/shop-world/people.ts';
import { findLeftovers } from '../story/tear-down.ts';
import { localGround } from './local-ground.ts';
import { buysTheMonth, createShop, handMade, soon, type Shop } from './shop.ts';
import { unusedRights, type Installation } from './used-rights.ts';

let cluster: ChartCluster;
let client: KubeClient;

beforeAll(async () => {
  cluster = await startChartCluster();
  client = await loadKubeClient({ kubeconfig: cluster.plane.kubeconfig, log: silentLog, userAgent: 'test' });
}, 900_000);
afterAll(async () => {
  await client.close();
  await cluster.stop();
}, 120_000);

const restricted = { 'pod-security.kubernetes.io/enforce': 'restricted' };

async function makeNamespace(name: string, labels: Record<string, string> = {}): Promise<void> {
  const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
  const { status } = await cluster.plane.request('POST', '/api/v1/namespaces', { body });
  expect(status).toBe(201);
}

function helm(action: string, namespace: string, values?: object, more: readonly string[] = []): Promise<string> {
  const chart = ['install', 'upgrade'].includes(action) ? [chartFolder] : [];
  const patience = action === 'test' ? ['--timeout=10m'] : ['--wait', '--timeout=10m'];
  return cluster.helm.run([action, 'wayleave', ...more, ...chart, '--namespace', namespace, ...patience], values);
}

async function secret(namespace: string, name: string): Promise<Readonly<Record<string, string>> | undefined> {
  const found = await client.find<Secret>(secretResource, namespace, name);
  return (
    found &&
    Object.fromEntries(
      Object.entries(found.data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]),
    )
  );
}

/** The link in what a customer was last told. */
function linkOf(text: string): string {
  const [link] = /http:\/\/\S+\/sub\/[\w-]+/.exec(text) ?? [];
  if (link === undefined) throw new Error(`there is no link in: ${text}`);
  return link;
}

async function listOf(link: string): Promise<string> {
  const answer = await fetch(link);
  if (!answer.ok) throw new Error(`${link} answered ${answer.status}`);
  return Buffer.from(await answer.text(), 'base64').toString('utf8');
}

/** Asks until it is stopped, at the pace that the service allows one customer. */
function askForEver(link: string, expected: string): { stop(): Promise<{ asked: number; failures: string[] }> } {
  const stop = new AbortController();
  const failures: string[] = [];
  const asking: Promise<void>[] = [];
  const ask = async (): Promise<void> => {
    const answer = await fetch(link).catch((error: unknown) => new Response(String(error), { status: 599 }));
    const text = await answer.text();
    const isRight = answer.ok && Buffer.from(text, 'base64').toString('utf8') === expected;
    if (!isRight) failures.push(`${answer.status}: ${text.slice(0, 200)}`);
  };
  const ticking = (async () => {
    while (!stop.signal.aborted) {
      asking.push(ask());
      await delay(700);
    }
  })();
  return {
    async stop() {
      stop.abort();
      await ticking;
      await Promise.all(asking);
      return { asked: asking.length, failures };
    },
  };
}

describe('as a person installs it who has nothing yet', () => {
  const system = 'story';
  const nothing = { namespaces: [], definitions: [] };

  /** What `npm run e2e` does, on this cluster. @param stopAt the act at whose start somebody presses Ctrl-C */
  async function tellStory(stopAt?: string): Promise<{ readonly acts: readonly string[]; readonly failure: unknown }> {
    const stop = new AbortController();
    let shown = '';
    const write = (text: string): void => {
      shown += text;
      if (stopAt !== undefined && text.startsWith(`✓ ${stopAt} `)) stop.abort();
    };
    const failure: unknown = await perform({
      screen: new Screen({ write }, systemClock, {}),
      client,
      ground: () => localGround(cluster, client),
      where: 'here',
      system,
      databaseUrl: undefined,
      keep: false,
      signal: stop.signal,
    }).catch((error: unknown) => error);
    if (failure !== undefined && stopAt === undefined) throw new Error(shown, { cause: failure });
    return { acts: [...shown.matchAll(/^✓ (.+?) {2,}/gm)].map(([, title = '']) => title), failure };
  }

  it('plays the whole story, and takes everything away again', async () => {
    const { acts } = await tellStory();
    expect(acts).toEqual([
      'Cluster',
      'Namespaces',
      'helm install',
      'Rollout',
      'Panel, Telegram',
      'Shop',
      'Subscription',
      'Purchase',
      'helm test',
      'helm upgrade',
      'helm uninstall',
      'Tear-down',
    ]);
    expect(await findLeftovers(client, system)).toEqual(nothing);
  }, 300_000);

  it('takes everything away when it is stopped in the middle', async () => {
    const { acts, failure } = await tellStory('helm install');
    expect(acts.at(-1)).toBe('Tear-down');
    expect(failure).toMatchObject({ name: 'AbortError' });
    expect(await findLeftovers(client, system)).toEqual(nothing);
  }, 300_000);
});

describe('for all namespaces, with a Postgres of ours', () => {
  const namespace = 'wayleave-system';
  let postgres: Postgres;
  let front: Front;
  let shop: Shop;
  let values: object;
  let link: string;
  let list: string;

  beforeAll(async () => {
    postgres = await startPostgres({ directory: path.join(cluster.directory, 'postgres') });
    const examples = path.resolve(import.meta.dirname, '../../../examples/production');
    await postgres.query(await readFile(path.join(examples, 'postgres-roles.sql'), 'utf8'));
    await postgres.createDatabase('wayleave');
    await postgres.query('alter database wayleave owner to wayleave_owner');
    await makeNamespace(namespace, restricted);
    await makeNamespace('shop');
    const login = (user: string, password: string): string => {
      const url = new URL(postgres.urlOf('wayleave'));
      return Object.assign(url, { username: user, password }).href;
    };
    await client.create(secretResource, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'wayleave-database', namespace },
      stringData: {
        'migrate-url': login('wayleave_owner', 'replace-me-1'),
        'operator-url': login('wayleave_operator_login', 'replace-me-2'),
        'bot-url': login('wayleave_bot_login', 'replace-me-3'),
        'subscriptions-url': login('wayleave_subscriptions_login', 'replace-me-4'),
      },
    } as never);
    shop = await createShop(client, 'shop');
    front = await startFront(() => cluster.kubelet.addressesOf(namespace, 'wayleave-subscriptions'), 9080);
    values = {
      publicUrl: front.url,
      listenHost: '$(POD_IP)',
      database: { existingSecret: { name: 'wayleave-database' } },
      bot: { telegramApiUrl: shop.telegram.apiUrl },
    };
  }, 120_000);
  afterAll(async () => {
    await shop.end();
    await front.stop();
    await postgres.stop();
  });

  it('comes up in an empty database, each part with its own login', async () => {
    const notes = await helm('install', namespace, values);
    expect(notes).toContain(`helm test wayleave -n ${namespace}`);
    const rows = await postgres.query<{ user: string }>(
      `select distinct usename as user from pg_stat_activity where datname = 'wayleave' order by 1`,
    );
    expect(rows.map(({ user }) => user)).toEqual([
      'wayleave_bot_login',
      'wayleave_operator_login',
      'wayleave_subscriptions_login',
    ]);
    // Every part of it says that it is well, through its Service.
    await helm('test', namespace);
  }, 900_000);

  it('is not touched by a story, which would be served by two operators', async () => {
    const attempt = preflight(client, { where: 'here', system: 'story' });
    await expect(attempt).rejects.toThrow(
      `has Wayleave already: there is vpnsubscriptions.wayleave.dev (of the release in namespace ${namespace})`,
    );
  });

  it('sells, and serves what was sold', async () => {
    await shop.open();
    const anna = shop.telegram.user({ firstName: 'Anna' });
    await buysTheMonth(anna);
    link = linkOf((await anna.seesMessage(isReady, { timeoutMs: 180_000 })).text);
    expect(link.startsWith(front.url)).toBe(true);
    list = await listOf(link);
    expect(list).toMatch(/^vless:\/\//);
  });

  it('is upgraded and rolled back without one request that fails', async () => {
    const load = askForEver(link, list);
    await helm('upgrade', namespace, { ...values, pods: { annotations: { 'example.com/version': 'next' } } });
    await helm('rollback', namespace, undefined, ['1']);
    const { asked, failures } = await load.stop();
    expect(failures).toEqual([]);
    expect(asked).toBeGreaterThan(10);
  }, 900_000);

  it('leaves customers, definitions and the token key where they are when it goes, and goes on when it comes back', async () => {
    const key = await secret(namespace, 'wayleave-token-key');
    const before = await shop.sold();
    await helm('uninstall', namespace);
    expect(await secret(namespace, 'wayleave-token-key')).toEqual(key);
    expect((await shop.sold())?.metadata.uid).toBe(before?.metadata.uid);
    // What was bought meanwhile by hand waits for the operator.
    await shop.apply(vpnSubscriptions, handMade('dora', 'shop'));
    await helm('install', namespace, values);
    await shop.becomes('dora', 'True/Ready');
    expect(await secret(namespace, 'wayleave-token-key')).toEqual(key);
    expect(await listOf(link)).toBe(list);
    await helm('uninstall', namespace);
  }, 900_000);
});

describe('for one namespace, with the embedded Postgres', () => {
  const namespace = 'evaluation';
  let shop: Shop;
  let front: Front;
  let values: object;

  beforeAll(async () => {
    await makeNamespace(namespace, restricted);
    await makeNamespace('shop-b');
    shop = await createShop(client, 'shop-b');
    front = await startFront(() => cluster.kubelet.addressesOf(namespace, 'wayleave-subscriptions'), 9080);
    values = {
      publicUrl: front.url,
      watchNamespace: 'shop-b',
      listenHost: '$(POD_IP)',
      database: { embedded: { enabled: true } },
      operator: { replicas: 1 },
      bot: { replicas: 1, telegramApiUrl: shop.telegram.apiUrl },
      subscriptions: { replicas: 1 },
    };
    // The definitions of the release before stayed.
    await helm('install', namespace, { ...values, crds: { enabled: false } });
  }, 900_000);
  afterAll(async () => {
    await shop.end();
    await front.stop();
  });

  async function ownerOfTheSchema(): Promise<Client> {
    const [host = ''] = cluster.kubelet.addressesOf(namespace, 'wayleave-postgres');
    const password = (await secret(namespace, 'wayleave-postgres'))?.['migrate-password'] ?? '';
    const owner = new Client({ host, port: 5432, user: 'wayleave_migrate_login', password, database: 'wayleave' });
    await owner.connect();
    onTestFinished(() => owner.end());
    return owner;
  }

  it('works under exactly the rights that the code declares: each is used, and nothing else is asked for', async () => {
    // The operator makes the token key, because a person was first.
    await shop.open();
    await shop.apply(vpnSubscriptions, handMade('dora', 'shop-b'));
    await shop.becomes('dora', 'True/Ready');
    const connection = await secret('shop-b', 'dora-connection');
    expect(await listOf(connection?.['url'] ?? '')).toMatch(/^vless:\/\//);

    const anna = shop.telegram.user({ firstName: 'Anna' });
    await buysTheMonth(anna);
    await anna.seesMessage(isReady, { timeoutMs: 180_000 });

    await repeatThings();
    await refuseFinalizers();
    // A process that starts looks at what it wrote before; one that ends tells what it has only counted.
    await shop.patch(secretResource, 'dora-connection', { stringData: { url: 'https://example.com/forged' } });
    await helm('upgrade', namespace, { ...values, crds: { enabled: false }, pods: { annotations: { a: 'b' } } });
    await vi.waitFor(async () => expect(await secret('shop-b', 'dora-connection')).toEqual(connection), soon);

    const owner = await ownerOfTheSchema();
    await installClock(owner);
    await passTime(owner, 62 * 86_400);
    await vi.waitFor(async () => expect(await shop.sold()).toBeUndefined(), soon);

    await client.delete(secretResource, 'shop-b', 'nl-credentials');
    await client.delete(vpnPanels, 'shop-b', 'nl');
    await vi.waitFor(async () => expect(await client.find(vpnPanels, 'shop-b', 'nl')).toBeUndefined(), soon);

    const installations: readonly Installation[] = [
      { namespace, watchNamespace: 'shop-b' },
      { namespace: 'wayleave-system', watchNamespace: undefined },
    ];
    const asked = cluster.recorder
      .asked((user) => installations.some((one) => user.startsWith(`system:serviceaccount:${one.namespace}:`)))
      // Whether somebody may do everything is what the API server's admission asks first of all; nobody here may.
      .filter(({ group }) => group !== '*');
    expect(unusedRights(installations, asked)).toEqual({ forbidden: [], unused: [] });
  }, 900_000);

  /** The same event twice is one Event and a patch. */
  async function repeatThings(): Promise<void> {
    const name = (await shop.sold())?.metadata.name ?? '';
    for (const paused of [true, false, true, false]) {
      await shop.patch(vpnPanels, 'nl', { spec: { paused } });
      await vi.waitFor(async () => {
        const panel = await client.get<{ status?: { conditions?: { type: string; reason: string }[] } }>(
          vpnPanels,
          'shop-b',
          'nl',
        );
        const reason = panel.status?.conditions?.find(({ type }) => type === 'Ready')?.reason;
        expect(reason).toBe(paused ? 'Paused' : 'Ready');
      }, soon);
    }
    // An edit in the very moment of a repair is repaired along with the one before, without being told.
    await vi.waitFor(
      async () => {
        await shop.patch(vpnSubscriptions, name, { spec: { expiresAt: '2030-01-01T00:00:00Z' } });
        await vi.waitFor(async () => {
          const found = await client.get<{ spec: { expiresAt: string } }>(vpnSubscriptions, 'shop-b', name);
          expect(found.spec.expiresAt).not.toBe('2030-01-01T00:00:00Z');
        }, soon);
        const events = await client.list<KubeObject & { reason: string; series?: { count: number } }>(eventResource, {
          namespace: 'shop-b',
        });
        const told = events.items.filter(({ reason }) => reason === 'EntitlementOverridden');
        expect(Math.max(...told.map(({ series }) => series?.count ?? 1))).toBeGreaterThan(1);
      },
      { ...soon, interval: 1_000 },
    );
  }

  /** An object that cannot be written as it was read is read again: that is what `get` is for. */
  async function refuseFinalizers(): Promise<void> {
    const policies = '/apis/admissionregistration.k8s.io/v1';
    const account = `system:serviceaccount:${namespace}:wayleave-operator`;
    const made = await cluster.plane.request('POST', `${policies}/validatingadmissionpolicies`, {
      body: {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingAdmissionPolicy',
        metadata: { name: 'refuse' },
        spec: {
          matchConstraints: {
            resourceRules: [
              {
                apiGroups: ['wayleave.dev'],
                apiVersions: ['*'],
                resources: ['vpnpanels', 'vpnsubscriptions'],
                operations: ['UPDATE'],
              },
            ],
          },
          matchConditions: [
            { name: 'who', expression: `request.userInfo.username == '${account}'` },
            { name: 'what', expression: `object.metadata.name == 'refused'` },
          ],
          validations: [{ expression: 'false', reason: 'Invalid', message: 'changed meanwhile' }],
        },
      },
    });
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    const bound = await cluster.plane.request('POST', `${policies}/validatingadmissionpolicybindings`, {
      body: {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingAdmissionPolicyBinding',
        metadata: { name: 'refuse' },
        spec: { policyName: 'refuse', validationActions: ['Deny'] },
      },
    });
    expect(bound.status).toBe(201);
    const panel = await client.get<{ spec: object }>(vpnPanels, 'shop-b', 'nl');
    // A policy takes effect a moment after it was made.
    await vi.waitFor(
      async () => {
        for (const resource of [vpnPanels, vpnSubscriptions]) {
          await client.delete(resource, 'shop-b', 'refused').catch(() => undefined);
        }
        await shop.apply(vpnSubscriptions, handMade('refused', 'shop-b'));
        await shop.apply(vpnPanels, {
          apiVersion: 'wayleave.dev/v1alpha1',
          kind: 'VPNPanel',
          metadata: { name: 'refused', namespace: 'shop-b' },
          spec: panel.spec,
        } as never);
        await vi.waitFor(
          () => {
            const read = cluster.recorder
              .asked((user) => user === account)
              .filter(({ verb, name }) => verb === 'get' && name === 'refused')
              .map(({ resource }) => resource);
            expect(read.toSorted()).toEqual(['vpnpanels', 'vpnsubscriptions']);
          },
          { timeout: 5_000, interval: 100 },
        );
      },
      { timeout: 180_000, interval: 100 },
    );
    await cluster.plane.request('DELETE', `${policies}/validatingadmissionpolicybindings/refuse`);
    await cluster.plane.request('DELETE', `${policies}/validatingadmissionpolicies/refuse`);
    for (const resource of [vpnPanels, vpnSubscriptions]) await client.delete(resource, 'shop-b', 'refused');
    await vi.waitFor(async () => {
      for (const resource of [vpnPanels, vpnSubscriptions]) {
        expect(await client.find(resource, 'shop-b', 'refused')).toBeUndefined();
      }
    }, soon);
  }
});
