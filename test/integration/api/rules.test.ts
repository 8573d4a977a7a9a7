import { writeFileSync } from 'node:fs';

import { format } from 'oxfmt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { KubeClient } from '../../../src/kube/index.ts';
import { connect, descriptor, dryRun, dryRunReplace, type Verdict } from './api-server.ts';
import type { KindCases, Patch, RuleCase } from './cases/case.ts';
import { ruleCases } from './cases/index.ts';
import { type Manifest, manifest } from './cases/manifest.ts';
import { readWords, wordsFile } from './cases/words.ts';
import { freshNamespace } from '../../support/namespace.ts';

// UPDATE_GOLDEN=1 takes the API server's present words as right: read the difference before you commit it.
const updating = process.env['UPDATE_GOLDEN'] === '1';
const golden = readWords();
const heard: Record<string, Record<string, readonly string[]>> = {};

let client: KubeClient;
let namespace: string;

beforeAll(async () => {
  client = await connect();
  namespace = await freshNamespace('api');
});

afterAll(async () => {
  await client.close();
  if (updating) {
    writeFileSync(wordsFile, (await format('words.json', JSON.stringify(heard), { printWidth: 120 })).code);
  }
});

describe.each(ruleCases)('the API server about a $kind', (kind) => {
  it('accepts the smallest one', async () => {
    expect(await dryRun(client, object(kind, 'smallest', {}))).toMatchObject({ status: 201, words: [] });
  });

  it.each(kind.cases.map((one, index) => ({ ...one, name: `case-${String(index)}` })))('$rule', async (one) => {
    const { accepted, rejected } = await verdicts(kind, one);
    expect(accepted.words).toEqual([]);
    expect(accepted.status).toBeLessThan(300);
    expect(rejected.status).toBe(422);
    (heard[kind.kind] ??= {})[one.rule] = rejected.words;
    expect(rejected.words).toEqual(updating ? rejected.words : golden[kind.kind]?.[one.rule]);
  });
});

async function verdicts(
  kind: KindCases,
  { name, before, accepted, rejected }: RuleCase & { name: string },
): Promise<{ accepted: Verdict; rejected: Verdict }> {
  const resourceVersion = before === undefined ? undefined : await store(object(kind, name, before));
  const ask = (patch: Patch): Promise<Verdict> => {
    const { metadata, ...rest } = object(kind, name, patch);
    return resourceVersion === undefined
      ? dryRun(client, { ...rest, metadata })
      : dryRunReplace(client, { ...rest, metadata: { ...metadata, resourceVersion } });
  };
  return { accepted: await ask(accepted), rejected: await ask(rejected) };
}

function object(kind: KindCases, name: string, patch: Patch): Manifest {
  return manifest(kind, namespace, name, patch);
}

async function store(existing: Manifest): Promise<string> {
  const stored = await client.create<{ metadata: { resourceVersion: string } }>(descriptor(existing.kind), existing);
  return stored.metadata.resourceVersion;
}
