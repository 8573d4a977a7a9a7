import { describe, expect, it } from 'vitest';

import { rootSchema } from '../../../src/api/schema/crd.ts';
import { kinds } from '../../../src/api/schema/kinds.ts';
import { rulesOf } from '../../../src/api/schema/reference.ts';
import { ruleCases } from './cases/index.ts';
import { readWords } from './cases/words.ts';

const words = readWords();

/** `spec.prices[0].amount` and `spec.title[default]` as the schema has them: `spec.prices[].amount`, `spec.title.*`. */
function inSchema(line: string): string {
  return line.replace(/^[^:]+/, (path) => path.replaceAll(/\[\d+\]/g, '[]').replaceAll(/\[[^\]]+\]/g, '.*'));
}

describe.each(kinds)('cases for $resource.kind', (kind) => {
  const heard = Object.values(words[kind.resource.kind] ?? {})
    .flat()
    .map(inSchema);

  it.each(rulesOf(rootSchema(kind), ''))('make the API server say at $path: $message', ({ path, message }) => {
    expect(heard.filter((line) => line.startsWith(`${path}: `) && line.includes(message))).not.toEqual([]);
  });

  it('have words of the API server each, and there are no words without a case', () => {
    const cases = ruleCases.find((one) => one.kind === kind.resource.kind)?.cases.map(({ rule }) => rule) ?? [];
    expect(Object.keys(words[kind.resource.kind] ?? {}).toSorted()).toEqual(cases.toSorted());
  });
});
