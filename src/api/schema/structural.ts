import type { TSchema } from 'typebox';

import type { Rule } from './builders.ts';

/** The part of OpenAPI v3 that a structural schema of Kubernetes may use. */
export interface StructuralSchema {
  readonly type: 'object' | 'array' | 'string' | 'integer' | 'boolean';
  readonly description?: string;
  readonly format?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly maxProperties?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, StructuralSchema>>;
  readonly additionalProperties?: StructuralSchema;
  readonly items?: StructuralSchema;
  readonly 'x-kubernetes-list-type'?: 'atomic' | 'set' | 'map';
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-map-type'?: 'atomic' | 'granular';
  readonly 'x-kubernetes-validations'?: readonly Rule[];
}

/** A TypeBox schema as TypeBox writes it to JSON: records are `patternProperties`, enums carry no type. */
type JsonSchema = Omit<StructuralSchema, 'type' | 'properties' | 'items'> & {
  readonly type?: StructuralSchema['type'];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly patternProperties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
};

/**
 * Turns a TypeBox schema into a structural one.
 *
 * A field with a default is required in the static type, since the API server fills it in before anybody reads the
 * object, and optional in the structural schema, since nobody has to write it.
 */
export function structural(schema: TSchema): StructuralSchema {
  return convert(JSON.parse(JSON.stringify(schema)) as JsonSchema);
}

function convert(schema: JsonSchema): StructuralSchema {
  const { properties, patternProperties, items, required, type, ...rest } = schema;
  const [values] = Object.values(patternProperties ?? {});
  const needed = required?.filter((name) => properties?.[name]?.default === undefined) ?? [];
  return {
    type: type ?? 'string',
    ...rest,
    ...(items === undefined ? {} : { items: convert(items) }),
    ...(values === undefined ? {} : { additionalProperties: convert(values) }),
    ...(properties === undefined ? {} : { properties: mapValues(properties, convert) }),
    ...(needed.length === 0 ? {} : { required: needed }),
  };
}

function mapValues<From, To>(
  object: Readonly<Record<string, From>>,
  change: (value: From) => To,
): Readonly<Record<string, To>> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}
