import type { Resource } from './objects.ts';

/** The API path of a collection, an object or its subresource; `namespace` is ignored for cluster-scoped kinds. */
export function pathOf(resource: Resource, namespace?: string, name?: string, subresource?: string): string {
  const root = resource.group === '' ? `/api/${resource.version}` : `/apis/${resource.group}/${resource.version}`;
  const scope = resource.namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  const object = name === undefined ? '' : `/${encodeURIComponent(name)}`;
  return `${root}${scope}/${resource.plural}${object}${subresource === undefined ? '' : `/${subresource}`}`;
}

/** `path` with the defined ones of `parameters` as its query. */
export function withQuery(path: string, parameters: Record<string, string | number | boolean | undefined>): string {
  const query = Object.entries(parameters)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`)
    .join('&');
  return query === '' ? path : `${path}?${query}`;
}

/** What a request is about, for error messages: `GET Lease kube-system/wayleave`. */
export function describeCall(method: string, resource: Resource, namespace?: string, name?: string): string {
  const where = [namespace, name].filter((part) => part !== undefined).join('/');
  return where === '' ? `${method} ${resource.kind}` : `${method} ${resource.kind} ${where}`;
}
