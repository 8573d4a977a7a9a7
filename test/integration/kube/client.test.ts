import { Registry } from 'prom-client';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { silentLog } from '../../../src/base/log.ts';
import { type KubeClient, type KubeObject, loadKubeClient, type Resource } from '../../../src/kube/index.ts';
import { freshNamespace } from '../../support/namespace.ts';
import { behindFaultProxy, configMap, type ConfigMap, configMaps, connect, ours } from './cluster.ts';

const secrets: Resource = { group: '', version: 'v1', plural: 'secrets', kind: 'Secret', namespaced: true };
const absentGroup: Resource = {
  group: 'absent.wayleave.dev',
  version: 'v1',
  plural: 'xs',
  kind: 'X',
  namespaced: true,
};

describe('the client', () => {
  let client: KubeClient;
  let namespace: string;

  beforeAll(async () => {
    client = await connect();
    namespace = await freshNamespace('client');
  });

  it('believes only the API server that an object is not there', async () => {
    expect(await client.find(configMaps, namespace, 'absent')).toBeUndefined();
    await expect(client.get(configMaps, namespace, 'absent')).rejects.toMatchObject({
      code: 'KUBE_NOT_FOUND',
      status: 404,
      reason: 'NotFound',
      retry: 'never',
    });
    await expect(client.find(absentGroup, namespace, 'x')).rejects.toMatchObject({
      code: 'KUBE_NONSENSE',
      status: 404,
    });
    const { proxy, proxied } = await behindFaultProxy();
    proxy.inject({ on: () => true, fault: { kind: 'status', status: 404, body: '<html>Not Found</html>' } });
    await expect(proxied.find(configMaps, namespace, 'absent')).rejects.toMatchObject({ code: 'KUBE_NONSENSE' });
  });

  it('tells who owns a field that is applied, and takes it over only by force', async () => {
    const theirs = await client.apply<ConfigMap>(configMaps, configMap(namespace, 'owned', { a: '1', b: '1' }), {
      fieldManager: 'people',
    });
    expect(theirs.data).toEqual({ a: '1', b: '1' });
    const wanted = configMap(namespace, 'owned', { a: '2' });
    await expect(client.apply(configMaps, wanted, { fieldManager: 'wayleave' })).rejects.toMatchObject({
      code: 'KUBE_CONFLICT',
      retry: 'later',
    });
    const preview = { fieldManager: 'wayleave', force: true, dryRun: true };
    expect((await client.apply<ConfigMap>(configMaps, wanted, preview)).data).toEqual({ a: '2', b: '1' });
    expect((await client.get<ConfigMap>(configMaps, namespace, 'owned')).data).toEqual({ a: '1', b: '1' });
    const forced = await client.apply<ConfigMap>(configMaps, wanted, { fieldManager: 'wayleave', force: true });
    expect(forced.data).toEqual({ a: '2', b: '1' });
    // What a manager no longer applies goes away, unless somebody else owns it too.
    const less = await client.apply<ConfigMap>(configMaps, configMap(namespace, 'owned'), { fieldManager: 'wayleave' });
    expect(less.data).toEqual({ b: '1' });
  });

  it('writes a status apart from the object, and the object apart from the status', async () => {
    const services: Resource = { group: '', version: 'v1', plural: 'services', kind: 'Service', namespaced: true };
    const service = { apiVersion: 'v1', kind: 'Service', metadata: { namespace, name: 'svc' } };
    const spec = { clusterIP: 'None', ports: [{ port: 80 }] };
    await client.apply(services, { ...service, spec } as KubeObject, { fieldManager: 'spec' });
    const condition = { type: 'Ready', status: 'True', reason: 'Tested', message: '' };
    const status = { conditions: [{ ...condition, lastTransitionTime: '2026-01-01T00:00:00Z' }] };
    type Service = KubeObject & { spec: object; status: object };
    const both = { ...service, spec: { clusterIP: 'None', ports: [{ port: 81 }] }, status } as KubeObject;
    const written = await client.applyStatus<Service>(services, both, { fieldManager: 'status', force: true });
    expect(written.status).toMatchObject({ conditions: [condition] });
    expect(written.spec).toMatchObject({ ports: [{ port: 80 }] });
  });

  it('distinguishes its refusals', async () => {
    await client.create(configMaps, configMap(namespace, 'taken'));
    await expect(client.create(configMaps, configMap(namespace, 'taken'))).rejects.toMatchObject({
      code: 'KUBE_ALREADY_EXISTS',
    });
    await expect(client.create(configMaps, configMap(namespace, 'Not_A_Name'))).rejects.toMatchObject({
      code: 'KUBE_INVALID',
      status: 422,
    });
    const stale = configMap(namespace, 'taken');
    stale.metadata.resourceVersion = '1';
    await expect(client.replace(configMaps, stale)).rejects.toMatchObject({ code: 'KUBE_CONFLICT' });
    await expect(client.list(configMaps, { namespace, continue: 'nonsense' })).rejects.toMatchObject({
      code: 'KUBE_INVALID',
    });
  });

  it('never repeats what a Secret held', async () => {
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name: 's' }, type: 'kubernetes.io/tls' };
    const invalid = { ...secret, stringData: { 'tls.crt': 'hunter2' } } as KubeObject;
    await expect(client.create(secrets, invalid)).rejects.toSatisfy(
      (thrown: Error) => !thrown.message.includes('hunter2') && thrown.message.includes('Invalid'),
    );
  });

  it('deletes one incarnation only, and what is gone with success', async () => {
    const { metadata } = await client.create<ConfigMap>(configMaps, configMap(namespace, 'once'));
    await client.delete(configMaps, namespace, 'once', { uid: '00000000-0000-0000-0000-000000000000' });
    expect(await client.find(configMaps, namespace, 'once')).toBeDefined();
    await client.delete(configMaps, namespace, 'once', { uid: metadata.uid });
    expect(await client.find(configMaps, namespace, 'once')).toBeUndefined();
    await client.delete(configMaps, namespace, 'once');
  });

  it('lists metadata alone when asked to, page by page', async () => {
    const own = await freshNamespace('client');
    const names = ['a', 'b', 'c', 'd', 'e'];
    await Promise.all(names.map((name) => client.create(configMaps, configMap(own, name, { big: 'x'.repeat(100) }))));
    const seen: ConfigMap[] = [];
    const selection = { namespace: own, ...ours, metadataOnly: true, limit: 2 };
    for await (const object of client.listAll<ConfigMap>(configMaps, selection)) {
      seen.push(object);
    }
    expect(seen.map(({ metadata }) => metadata.name)).toEqual(names);
    expect(seen.every((object) => object.data === undefined)).toBe(true);
  });

  it('lists metadata alone where there is nothing', async () => {
    const own = await freshNamespace('client');
    const selection = { namespace: own, ...ours, metadataOnly: true };
    expect((await client.list<ConfigMap>(configMaps, selection)).items).toEqual([]);
  });

  it('waits as long as it is asked to after a 429, for calls that may be repeated', async () => {
    const { proxy, proxied } = await behindFaultProxy();
    const busy = { kind: 'status', status: 429, reason: 'TooManyRequests', retryAfterSeconds: 0.01 } as const;
    proxy.inject({ on: () => true, fault: busy, times: 2 });
    expect(await proxied.find(configMaps, namespace, 'absent')).toBeUndefined();
    proxy.inject({ on: () => true, fault: busy, times: 100 });
    await expect(proxied.get(configMaps, namespace, 'absent')).rejects.toMatchObject({
      code: 'KUBE_TOO_MANY_REQUESTS',
      retryAfterMs: 10,
    });
    expect(proxy.pending).toBe(96);
    await expect(proxied.create(configMaps, configMap(namespace, 'busy'))).rejects.toMatchObject({ status: 429 });
    expect(proxy.pending).toBe(95);
  });

  it('gives up at its deadline, and at once when told to', async () => {
    const { proxy, proxied } = await behindFaultProxy();
    proxy.freeze();
    await expect(proxied.get(configMaps, namespace, 'x', { timeoutMs: 50 })).rejects.toMatchObject({
      code: 'KUBE_TIMEOUT',
    });
    const stop = new AbortController();
    const pending = proxied.get(configMaps, namespace, 'x', { signal: stop.signal });
    stop.abort();
    await expect(pending).rejects.toMatchObject({ code: 'KUBE_TRANSPORT' });
  });

  it('uses few connections for many calls, and counts the calls', async () => {
    const metrics = new Registry();
    const { proxy } = await behindFaultProxy();
    const options = { kubeconfig: proxy.kubeconfig, log: silentLog, userAgent: 'wayleave-test/1', connections: 4 };
    const pooled = await loadKubeClient({ ...options, metrics });
    onTestFinished(() => pooled.close());
    await Promise.all(Array.from({ length: 200 }, () => pooled.find(configMaps, namespace, 'absent')));
    expect(proxy.connections).toBeLessThanOrEqual(4);
    expect(proxy.requests[0]?.headers['user-agent']).toBe('wayleave-test/1');
    const counted = await metrics.getSingleMetric('rest_client_requests_total')?.get();
    expect(counted?.values).toEqual([
      { value: 200, labels: { code: '404', method: 'GET', host: new URL(proxy.url).host } },
    ]);
    proxy.inject({ on: () => true, fault: { kind: 'reset' } });
    await expect(pooled.get(configMaps, namespace, 'absent')).rejects.toMatchObject({ code: 'KUBE_TRANSPORT' });
  });
});
