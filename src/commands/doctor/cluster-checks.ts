import { customResourceDefinitions } from '../../api/schema/crd.ts';
import { leaseName as operatorLeaseName } from '../../controllers/operator.ts';
import { isKubeError, type KubeClient, type KubeObject, type Lease, type Resource } from '../../kube/index.ts';
import { botLeaseName, shopLeaseName } from '../bot/lease-names.ts';
import { buildVersion } from '../build.ts';
import { isContained } from './contained.ts';
import { fail, ok, outOfReach, skip, warn, type Check, type Seen } from './finding.ts';
import { judgeLease } from './judge-lease.ts';
import type { Surroundings } from '../surroundings.ts';

/** The chart's `kubeVersion`, and why: selectable fields of our own kinds. */
const oldestMinor = 31;

const definitions: Resource = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  plural: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
  namespaced: false,
};

export function clusterChecks(around: Surroundings): readonly Check[] {
  const { cluster, shops, namespace } = around;
  if ('why' in cluster) {
    const mend = 'give --kubeconfig (KUBECONFIG) of a cluster that answers, or run it in a pod';
    return [
      { name: 'cluster', look: () => Promise.resolve([fail(cluster.why, mend)]) },
      ...['definitions', 'leases'].map((name) => outOfReach(name, 'the cluster is out of reach')),
    ];
  }
  const client = cluster.it;
  const names = [
    operatorLeaseName,
    botLeaseName,
    ...('it' in shops
      ? shops.it.map(({ metadata }) => shopLeaseName({ name: metadata.name, namespace: metadata.namespace ?? '' }))
      : []),
  ];
  return [
    { name: 'cluster', look: (signal) => lookAtVersion(client, signal) },
    { name: 'definitions', look: (signal) => lookAtDefinitions(client, signal) },
    ...names.map((name) => ({
      name: `lease ${name}`,
      look: async (signal: AbortSignal) => [await lookAtLease(client, namespace, name, signal)],
    })),
  ];
}

async function lookAtVersion(client: KubeClient, signal: AbortSignal): Promise<readonly Seen[]> {
  const { status, body } = await client.raw('GET', '/version', { signal });
  const { gitVersion, minor = '' } = body as { readonly gitVersion?: string; readonly minor?: string };
  if (status !== 200 || gitVersion === undefined) return [warn(`does not say its version (HTTP ${String(status)})`)];
  // GKE and EKS write `31+`.
  if (Number.parseInt(minor, 10) >= oldestMinor) return [ok(`Kubernetes ${gitVersion}`)];
  return [fail(`Kubernetes ${gitVersion} is too old`, `Wayleave needs 1.${String(oldestMinor)} or newer`)];
}

async function lookAtDefinitions(client: KubeClient, signal: AbortSignal): Promise<readonly Seen[]> {
  const seen = await Promise.all(
    customResourceDefinitions().map(async ({ metadata: { name }, spec }): Promise<Seen | undefined> => {
      const mend =
        'upgrade the release of the chart; without Helm apply crds/ of this version: kubectl apply --server-side -f crds/';
      try {
        const found = await client.find<KubeObject & { readonly spec: object }>(definitions, undefined, name, {
          signal,
        });
        if (found === undefined) return fail(`${name} is not installed`, mend);
        if (isContained(spec, found.spec)) return undefined;
        return warn(`${name} is not that of version ${buildVersion}`, mend);
      } catch (thrown) {
        if (!isKubeError(thrown, 'KUBE_FORBIDDEN')) throw thrown;
        return skip(`${name} may not be read by this account`);
      }
    }),
  );
  const wrong = seen.filter((one) => one !== undefined);
  return wrong.length > 0 ? wrong : [ok(`${String(seen.length)} kinds of version ${buildVersion}`)];
}

async function lookAtLease(client: KubeClient, namespace: string, name: string, signal: AbortSignal): Promise<Seen> {
  const path = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/${name}`;
  // Its times are of somebody's clock that is not ours: they are compared with that of the API server.
  const { status, body, date } = await client.raw('GET', path, { signal });
  if (status === 404) return judgeLease(undefined, 0);
  if (status !== 200) return skip(`may not be read by this account (HTTP ${String(status)})`);
  return judgeLease(body as Lease, Date.parse(date ?? '') || Date.now());
}
