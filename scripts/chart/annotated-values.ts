import { isMap, isScalar, parse, parseDocument, type YAMLMap } from 'yaml';

/** One value of the chart, as `values.yaml` has it. */
export interface AnnotatedValue {
  /** `database.embedded.storage` */
  readonly path: string;
  readonly name: string;
  /** Markdown; empty where the name says everything. */
  readonly description: string;
  /** What `@schema` says beside the default's type. */
  readonly schema: Readonly<Record<string, unknown>>;
  readonly fallback: unknown;
  /** Of a map that is not empty. */
  readonly children: readonly AnnotatedValue[];
}

/**
 * Reads values with the comments above them: sentences are the description, and a line `@schema {…}` is JSON schema in
 * YAML. A first paragraph of a file that is followed by an empty line belongs to the file.
 *
 * @throws Error for a value without a description of its own or its parent's, and for `@schema` that is no map
 */
export function readAnnotatedValues(yaml: string): readonly AnnotatedValue[] {
  const document = parseDocument(yaml);
  const [problem] = document.errors;
  if (problem !== undefined) throw problem;
  if (!isMap(document.contents)) throw new Error('values.yaml is not a map');
  return childrenOf(document.contents, '');
}

function childrenOf(map: YAMLMap, parent: string): readonly AnnotatedValue[] {
  return map.items.map((pair, index) => {
    if (!isScalar(pair.key)) throw new Error(`a key below "${parent}" is not a name`);
    const name = String(pair.key.value);
    const path = parent === '' ? name : `${parent}.${name}`;
    // The parser gives the comment above a map's first key to the map.
    const comment = pair.key.commentBefore ?? (index === 0 ? map.commentBefore : undefined) ?? '';
    const children = isMap(pair.value) ? childrenOf(pair.value, path) : [];
    const fallback = (pair.value as { toJSON(): unknown } | null)?.toJSON() ?? null;
    return { path, name, ...readComment(comment, path), fallback, children };
  });
}

function readComment(comment: string, path: string): Pick<AnnotatedValue, 'description' | 'schema'> {
  const lines = (comment.split(/\n\s*\n/).at(-1) ?? '').split('\n').map((line) => line.trim());
  const marked = lines.filter((line) => line.startsWith('@schema '));
  const schemas = marked.map((line) => parse(line.slice('@schema '.length)) as unknown);
  const wrong = schemas.find((schema) => typeof schema !== 'object' || schema === null || Array.isArray(schema));
  if (wrong !== undefined || schemas.length > 1) throw new Error(`"@schema" of ${path} is not one map`);
  return {
    description: lines
      .filter((line) => !line.startsWith('@schema '))
      .join(' ')
      .trim(),
    schema: (schemas[0] ?? {}) as Readonly<Record<string, unknown>>,
  };
}
