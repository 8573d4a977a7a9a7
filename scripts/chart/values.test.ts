import { describe, expect, it } from 'vitest';
import { readAnnotatedValues } from './annotated-values.ts';
import { rulesOf } from './rights.ts';
import { valuesSchema } from './values-schema.ts';

const yaml = `# About the file.

# Where it is.
# @schema {pattern: '^https'}
url: ''

# How many.
part:
  # Of them.
  # @schema {minimum: 1}
  replicas: 2
  name: ''
  # @schema {items: {type: string}}
  list: []
`;

describe('values that say what they are', () => {
  it('give their comments as descriptions, and what is allowed', () => {
    const [url, part] = readAnnotatedValues(yaml);
    expect(url).toMatchObject({
      path: 'url',
      description: 'Where it is.',
      schema: { pattern: '^https' },
      fallback: '',
    });
    expect(part).toMatchObject({
      description: 'How many.',
      children: [{ path: 'part.replicas', fallback: 2 }, {}, {}],
    });
  });

  it('make a schema that refuses names which are not there', () => {
    const schema = valuesSchema(readAnnotatedValues(yaml));
    expect(schema).toMatchObject({
      additionalProperties: false,
      properties: {
        url: { type: 'string', pattern: '^https' },
        part: {
          additionalProperties: false,
          properties: { replicas: { type: 'integer', minimum: 1 }, list: { type: 'array' } },
        },
      },
    });
  });

  it.each([
    ['a list of anything', 'list: []\n'],
    ['a map of anything', 'map: {}\n'],
    ['a value of no type', 'nothing:\n'],
    ['a schema that is no map', '# @schema string\nname: 1\n'],
  ])('are refused where they leave open what may be: %s', (_, text) => {
    expect(() => valuesSchema(readAnnotatedValues(text))).toThrow(/schema/);
  });
});

const resource = { group: 'g', version: 'v1', plural: 'things', kind: 'Thing', namespaced: true };
const right = { resource, where: 'own', why: '' } as const;

describe('rules of Roles', () => {
  it('name each resource once, with each verb once, in an order that does not depend on who declared what', () => {
    const rights = [
      { ...right, verbs: ['watch', 'list'] },
      { ...right, subresource: 'status', verbs: ['patch'] },
      { ...right, verbs: ['get', 'list'] },
    ] as const;
    const rules = rulesOf(rights);
    expect(rules).toEqual(rulesOf(rights.toReversed()));
    expect(rules).toEqual([
      { apiGroups: ['g'], resources: ['things'], verbs: ['get', 'list', 'watch'] },
      { apiGroups: ['g'], resources: ['things/status'], verbs: ['patch'] },
    ]);
  });

  it('keep what is held to names apart from what is not', () => {
    const rights = [
      { ...right, verbs: ['get'], names: ['a'] },
      { ...right, verbs: ['create'] },
    ] as const;
    expect(rulesOf(rights)).toEqual([
      { apiGroups: ['g'], resources: ['things'], resourceNames: ['a'], verbs: ['get'] },
      { apiGroups: ['g'], resources: ['things'], verbs: ['create'] },
    ]);
  });
});
