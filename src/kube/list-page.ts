import type { ListPage } from './calls.ts';
import { KubeError } from './errors.ts';
import type { Resource } from './objects.ts';

/** The body of a list, as it comes. */
export interface ListBody<T> {
  readonly items?: T[] | null;
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
}

/** An empty list of metadata alone comes with `items: null`. Items get the `apiVersion` and `kind` that the API server leaves out inside lists. */
export function pageOf<T>(what: string, resource: Resource, { items, metadata }: ListBody<T>): ListPage<T> {
  if (!(Array.isArray(items) || items === null) || metadata?.resourceVersion === undefined) {
    throw new KubeError('KUBE_NONSENSE', `${what}: the answer is not a list`);
  }
  const apiVersion = resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
  const whole = (items ?? []).map((item) => ({ apiVersion, kind: resource.kind, ...item }));
  const { resourceVersion } = metadata;
  return metadata.continue
    ? { items: whole, resourceVersion, continue: metadata.continue }
    : { items: whole, resourceVersion };
}
