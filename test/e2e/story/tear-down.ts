import { namespaces } from '../../../src/controllers/kube-resources.ts';
import { isKubeError, type KubeClient, type KubeObject, type Resource } from '../../../src/kube/index.ts';
import type { Ground } from './ground.ts';
import { helmOnRelease } from './install.ts';
import { definitions, ownResources, pods } from './resources.ts';
import { isOfStory, shopOf, type Site } from './site.ts';
import { until, type Look, type Waiting } from './until.ts';

/** What a story leaves in a cluster, which is what an uninstallation keeps and what surrounds it. */
export interface Leftovers {
  readonly namespaces: readonly string[];
  readonly definitions: readonly string[];
}

/** What there is of a story in this namespace and its shop's; nothing of anybody else's. */
export async function findLeftovers(client: KubeClient, system: string): Promise<Leftovers> {
  const ours = async (resource: Resource, names: readonly string[]): Promise<readonly string[]> => {
    const found = await Promise.all(names.map((name) => client.find<KubeObject>(resource, undefined, name)));
    return found.flatMap((object) => (object !== undefined && isOfStory(object, system) ? [object.metadata.name] : []));
  };
  return {
    namespaces: await ours(namespaces, [system, shopOf(system)]),
    definitions: await ours(
      definitions,
      ownResources.map(({ plural, group }) => `${plural}.${group}`),
    ),
  };
}

/**
 * Takes away what a story made, in whatever state it is: the release, the resources, the namespaces, the definitions. The
 * panel goes too, so nobody has to be taken off it first.
 *
 * One after the other is faster than all at once: whoever deletes a namespace or a definition for the API server, and
 * finds something in it, comes back after five seconds, then after ten, twenty and forty.
 *
 * @throws Error with what is still there when the time is over
 */
export async function tearDown(ground: Ground, { system }: Pick<Site, 'system'>, waiting: Waiting): Promise<void> {
  const { client } = ground;
  const found = await findLeftovers(client, system);
  if (found.namespaces.includes(system)) {
    waiting.progress('uninstalling the release');
    await helmOnRelease(ground, 'uninstall', { system }).catch((error: unknown) => {
      // Uninstalled by the story itself, or never installed.
      if (!/not found/i.test(String(error))) throw error;
    });
  }
  await untilNone('the end of what is in the namespaces', waiting, async () => {
    const objects = await Promise.all(found.namespaces.map((namespace) => emptyNamespace(client, namespace)));
    return objects.flat();
  });
  for (const name of found.namespaces) await client.delete(namespaces, undefined, name);
  await untilNone('the end of namespaces', waiting, async () => (await findLeftovers(client, system)).namespaces);
  for (const name of found.definitions) await client.delete(definitions, undefined, name);
  await untilNone('the end of definitions', waiting, async () => (await findLeftovers(client, system)).definitions);
}

async function untilNone(what: string, waiting: Waiting, list: () => Promise<readonly string[]>): Promise<void> {
  await until(what, { ...waiting, limitMs: 180_000 }, async (): Promise<Look<true>> => {
    const names = await list();
    return names.length === 0 ? { found: true } : { waiting: `still there: ${names.join(', ')}` };
  });
}

/** Deletes our resources, which nobody is left to look after, and pods. @returns what is still there */
async function emptyNamespace(client: KubeClient, namespace: string): Promise<readonly string[]> {
  const left: string[] = [];
  for (const resource of [...ownResources, pods]) {
    for (const { metadata } of await listIfDefined(client, resource, namespace)) {
      left.push(`${resource.kind} ${metadata.name}`);
      if (metadata.deletionTimestamp === undefined) await client.delete(resource, namespace, metadata.name);
      // Again and again: an operator that is about to end may still add some.
      if (resource !== pods && metadata.finalizers !== undefined) await dropFinalizers(client, resource, metadata);
    }
  }
  return left;
}

async function dropFinalizers(
  client: KubeClient,
  resource: Resource,
  { namespace, name }: KubeObject['metadata'],
): Promise<void> {
  const operation = { op: 'remove', path: '/metadata/finalizers' } as const;
  await client.patchJson(resource, namespace, name, [operation]).catch((error: unknown) => {
    // Gone, or without finalizers, before us.
    if (!isKubeError(error, 'KUBE_NOT_FOUND', 'KUBE_INVALID')) throw error;
  });
}

/** An installation that failed at once has no definitions. */
async function listIfDefined(
  client: KubeClient,
  resource: Resource,
  namespace: string,
): Promise<readonly KubeObject[]> {
  try {
    return (await client.list<KubeObject>(resource, { namespace })).items;
  } catch (error) {
    if (isKubeError(error, 'KUBE_NOT_FOUND', 'KUBE_NONSENSE')) return [];
    throw error;
  }
}
