import { fieldManagers, type ResourceDescriptor } from '../api/index.ts';
import type { KubeClient, KubeObject } from '../kube/index.ts';

/** Applies the whole status of an object of ours; the operator alone owns it. */
export async function writeStatus(
  client: KubeClient,
  resource: ResourceDescriptor,
  { apiVersion, kind, metadata: { name, namespace } }: KubeObject,
  status: object,
): Promise<void> {
  const metadata = { name, ...(namespace === undefined ? {} : { namespace }) };
  const object: KubeObject & { status: object } = { apiVersion, kind, metadata, status };
  await client.applyStatus(resource, object, { fieldManager: fieldManagers.operator, force: true });
}
