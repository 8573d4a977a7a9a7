import { namespaces } from '../../../src/controllers/kube-resources.ts';
import { isKubeError, type KubeClient, type KubeObject } from '../../../src/kube/index.ts';
import type { Ground } from './ground.ts';
import { helmOnRelease } from './install.ts';
import { definitions, ownResources } from './resources.ts';
import { shopOf, storyLabels, type Site } from './site.ts';
import { until, type Look, type Waiting } from './until.ts';

/** What a story leaves in a cluster, which is what an uninstallation keeps and what surrounds it. */
export interface Leftovers {
  readonly namespaces: readonly string[];
  /** Definitions of the release in the story's namespace. */
  readonly definitions: readonly string[];
}

/** Helm says of everything that it makes in which namespace its release is. */
const releaseNamespace = 'meta.helm.sh/release-namespace';

/** What there is of a story in these namespaces; nothing of anybody else's. */
export async function findLeftovers(client: KubeClient, system: string): Promise<Leftovers> {
  const found: string[] = [];
  for (const name of [system, shopOf(system)]) {
    const namespace = await client.find<KubeObject>(namespaces, undefined, name);
    if (namespace !== undefined && isOfStory(namespace)) found.push(name);
  }
  const made: string[] = [];
  for (const { plural, group } of ownResources) {
    const definition = await client.find<KubeObject>(definitions, undefined, `${plural}.${group}`);
    if (definition?.metadata.annotations?.[releaseNamespace] === system) made.push(definition.metadata.name);
  }
  return { namespaces: found, definitions: made };
}

export function isOfStory({ metadata }: KubeObject): boolean {
  return Object.entries(storyLabels).every(([key, value]) => metadata.labels?.[key] === value);
}

/**
 * Takes away what a story made, in whatever state it is: the release, the resources, the definitions, the namespaces. The
 * panel goes too, so nobody has to be taken off it first.
 *
 * @throws Error with what is still there when the time is over
 */
export async function tearDown(ground: Ground, site: Pick<Site, 'system'>, waiting: Waiting): Promise<void> {
  const { client } = ground;
  const found = await findLeftovers(client, site.system);
  if (found.namespaces.includes(site.system)) {
    waiting.progress('uninstalling the release');
    await helmOnRelease(ground, 'uninstall', site).catch((error: unknown) => {
      // Uninstalled by the story itself, or never installed.
      if (!/not found/i.test(String(error))) throw error;
    });
  }
  for (const name of found.definitions) await client.delete(definitions, undefined, name);
  for (const name of found.namespaces) await client.delete(namespaces, undefined, name);
  await until('an empty cluster', { ...waiting, limitMs: 180_000 }, async (): Promise<Look<true>> => {
    // Again and again: an operator that is about to end may still add some.
    await releaseFinalizers(client, shopOf(site.system));
    const left = await findLeftovers(client, site.system);
    const names = [...left.namespaces.map((name) => `namespace ${name}`), ...left.definitions];
    return names.length === 0 ? { found: true } : { waiting: `waiting for the end of ${names.join(', ')}` };
  });
}

/** Nobody is left to do what finalizers wait for. */
async function releaseFinalizers(client: KubeClient, namespace: string): Promise<void> {
  for (const resource of ownResources) {
    for (const { metadata } of await listIfDefined(client, resource, namespace)) {
      if ((metadata.finalizers ?? []).length === 0) continue;
      const operation = { op: 'remove', path: '/metadata/finalizers' } as const;
      await client.patchJson(resource, namespace, metadata.name, [operation]).catch((error: unknown) => {
        if (!isKubeError(error, 'KUBE_NOT_FOUND')) throw error;
      });
    }
  }
}

/** An installation that failed at once has no definitions. */
async function listIfDefined(
  client: KubeClient,
  resource: (typeof ownResources)[number],
  namespace: string,
): Promise<readonly KubeObject[]> {
  try {
    return (await client.list<KubeObject>(resource, { namespace })).items;
  } catch (error) {
    if (isKubeError(error, 'KUBE_NOT_FOUND', 'KUBE_NONSENSE')) return [];
    throw error;
  }
}
