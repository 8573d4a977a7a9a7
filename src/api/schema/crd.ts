import { kinds, type KindDefinition } from './kinds.ts';
import { structural, type StructuralSchema } from './structural.ts';

/** A CustomResourceDefinition as `kubectl apply` takes it. */
export interface CustomResourceDefinition {
  readonly apiVersion: 'apiextensions.k8s.io/v1';
  readonly kind: 'CustomResourceDefinition';
  readonly metadata: { readonly name: string };
  readonly spec: object;
}

/** Every custom resource of ours, in the order in which they are documented. */
export function customResourceDefinitions(): readonly CustomResourceDefinition[] {
  return kinds.map(customResourceDefinition);
}

/** The schema of a whole object. The API server brings that of `metadata`. */
export function rootSchema(kind: KindDefinition): StructuralSchema {
  return {
    type: 'object',
    description: kind.description,
    required: ['spec'],
    'x-kubernetes-validations': kind.rules,
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { type: 'object', properties: { name: { type: 'string' } } },
      spec: structural(kind.spec),
      status: structural(kind.status),
    },
  };
}

/** `kubectl explain` shows no defaults, so the descriptions in the CRD tell them. */
function tellDefaults(schema: StructuralSchema): StructuralSchema {
  const { description, items, properties } = schema;
  return {
    ...schema,
    ...(schema.default === undefined
      ? {}
      : { description: `${description ?? ''} Default: \`${defaultText(schema.default)}\`.`.trimStart() }),
    ...(items === undefined ? {} : { items: tellDefaults(items) }),
    ...(properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, field]) => [name, tellDefaults(field)]),
          ),
        }),
  };
}

function defaultText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function customResourceDefinition(kind: KindDefinition): CustomResourceDefinition {
  const { resource, singular, shortName } = kind;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${resource.plural}.${resource.group}` },
    spec: {
      group: resource.group,
      scope: resource.namespaced ? 'Namespaced' : 'Cluster',
      names: {
        kind: resource.kind,
        listKind: `${resource.kind}List`,
        plural: resource.plural,
        singular,
        shortNames: [shortName],
        categories: ['vpn'],
      },
      versions: [
        {
          name: resource.version,
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: kind.columns,
          selectableFields: kind.selectableFields.map((jsonPath) => ({ jsonPath })),
          schema: { openAPIV3Schema: tellDefaults(rootSchema(kind)) },
        },
      ],
    },
  };
}
