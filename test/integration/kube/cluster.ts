import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, inject, onTestFinished } from 'vitest';
import { type Log, silentLog } from '../../../src/base/log.ts';
import { type KubeClient, type KubeObject, loadKubeClient, type Resource } from '../../../src/kube/index.ts';
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy.ts';

export const configMaps: Resource = {
  group: '',
  version: 'v1',
  plural: 'configmaps',
  kind: 'ConfigMap',
  namespaced: true,
};

/** The controller manager puts a config map of its own into every namespace, when it gets round to it. */
export const ours = { fieldSelector: 'metadata.name!=kube-root-ca.crt' };

export interface ConfigMap extends KubeObject {
  data?: Record<string, string>;
}

/** A config map to create or apply. */
export function configMap(namespace: string, name: string, content: Record<string, string> = {}): ConfigMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name }, data: content };
}

/** A client on the run's API server, closed after the file's tests. */
export async function connect(kubeconfig: string = inject('kubeconfig')): Promise<KubeClient> {
  const client = await loadKubeClient({ kubeconfig, log: silentLog, userAgent: 'wayleave-test' });
  afterAll(() => client.close());
  return client;
}

/** A proxy that lives as long as the test, and a client through it. */
export async function behindFaultProxy(log: Log = silentLog): Promise<{ proxy: FaultProxy; proxied: KubeClient }> {
  const directory = await mkdtemp(path.join(tmpdir(), 'wayleave-proxy-'));
  const proxy = await startFaultProxy({ kubeconfig: inject('kubeconfig'), directory });
  const proxied = await loadKubeClient({ kubeconfig: proxy.kubeconfig, log, userAgent: 'wayleave-test' });
  onTestFinished(async () => {
    await proxied.close();
    await proxy.stop();
    await rm(directory, { recursive: true });
  });
  return { proxy, proxied };
}
