import { afterAll, beforeAll, expect, it } from 'vitest';
import { chartFolder, openHelm, type Helm } from '../../support/helm.ts';

const publicUrl = 'https://sub.example.com';
const database = { existingSecret: { name: 'wayleave-database' } };
const fine = { publicUrl, database };

/** Values that cannot be, and what is said about them: where it is and what is wrong. */
const table: readonly (readonly [string, object, readonly RegExp[]])[] = [
  ['no address', { database }, [/publicUrl is required/, /https:\/\/sub\.example\.com/]],
  ['an address that is none', { ...fine, publicUrl: 'sub.example.com' }, [/publicUrl/, /does not match pattern/]],
  ['a query in it', { ...fine, publicUrl: 'https://sub.example.com/?a=b' }, [/publicUrl/, /does not match pattern/]],
  ['no database', { publicUrl }, [/Postgres is required/, /database\.existingSecret\.name/, /database\.embedded/]],
  [
    'two databases',
    { publicUrl, database: { ...database, embedded: { enabled: true } } },
    [/database\.existingSecret\.name and database\.embedded\.enabled exclude each other/],
  ],
  ['a name that does not exist', { ...fine, replicas: 3 }, [/additional properties 'replicas' not allowed/]],
  ['one inside of another', { ...fine, bot: { replica: 3 } }, [/bot/, /additional properties 'replica' not allowed/]],
  ['text for a number', { ...fine, operator: { replicas: 'two' } }, [/operator\/replicas/, /want integer/]],
  [
    'a collector that is no address',
    { ...fine, tracing: { endpoint: 'collector:4318' } },
    [/tracing\/endpoint/, /pattern/],
  ],
  ['too many', { ...fine, operator: { replicas: 10 } }, [/operator\/replicas/, /maximum/]],
  ['a text for a switch', { ...fine, bot: { enabled: 'no' } }, [/bot\/enabled/, /want boolean/]],
  ['an unknown level', { ...fine, log: { level: 'trace' } }, [/log\/level/, /'debug', 'info', 'warn', 'error'/]],
  ['a duration without a unit', { ...fine, leaderElection: { leaseDuration: '15' } }, [/leaseDuration/, /pattern/]],
  [
    'an amount that is none',
    { ...fine, bot: { resources: { limits: { memory: 'much' } } } },
    [/bot\/resources\/limits\/memory/, /pattern/],
  ],
  ['a tag in the digest', { ...fine, image: { digest: 'latest' } }, [/image\/digest/, /pattern/]],
  ['a network that is none', { ...fine, networkPolicy: { botExcept: ['all'] } }, [/botExcept/, /pattern/]],
  [
    'autoscaling the wrong way round',
    { ...fine, subscriptions: { autoscaling: { enabled: true, minReplicas: 5, maxReplicas: 3 } } },
    [/minReplicas \(5\) is above maxReplicas \(3\)/],
  ],
  [
    'webhooks without a host',
    { ...fine, bot: { webhooks: { ingress: { enabled: true } } } },
    [/bot\.webhooks\.host is required/],
  ],
  [
    'a route to nowhere',
    { ...fine, subscriptions: { httpRoute: { enabled: true } } },
    [/subscriptions\.httpRoute\.parentRefs is required/],
  ],
  [
    'a store without a name',
    { ...fine, externalSecrets: { database: 'wayleave' } },
    [/externalSecrets\.store\.name is required/],
  ],
  [
    'a label by which the chart finds its own',
    { ...fine, commonLabels: { 'app.kubernetes.io/component': 'vpn' } },
    [/commonLabels\/app\.kubernetes\.io~1component/],
  ],
  [
    'the same on pods',
    { ...fine, bot: { pods: { labels: { 'app.kubernetes.io/name': 'bot' } } } },
    [/bot\/pods\/labels/],
  ],
  ['a name that Kubernetes refuses', { ...fine, fullnameOverride: 'Wayleave' }, [/fullnameOverride/, /pattern/]],
  ['a tag with more in it', { ...fine, image: { tag: '0.1.0@sha256:00' } }, [/image\/tag/, /pattern/]],
  [
    'autoscaling by per cent of nothing',
    { ...fine, subscriptions: { autoscaling: { enabled: true }, resources: { requests: { cpu: null } } } },
    [/subscriptions\.resources\.requests\.cpu is required/],
  ],
  [
    'an Ingress for a number',
    { ...fine, publicUrl: 'https://192.0.2.1/s', subscriptions: { ingress: { enabled: true } } },
    [/publicUrl \(https:\/\/192\.0\.2\.1\/s\) must have a name/],
  ],
  [
    'networks that the bot would reach all the same',
    { ...fine, networkPolicy: { botExcept: ['192.0.2.0/24'] } },
    [/networkPolicy\.apiServerPeers is required beside networkPolicy\.botExcept/, /port 443/],
  ],
  [
    'two who bring the token key',
    { ...fine, externalSecrets: { store: { name: 'vault' }, tokenKey: 'wayleave' } },
    [/tokenKey\.generate must be false/],
  ],
];

let helm: Helm;
beforeAll(async () => {
  helm = await openHelm();
}, 300_000);
afterAll(() => helm.close());

it.each(table)('the chart refuses %s, and says where and why', async (_, values, says) => {
  const { code, stderr } = await helm.tries(['template', 'wayleave', chartFolder], values);
  expect(code).not.toBe(0);
  for (const words of says) expect(stderr).toMatch(words);
});

it('the chart refuses a Kubernetes that is too old', async () => {
  const { code, stderr } = await helm.tries(['template', 'wayleave', chartFolder, '--kube-version', '1.30.9'], fine);
  expect(code).not.toBe(0);
  expect(stderr).toMatch(/chart requires kubeVersion: >=1\.31\.0-0/);
});
