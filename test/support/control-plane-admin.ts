import { readFile } from 'node:fs/promises';
import { Agent, request } from 'undici';
import { parseAllDocuments } from 'yaml';
import { SupportError } from './errors.ts';
import { waitUntil } from './processes.ts';

export interface AdminReply {
  readonly status: number;
  /** Parsed JSON where the answer was JSON, else text. */
  readonly body: unknown;
}

export interface AdminRequestOptions {
  readonly body?: unknown;
  readonly contentType?: string;
  readonly timeoutMs?: number;
}

/** The little of a Kubernetes client that setting up a cluster needs. Tests of the product use `src/kube`. */
export interface AdminConnection {
  /** Any answer is a reply, whatever its status. */
  readonly request: (
    method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE',
    path: string,
    options?: AdminRequestOptions,
  ) => Promise<AdminReply>;
  /** Applies CustomResourceDefinitions from YAML files and waits until their resources are served. */
  readonly applyCrds: (files: readonly string[]) => Promise<void>;
}

export interface AdminIdentity {
  readonly url: string;
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

interface Crd {
  readonly kind?: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly group: string;
    readonly names: { readonly plural: string };
    readonly versions: readonly { readonly name: string }[];
  };
}

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

export function connectAdmin({
  url,
  ca,
  certificate,
  key,
}: AdminIdentity): AdminConnection & { close(): Promise<void> } {
  const dispatcher = new Agent({ connect: { ca, cert: certificate, key }, connections: 4 });
  const send: AdminConnection['request'] = async (
    method,
    path,
    { body, contentType = 'application/json', timeoutMs = 10_000 } = {},
  ) => {
    const reply = await request(`${url}${path}`, {
      method,
      dispatcher,
      signal: AbortSignal.timeout(timeoutMs),
      headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': contentType }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await reply.body.text();
    const isJson = String(reply.headers['content-type']).startsWith('application/json');
    return { status: reply.statusCode, body: isJson ? (JSON.parse(text) as unknown) : text };
  };
  return {
    request: send,
    applyCrds: async (files) => {
      const crds = (await Promise.all(files.map(readCrds))).flat();
      await Promise.all(crds.map((crd) => applyCrd(send, crd)));
    },
    close: () => dispatcher.destroy(),
  };
}

async function readCrds(file: string): Promise<Crd[]> {
  const documents = parseAllDocuments(await readFile(file, 'utf8')).map((document) => document.toJS() as Crd | null);
  return documents
    .filter((document) => document?.kind === 'CustomResourceDefinition')
    .map((document) => document as Crd);
}

async function applyCrd(send: AdminConnection['request'], crd: Crd): Promise<void> {
  const { name } = crd.metadata;
  // YAML's JSON is YAML: the server reads both under this content type.
  const reply = await send('PATCH', `${CRDS}/${name}?fieldManager=wayleave-up&force=true&fieldValidation=Strict`, {
    body: crd,
    contentType: 'application/apply-patch+yaml',
  });
  if (reply.status >= 300) {
    throw new SupportError('PROGRAM_FAILED', `the API server refused the CRD ${name}: ${messageOf(reply)}`, {
      retry: 'never',
    });
  }
  await waitUntil(`the CRD ${name} is established`, async () => isEstablished(await send('GET', `${CRDS}/${name}`)));
  const { group, names, versions } = crd.spec;
  for (const version of versions) {
    await waitUntil(`${names.plural}.${group}/${version.name} is served`, async () =>
      lists(await send('GET', `/apis/${group}/${version.name}`), names.plural),
    );
  }
}

function isEstablished({ body }: AdminReply): boolean {
  const { status } = body as { status?: { conditions?: readonly { type: string; status: string }[] } };
  return (
    status?.conditions?.some((condition) => condition.type === 'Established' && condition.status === 'True') ?? false
  );
}

function lists({ status, body }: AdminReply, plural: string): boolean {
  return (
    status === 200 && (body as { resources: readonly { name: string }[] }).resources.some(({ name }) => name === plural)
  );
}

function messageOf({ status, body }: AdminReply): string {
  return typeof body === 'object' && body !== null && 'message' in body ? String(body.message) : `HTTP ${status}`;
}
