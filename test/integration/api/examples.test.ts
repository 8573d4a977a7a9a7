import { readdirSync, readFileSync } from 'node:fs';

import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';

import { API_GROUP } from '../../../src/api/names.ts';
import type { KubeClient } from '../../../src/kube/index.ts';
import { connect, descriptor } from './api-server.ts';
import { freshNamespace } from '../../support/namespace.ts';

interface ExampleObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

const folder = new URL('../../../examples/', import.meta.url);

const examples = readdirSync(folder)
  .filter((file) => file.endsWith('.yaml'))
  .flatMap((file) =>
    parseAllDocuments(readFileSync(new URL(file, folder), 'utf8')).map((document) => ({
      file,
      object: document.toJS() as ExampleObject,
    })),
  );

let client: KubeClient;
let namespace: string;

beforeAll(async () => {
  client = await connect();
  namespace = await freshNamespace('api');
});
afterAll(() => client.close());

it('there is one of every kind', () => {
  expect(examples.map(({ object }) => object.kind).toSorted()).toEqual([
    'Secret',
    'Secret',
    'Secret',
    'VPNPanel',
    'VPNPlan',
    'VPNShop',
    'VPNSubscription',
  ]);
});

it('the shop can be applied again without a placeholder for what its Secrets hold', () => {
  expect(examples.filter(({ file }) => file === 'shop.yaml').map(({ object }) => object.kind)).toEqual(['VPNShop']);
});

it.each(examples)('the API server takes the $object.kind of examples/$file as it stands', async ({ object }) => {
  const ours = object.apiVersion.startsWith(API_GROUP);
  const path = ours
    ? `/apis/${object.apiVersion}/namespaces/${namespace}/${descriptor(object.kind).plural}`
    : `/api/v1/namespaces/${namespace}/secrets`;
  // Strict: a misspelt field is an error, not a warning.
  const answer = await client.raw('POST', `${path}?dryRun=All&fieldValidation=Strict`, {
    body: object,
    contentType: 'application/json',
  });
  expect(answer).toMatchObject({ status: 201, body: { kind: object.kind } });
});
