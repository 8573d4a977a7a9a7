import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { type Clock, sleep } from '../../base/clock.ts';
import { isKubeError, type KubeClient, type KubeObject, type Resource } from '../../kube/index.ts';
import { CommandError } from '../command-error.ts';
import type { Sample } from './samples.ts';

/** Who the API server says wrote what `up` wrote. */
const fieldManager = 'wayleave-up';
const pollMs = 100;
const servedWithinMs = 30_000;

const namespaces: Resource = { group: '', version: 'v1', plural: 'namespaces', kind: 'Namespace', namespaced: false };
const definitions: Resource = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  plural: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
  namespaced: false,
};

interface Definition extends KubeObject {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/**
 * Applies every definition of a folder of YAML files and waits until the API server serves them all.
 *
 * @returns how many there were
 */
export async function applyDefinitions(
  client: KubeClient,
  folder: string,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<number> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.yaml')).toSorted();
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  const objects = texts.flatMap((text) => parseAllDocuments(text).map((document) => document.toJS() as Definition));
  for (const object of objects) await client.apply(definitions, object, { fieldManager, force: true, signal });
  for (const { metadata } of objects) {
    await waitFor(`the API server serves ${metadata.name}`, servedWithinMs, { clock, signal }, async () => {
      const { status } = await client.get<Definition>(definitions, undefined, metadata.name, { signal });
      return status?.conditions?.some(({ type, status: value }) => type === 'Established' && value === 'True') === true;
    });
  }
  return objects.length;
}

export async function ensureNamespace(client: KubeClient, name: string): Promise<void> {
  await createIfAbsent(client, {
    resource: namespaces,
    object: { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
  });
}

/** What is there already may have been edited by the person at the keyboard, and stays as it is. @returns whether it was absent */
export async function createIfAbsent(client: KubeClient, { resource, object }: Sample): Promise<boolean> {
  const { namespace, name } = object.metadata;
  if ((await client.find(resource, namespace, name)) !== undefined) return false;
  try {
    await client.create(resource, object);
    return true;
  } catch (error) {
    if (isKubeError(error, 'KUBE_ALREADY_EXISTS')) return false;
    throw error;
  }
}

/** Sets one field of a resource that `up` made, where a port moved. Everything else stays as the person left it. */
export async function correctPanelUrl(client: KubeClient, resource: Resource, wanted: KubeObject): Promise<boolean> {
  const { namespace = '', name } = wanted.metadata;
  const url = (wanted as KubeObject & { spec: { url: string } }).spec.url;
  const found = await client.get<KubeObject & { spec: { url: string } }>(resource, namespace, name);
  if (found.spec.url === url) return false;
  await client.patchJson(resource, namespace, name, [{ op: 'replace', path: '/spec/url', value: url }]);
  return true;
}

/** @throws CommandError when it takes longer, the abort reason when `signal` aborts */
export async function waitFor(
  what: string,
  limitMs: number,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
  holds: () => Promise<boolean>,
): Promise<void> {
  const end = clock.monotonic() + limitMs;
  while (!(await holds())) {
    if (clock.monotonic() >= end) {
      throw new CommandError(`waited ${limitMs / 1000} s in vain until ${what}`, { retry: 'later' });
    }
    await sleep(clock, pollMs, signal);
    signal.throwIfAborted();
  }
}
