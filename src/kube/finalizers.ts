import type { KubeClient } from './client.ts';
import { isKubeError, KubeError } from './errors.ts';
import { type JsonPatchOperation, type KubeObject, keyOf, type Resource } from './objects.ts';

/** A conflict needs another writer each time; this many in a row is somebody fighting over the list. */
const attempts = 5;

/**
 * Adds a finalizer, unless it is there, and returns the stored object. A JSON patch tests the list that was read, so
 * that two writers cannot drop each other's entry.
 *
 * @throws KubeError KUBE_NOT_FOUND if the object is gone or was made anew, KUBE_INVALID if it is being deleted: the API
 *   server takes no finalizer then
 */
export async function addFinalizer<T extends KubeObject>(
  client: KubeClient,
  resource: Resource,
  object: T,
  name: string,
): Promise<T> {
  const stored = await patched(client, resource, object, (current) => {
    const finalizers = current.metadata.finalizers ?? [];
    if (finalizers.includes(name)) {
      return undefined;
    }
    if (current.metadata.deletionTimestamp !== undefined) {
      throw new KubeError('KUBE_INVALID', `${resource.kind} ${keyOf(object)} is being deleted and takes no finalizer`);
    }
    // A missing list passes a test for null, and only `add` of the whole list can create it.
    return finalizers.length === 0
      ? [
          { op: 'test', path: '/metadata/finalizers', value: null },
          { op: 'add', path: '/metadata/finalizers', value: [name] },
        ]
      : [
          { op: 'test', path: '/metadata/finalizers', value: finalizers },
          { op: 'add', path: '/metadata/finalizers/-', value: name },
        ];
  });
  if (stored === undefined) {
    throw new KubeError('KUBE_NOT_FOUND', `${resource.kind} ${keyOf(object)} is gone and takes no finalizer`);
  }
  return stored;
}

/** Removes a finalizer. An object that is gone, was made anew, or does not carry it is success. */
export async function removeFinalizer(
  client: KubeClient,
  resource: Resource,
  object: KubeObject,
  name: string,
): Promise<void> {
  await patched(client, resource, object, (current) => {
    const index = current.metadata.finalizers?.indexOf(name) ?? -1;
    return index < 0
      ? undefined
      : [
          { op: 'test', path: `/metadata/finalizers/${index}`, value: name },
          { op: 'remove', path: `/metadata/finalizers/${index}` },
        ];
  });
}

/** Patches until it fits what is stored. Returns the object, or undefined if this incarnation is gone. */
async function patched<T extends KubeObject>(
  client: KubeClient,
  resource: Resource,
  object: T,
  plan: (current: T) => JsonPatchOperation[] | undefined,
): Promise<T | undefined> {
  const { namespace, name, uid } = object.metadata;
  let current: T | undefined = object;
  let refused: unknown;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const operations = plan(current);
    if (operations === undefined) {
      return current;
    }
    const sameObject: JsonPatchOperation = { op: 'test', path: '/metadata/uid', value: uid };
    try {
      return await client.patchJson<T>(resource, namespace, name, [sameObject, ...operations]);
    } catch (thrown) {
      // A failed test is 422 Invalid; a lost race inside the API server is 409.
      if (!isKubeError(thrown, 'KUBE_INVALID', 'KUBE_CONFLICT', 'KUBE_NOT_FOUND')) {
        throw thrown;
      }
      refused = thrown;
    }
    current = await client.find<T>(resource, namespace, name);
    if (current === undefined || current.metadata.uid !== uid) {
      return undefined;
    }
  }
  throw refused;
}
