import type { KubeClient, KubeObject, Resource } from '../../../src/kube/index.ts';

/** A resource of our size: 1.6 kB stored, with a status subresource. */
export interface Widget extends KubeObject {
  spec: { size: number; text: string };
  status?: { observed: number };
}

export const group = 'bench.wayleave.dev';
export const widgets: Resource = { group, version: 'v1', plural: 'widgets', kind: 'Widget', namespaced: true };
const namespaces: Resource = { group: '', version: 'v1', plural: 'namespaces', kind: 'Namespace', namespaced: false };
const definitions: Resource = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  plural: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
  namespaced: false,
};
const apply = { fieldManager: 'bench', force: true };
const fillers = 16;

/** Installs the kind and returns when the API server serves it. */
export async function installWidgets(client: KubeClient): Promise<void> {
  const object = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: definitions.kind,
    metadata: { name: `${widgets.plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural: widgets.plural, singular: 'widget', kind: widgets.kind },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          subresources: { status: {} },
          schema: { openAPIV3Schema: { type: 'object', properties: { spec: object, status: object } } },
        },
      ],
    },
  };
  await client.apply(definitions, definition, apply);
  while ((await client.raw('GET', `/apis/${group}/v1/widgets`)).status !== 200) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Creates `count` widgets in a namespace of theirs. */
export async function fill(client: KubeClient, namespace: string, count: number): Promise<void> {
  await client.apply(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, apply);
  const text = 'x'.repeat(1_100);
  let next = 0;
  const filler = async (): Promise<void> => {
    for (let index = next; index < count; index = next) {
      next += 1;
      const metadata = { namespace, name: `widget-${index}` };
      const widget: Widget = { apiVersion: `${group}/v1`, kind: widgets.kind, metadata, spec: { size: index, text } };
      await client.create(widgets, widget);
    }
  };
  await Promise.all(Array.from({ length: fillers }, filler));
}
