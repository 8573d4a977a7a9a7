import {
  vpnPanels,
  vpnPlans,
  vpnShops,
  vpnSubscriptions,
  type VPNSubscription,
  type ResourceDescriptor,
} from '../../api/index.ts';
import { eventResource, type KubeClient, type KubeObject, leaseResource } from '../../kube/index.ts';
import type { Surroundings } from '../surroundings.ts';
import type { Bundle } from './bundle.ts';
import type { Redactor } from './redactor.ts';

const mostUnwell = 50;
const mostEvents = 500;

/** Our resources as they are in the cluster, without what people wrote beside them. */
export async function gatherResources(
  client: KubeClient,
  { namespace, watchNamespace }: Surroundings,
  bundle: Bundle,
  redactor: Redactor,
): Promise<void> {
  const selection = { namespace: watchNamespace };
  const all = async (resource: ResourceDescriptor, where: { namespace?: string | undefined }): Promise<unknown[]> => {
    const items: unknown[] = [];
    for await (const item of client.listAll<KubeObject>(resource, where)) items.push(redactor.value(essence(item)));
    return items;
  };
  await Promise.all([
    ...[vpnPanels, vpnPlans, vpnShops].map((resource) =>
      bundle.gather(resource.plural, async () => {
        bundle.addJson(`resources/${resource.plural}.json`, await all(resource, selection));
      }),
    ),
    bundle.gather(leaseResource.plural, async () => {
      bundle.addJson('cluster/leases.json', await all(leaseResource, { namespace }));
    }),
    bundle.gather(vpnSubscriptions.plural, async () => {
      bundle.addJson('resources/vpnsubscriptions-unwell.json', await unwell(client, watchNamespace, redactor));
    }),
    bundle.gather('events', async () => {
      const { items } = await client.list<KubeObject>(eventResource, { ...selection, limit: mostEvents });
      const ours = items.filter((event) => isOurs(event));
      bundle.addJson(
        'cluster/events.json',
        ours.map((event) => redactor.value(withoutMetadata(event))),
      );
    }),
  ]);
}

/** Subscriptions that are not as they must be; the others are only counted, in the status. */
async function unwell(client: KubeClient, namespace: string | undefined, redactor: Redactor): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const one of client.listAll<VPNSubscription>(vpnSubscriptions, { namespace })) {
    const isWell = one.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;
    if (isWell || found.length === mostUnwell) continue;
    // What it is called on phones is the seller's or the customer's own wording.
    const { title: _, ...spec } = one.spec;
    found.push(redactor.value({ ...essence(one), spec }));
  }
  return found;
}

/** Labels and annotations may say anything, and nothing of ours. */
function essence({ metadata, ...rest }: KubeObject): object {
  const { name, namespace, generation, creationTimestamp, deletionTimestamp } = metadata;
  return { ...rest, metadata: { name, namespace, generation, creationTimestamp, deletionTimestamp } };
}

interface ClusterEvent extends KubeObject {
  readonly reportingController?: string;
  readonly regarding?: { readonly apiVersion?: string };
}

function isOurs(event: ClusterEvent): boolean {
  const { reportingController = '', regarding } = event;
  return reportingController.startsWith('wayleave') || regarding?.apiVersion?.startsWith('wayleave.dev/') === true;
}

function withoutMetadata({ metadata, ...rest }: KubeObject): object {
  return { ...rest, namespace: metadata.namespace };
}
