import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { AdminConnection } from '../control-plane-admin.ts';
import { factsOf } from './environment.ts';
import type { Pod, Projection, Volume } from './objects.ts';

export interface VolumeContext {
  readonly admin: AdminConnection;
  readonly pod: Pod;
  readonly podIP: string;
  /** Of this pod alone; goes with it. */
  readonly directory: string;
  /** Of all pods; what claims hold stays. */
  readonly claims: string;
}

/** Makes a volume's folder with what belongs into it. @returns the folder */
export async function makeVolume(volume: Volume, context: VolumeContext): Promise<string> {
  const claim = volume.persistentVolumeClaim?.claimName;
  const folder =
    claim === undefined
      ? path.join(context.directory, 'volumes', volume.name)
      : path.join(context.claims, context.pod.metadata.namespace, claim);
  await mkdir(folder, { recursive: true });
  for (const [name, content] of await contentOf(volume, context)) {
    await writeFile(path.join(folder, name), content, { mode: 0o600 });
  }
  return folder;
}

async function contentOf(volume: Volume, context: VolumeContext): Promise<ReadonlyMap<string, Buffer>> {
  const { secret, configMap, projected } = volume;
  if (secret !== undefined) return pick(await readData(context, 'secrets', secret.secretName), secret.items);
  if (configMap !== undefined) return pick(await readData(context, 'configmaps', configMap.name), configMap.items);
  const parts = await Promise.all((projected?.sources ?? []).map((source) => projectionOf(source, context)));
  return new Map(parts.flatMap((part) => [...part]));
}

async function projectionOf(source: Projection, context: VolumeContext): Promise<ReadonlyMap<string, Buffer>> {
  const { serviceAccountToken, configMap, downwardAPI } = source;
  if (serviceAccountToken !== undefined) {
    return new Map([[serviceAccountToken.path, Buffer.from(await requestToken(context))]]);
  }
  if (configMap !== undefined) return pick(await readData(context, 'configmaps', configMap.name), configMap.items);
  const facts = factsOf(context.pod, context.podIP);
  return new Map(
    (downwardAPI?.items ?? []).map((item) => [item.path, Buffer.from(facts[item.fieldRef.fieldPath] ?? '')]),
  );
}

/** A token that is bound to the pod, as the kubelet asks for it: it ends with the pod. */
async function requestToken({ admin, pod }: VolumeContext): Promise<string> {
  const { namespace, name, uid } = pod.metadata;
  const account = pod.spec.serviceAccountName ?? 'default';
  const reply = await admin.request('POST', `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`, {
    body: {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { expirationSeconds: 3600, boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid } },
    },
  });
  if (reply.status !== 201) throw new Error(`no token for ${account}: ${JSON.stringify(reply.body)}`);
  return (reply.body as { status: { token: string } }).status.token;
}

/** @throws Error when it is not there: a pod waits for its Secrets */
export async function readData(
  { admin, pod }: Pick<VolumeContext, 'admin' | 'pod'>,
  kind: 'secrets' | 'configmaps',
  name: string,
): Promise<ReadonlyMap<string, Buffer>> {
  const reply = await admin.request('GET', `/api/v1/namespaces/${pod.metadata.namespace}/${kind}/${name}`);
  if (reply.status !== 200) throw new Error(`${kind} ${name} could not be read: ${reply.status}`);
  const { data = {} } = reply.body as { data?: Record<string, string> };
  const encoding = kind === 'secrets' ? 'base64' : 'utf8';
  return new Map(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, encoding)]));
}

function pick(
  data: ReadonlyMap<string, Buffer>,
  items: readonly { readonly key: string; readonly path: string }[] | undefined,
): ReadonlyMap<string, Buffer> {
  if (items === undefined) return data;
  return new Map(
    items.map(({ key, path: name }) => {
      const content = data.get(key);
      if (content === undefined) throw new Error(`there is no key ${key}`);
      return [name, content];
    }),
  );
}
