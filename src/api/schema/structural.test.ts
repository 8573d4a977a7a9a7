import Type from 'typebox';
import { describe, expect, it } from 'vitest';

import { kinds } from './kinds.ts';
import { structural, type StructuralSchema } from './structural.ts';

/** Every schema inside a schema, with its path. */
function walk(schema: StructuralSchema, path: string): readonly (readonly [string, StructuralSchema])[] {
  return [
    [path, schema],
    ...(schema.items === undefined ? [] : walk(schema.items, `${path}[]`)),
    ...(schema.additionalProperties === undefined ? [] : walk(schema.additionalProperties, `${path}.*`)),
    ...Object.entries(schema.properties ?? {}).flatMap(([name, field]) => walk(field, `${path}.${name}`)),
  ];
}

const schemas = kinds.flatMap(({ resource, spec, status }) => [
  ...walk(structural(spec), `${resource.kind}.spec`),
  ...walk(structural(status), `${resource.kind}.status`),
]);

describe('structural', () => {
  it('asks nobody to write a field that has a default', () => {
    const schema = Type.Object({
      must: Type.String(),
      may: Type.Optional(Type.String()),
      defaulted: Type.Boolean({ default: false }),
    });
    expect(structural(schema).required).toEqual(['must']);
    expect(structural(Type.Object({ defaulted: Type.Boolean({ default: false }) }))).not.toHaveProperty('required');
  });

  it('turns records into additionalProperties and gives enums their type, at any depth', () => {
    const schema = Type.Object({ list: Type.Array(Type.Record(Type.String(), Type.Enum(['A', 'B']))) });
    expect(structural(schema)).toEqual({
      type: 'object',
      required: ['list'],
      properties: {
        list: { type: 'array', items: { type: 'object', additionalProperties: { type: 'string', enum: ['A', 'B'] } } },
      },
    });
  });
});

describe('every field', () => {
  // The API server estimates the cost of CEL rules from bounds, and an object without bounds has no bounded size either.
  it.each(schemas)('%s is bounded', (_, schema) => {
    if (schema.type === 'string') {
      expect(schema.maxLength ?? schema.enum).toBeDefined();
    } else if (schema.type === 'array') {
      expect(schema.maxItems).toBeDefined();
    } else if (schema.type === 'integer') {
      expect(schema).toMatchObject({ minimum: expect.any(Number) as number, maximum: expect.any(Number) as number });
    } else if (schema.additionalProperties !== undefined) {
      expect(schema.maxProperties).toBeDefined();
    }
  });

  it.each(schemas.filter(([path]) => !path.endsWith('[]') && !path.endsWith('.*')))(
    '%s is described by a sentence',
    (_, schema) => {
      expect(schema.description).toMatch(/^[`A-Z].*\.$/);
    },
  );

  it.each(schemas.filter(([, { type }]) => type === 'array'))('%s says how it is merged', (_, schema) => {
    expect(schema['x-kubernetes-list-type']).toBeDefined();
  });
});
