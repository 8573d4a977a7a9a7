import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseAllDocuments } from 'yaml';
import { vpnPanels } from '../../../src/api/index.ts';
import type { KubeObject } from '../../../src/kube/index.ts';

/** What a person puts in the place of `replace-me` and `example.com`. */
export interface OwnFacts {
  readonly namespace: string;
  readonly panelUrl: string;
  readonly panelToken: string;
  readonly botToken: string;
}

const folder = path.resolve(import.meta.dirname, '../../../examples');

/** The objects of a file of examples/, as a person adapts them. */
export async function readExample(
  file: 'panel.yaml' | 'plan.yaml' | 'shop-secrets.yaml' | 'shop.yaml' | 'subscription.yaml',
  facts: OwnFacts,
): Promise<readonly KubeObject[]> {
  const text = await readFile(path.join(folder, file), 'utf8');
  return parseAllDocuments(text).map((document) => adapt(document.toJS() as KubeObject, facts));
}

function adapt(object: KubeObject, { namespace, panelUrl, panelToken, botToken }: OwnFacts): KubeObject {
  const metadata = { ...object.metadata, namespace };
  const { spec, stringData } = object as { spec?: object; stringData?: Readonly<Record<string, string>> };
  // Sooner than the 45 s that are usual, so that nobody watches a cluster poll.
  if (object.kind === vpnPanels.kind) {
    return { ...object, metadata, spec: { ...spec, url: panelUrl, pollIntervalSeconds: 5 } } as KubeObject;
  }
  if (stringData?.['token'] === undefined) return { ...object, metadata };
  const token = metadata.name === 'example-bot' ? botToken : panelToken;
  return { ...object, metadata, stringData: { ...stringData, token } } as KubeObject;
}
