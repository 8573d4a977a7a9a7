import { inject } from 'vitest';

import {
  vpnPanels,
  vpnPlans,
  vpnShops,
  vpnSubscriptions,
  type ResourceDescriptor,
} from '../../../src/api/resources.ts';
import { silentLog } from '../../../src/base/log.ts';
import { type KubeClient, loadKubeClient } from '../../../src/kube/index.ts';
import type { Manifest } from './cases/manifest.ts';

const resources = new Map(
  [vpnPanels, vpnPlans, vpnSubscriptions, vpnShops].map((resource) => [resource.kind, resource]),
);

/** What the API server said about an object. */
export interface Verdict {
  readonly status: number;
  readonly body: unknown;
  /** `field: message` of each cause, as kubectl prints them; empty when the object was let through. */
  readonly words: readonly string[];
}

interface Status {
  readonly message?: string;
  readonly details?: { readonly causes?: readonly { readonly field?: string; readonly message?: string }[] };
}

export function connect(): Promise<KubeClient> {
  return loadKubeClient({ kubeconfig: inject('kubeconfig'), log: silentLog, userAgent: 'wayleave-tests' });
}

/** Validates an object without storing it, defaults and CEL included. */
export function dryRun(client: KubeClient, object: Manifest): Promise<Verdict> {
  return send(client, 'POST', `${collection(object)}?dryRun=All&fieldValidation=Strict`, object);
}

/** Validates a change of a stored object without making it. */
export function dryRunReplace(client: KubeClient, object: Manifest): Promise<Verdict> {
  const path = `${collection(object)}/${object.metadata.name}`;
  return send(client, 'PUT', `${path}?dryRun=All&fieldValidation=Strict`, object);
}

function collection({ kind, metadata }: Manifest): string {
  const { group, version, plural } = descriptor(kind);
  return `/apis/${group}/${version}/namespaces/${metadata.namespace}/${plural}`;
}

export function descriptor(kind: string): ResourceDescriptor {
  const resource = resources.get(kind);
  if (resource === undefined) {
    throw new Error(`${kind} is no kind of ours`);
  }
  return resource;
}

async function send(client: KubeClient, method: 'POST' | 'PUT', path: string, object: Manifest): Promise<Verdict> {
  const { status, body } = await client.raw(method, path, { body: object, contentType: 'application/json' });
  return { status, body, words: status < 300 ? [] : wordsOf(body as Status) };
}

/** The API server leaves its CEL rules out while a schema is violated, and says so under the field `<nil>`: no news. */
function wordsOf({ message = '', details }: Status): readonly string[] {
  const causes = (details?.causes ?? []).filter(({ field }) => field !== '<nil>');
  return causes.length === 0 ? [message] : causes.map((cause) => `${cause.field ?? ''}: ${cause.message ?? ''}`);
}
