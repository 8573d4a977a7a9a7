import type { AnnotatedValue } from './annotated-values.ts';
import { definitions } from './definitions.ts';

type Schema = Readonly<Record<string, unknown>>;

/** Parents of subcharts put these into every chart's values. */
const helmsOwn = { global: { type: 'object' } };

/**
 * The JSON schema of the chart's values. It is strict: a name that the chart does not know is refused, because a typing
 * error would otherwise mean a default in production.
 *
 * @throws Error for a value whose allowed form cannot be told
 */
export function valuesSchema(values: readonly AnnotatedValue[]): Schema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Values of the chart wayleave',
    type: 'object',
    properties: { ...propertiesOf(values), ...helmsOwn },
    additionalProperties: false,
    $defs: definitions,
  };
}

function propertiesOf(values: readonly AnnotatedValue[]): Readonly<Record<string, Schema>> {
  return Object.fromEntries(values.map((value) => [value.name, schemaOf(value)]));
}

function schemaOf({ path, description, schema, fallback, children }: AnnotatedValue): Schema {
  const said = description === '' ? {} : { description };
  // What stands beside a reference is ignored before draft 2019-09.
  if ('$ref' in schema) return { ...said, allOf: [{ $ref: schema['$ref'] }] };
  if (children.length > 0) {
    return { ...said, type: 'object', ...schema, properties: propertiesOf(children), additionalProperties: false };
  }
  return { ...said, ...typeOf(path, fallback, schema), ...schema };
}

function typeOf(path: string, fallback: unknown, schema: Schema): Schema {
  if (typeof fallback === 'string') return { type: 'string' };
  if (typeof fallback === 'boolean') return { type: 'boolean' };
  if (Number.isInteger(fallback)) return { type: 'integer' };
  if (Array.isArray(fallback) && 'items' in schema) return { type: 'array' };
  throw new Error(`what ${path} may be cannot be told from its default: say it with "@schema"`);
}
