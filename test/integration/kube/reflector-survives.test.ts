import { readFile, writeFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type Log, silentLog } from '../../../src/base/log.ts';
import {
  type Change,
  type KubeClient,
  KubeError,
  loadKubeClient,
  Reflector,
  type ReflectorOptions,
} from '../../../src/kube/index.ts';
import { freshNamespace } from '../../support/namespace.ts';
import { behindFaultProxy, configMap, type ConfigMap, configMaps, connect, ours } from './cluster.ts';
import { fastClock } from './fast-clock.ts';

const depth = Number(process.env['TEST_DEPTH'] ?? 1);

interface Line {
  readonly fields: object;
  readonly message: string;
}

/** A logger that remembers warnings and errors. */
function rememberingLog(lines: Line[]): Log {
  const remember = (fields: object, message: string): void => {
    lines.push({ fields, message });
  };
  const log: Log = { ...silentLog, warn: remember, error: remember, child: () => log };
  return log;
}

const isConfigMapList = ({ isWatch, path }: { readonly isWatch: boolean; readonly path: string }): boolean =>
  !isWatch && path.endsWith('/configmaps');

describe('a reflector', () => {
  let direct: KubeClient;

  beforeAll(async () => {
    direct = await connect();
  });

  const put = (namespace: string, name: string, content: Record<string, string> = {}): Promise<ConfigMap> =>
    direct.apply<ConfigMap>(configMaps, configMap(namespace, name, content), { fieldManager: 'test', force: true });

  const start = (
    options: Partial<ReflectorOptions<ConfigMap>> & { client: KubeClient; namespace: string },
  ): { reflector: Reflector<ConfigMap>; changes: Change<ConfigMap>[]; stop: () => Promise<void> } => {
    const { random } = Math;
    const reflector = new Reflector<ConfigMap>({
      resource: configMaps,
      ...ours,
      log: silentLog,
      clock: fastClock(20),
      random,
      ...options,
    });
    const changes: Change<ConfigMap>[] = [];
    reflector.onChange((change) => {
      changes.push(change);
    });
    const controller = new AbortController();
    const running = reflector.run(controller.signal);
    const stop = async (): Promise<void> => {
      controller.abort();
      await running;
    };
    onTestFinished(stop);
    return { reflector, changes, stop };
  };

  it('reports deletions, and an object made anew, that happened while it could not see', async () => {
    const namespace = await freshNamespace('reflector');
    const { proxy, proxied } = await behindFaultProxy();
    await Promise.all([put(namespace, 'stays'), put(namespace, 'goes'), put(namespace, 'again')]);
    const { reflector, changes } = start({ client: proxied, namespace });
    await reflector.synced();
    // The watch ends, its resumption is refused as too old, and the gap is between the two.
    const heal = proxy.inject({ on: () => true, fault: { kind: 'reset' }, times: 1_000_000 });
    proxy.cut();
    await Promise.all([
      direct.delete(configMaps, namespace, 'goes'),
      direct.delete(configMaps, namespace, 'again').then(() => put(namespace, 'again', { second: 'life' })),
    ]);
    changes.length = 0;
    heal();
    proxy.inject({ on: ({ isWatch }) => isWatch, fault: { kind: 'status', status: 410, reason: 'Expired' } });
    await vi.waitFor(() => {
      expect(changes.map(({ type, key }) => `${type} ${key.split('/')[1]}`).toSorted()).toEqual([
        'added again',
        'deleted again',
        'deleted goes',
      ]);
    }, 10_000);
    expect(changes.every(({ initial }) => !initial)).toBe(true);
    expect(reflector.cache.get(`${namespace}/again`)?.data).toEqual({ second: 'life' });
  });

  it('finds out that a peer has vanished without a word', async () => {
    const namespace = await freshNamespace('reflector');
    const { proxy, proxied } = await behindFaultProxy();
    const { reflector, changes } = start({ client: proxied, namespace, inactivityMs: 10_000 });
    await reflector.synced();
    await put(namespace, 'before');
    await vi.waitFor(() => {
      expect(changes).toHaveLength(1);
    });
    proxy.inject({ on: ({ isWatch }) => isWatch, fault: { kind: 'freeze', afterLines: 0 } });
    proxy.cut();
    await vi.waitFor(() => {
      expect(proxy.pending).toBe(0);
    }, 10_000);
    await put(namespace, 'meanwhile');
    await vi.waitFor(() => {
      expect(changes).toHaveLength(2);
    }, 10_000);
    expect(proxy.requests.filter(isConfigMapList)).toHaveLength(1);
  });

  // The API server sends one a minute, and nothing makes it send one sooner.
  it.runIf(depth > 1)('hears a bookmark before it would take silence for death', { timeout: 150_000 }, async () => {
    const namespace = await freshNamespace('reflector');
    const { proxy, proxied } = await behindFaultProxy();
    const { reflector } = start({ client: proxied, namespace, clock: fastClock(1) });
    await reflector.synced();
    await vi.waitFor(() => {
      expect(proxy.requests.some(({ isWatch }) => isWatch)).toBe(true);
    });
    const firstContactMs = reflector.lastContactMs;
    await vi.waitFor(() => {
      expect(reflector.lastContactMs).toBeGreaterThan(firstContactMs);
    }, 120_000);
    expect(proxy.requests.filter(({ isWatch }) => isWatch)).toHaveLength(1);
  });

  it('survives a list that fails in every way before it succeeds', async () => {
    const namespace = await freshNamespace('reflector');
    await put(namespace, 'a');
    const lines: Line[] = [];
    const { proxy, proxied } = await behindFaultProxy();
    for (const fault of [
      { kind: 'reset' },
      { kind: 'status', status: 503 },
      { kind: 'status', status: 401, reason: 'Unauthorized' },
      { kind: 'status', status: 403, reason: 'Forbidden' },
      { kind: 'status', status: 404, body: '404 page not found\n' },
      { kind: 'status', status: 200, body: '<html>' },
      { kind: 'status', status: 200, body: '{"kind":"Status"}' },
      { kind: 'truncate', afterLines: 0 },
    ] as const) {
      proxy.inject({ on: isConfigMapList, fault });
    }
    const { reflector, changes } = start({ client: proxied, namespace, log: rememberingLog(lines) });
    await reflector.synced(AbortSignal.timeout(30_000));
    expect(proxy.pending).toBe(0);
    expect(changes.map(({ type, initial }) => ({ type, initial }))).toEqual([{ type: 'added', initial: true }]);
    expect(lines.length).toBeGreaterThanOrEqual(7);
  });

  it('goes on when handlers throw, now or later', async () => {
    const namespace = await freshNamespace('reflector');
    const lines: Line[] = [];
    const { reflector, changes } = start({ client: direct, namespace, log: rememberingLog(lines) });
    reflector.onChange(() => {
      throw new RangeError('now');
    });
    reflector.onChange(() => Promise.reject(new RangeError('later')) as unknown as undefined);
    await reflector.synced();
    await put(namespace, 'a', { x: '1' });
    await put(namespace, 'a', { x: '2' });
    await vi.waitFor(() => {
      expect(changes.map(({ type }) => type)).toEqual(['added', 'updated']);
      expect(lines).toHaveLength(4);
    });
  });

  it('takes up again when credentials that were refused are mended', async () => {
    const namespace = await freshNamespace('reflector');
    const { proxy, proxied } = await behindFaultProxy();
    const { reflector, changes } = start({ client: proxied, namespace });
    await reflector.synced();
    const mend = proxy.inject({
      on: () => true,
      fault: { kind: 'status', status: 401, reason: 'Unauthorized' },
      times: 1_000_000,
    });
    proxy.cut();
    const before = proxy.requests.length;
    await vi.waitFor(() => {
      expect(proxy.requests.length).toBeGreaterThan(before + 3);
    }, 10_000);
    await put(namespace, 'meanwhile');
    mend();
    await vi.waitFor(() => {
      expect(changes.map(({ key }) => key)).toEqual([`${namespace}/meanwhile`]);
    }, 10_000);
  });

  it('survives a kubeconfig that breaks and is mended while it runs', async () => {
    const namespace = await freshNamespace('reflector');
    const { proxy } = await behindFaultProxy();
    const good = await readFile(proxy.kubeconfig, 'utf8');
    const client = await loadKubeClient({ kubeconfig: proxy.kubeconfig, log: silentLog, userAgent: 'wayleave-test' });
    onTestFinished(() => client.close());
    const { reflector, changes } = start({ client, namespace });
    await reflector.synced();
    // A refused credential makes the client read the file again, which is no kubeconfig any more.
    await writeFile(proxy.kubeconfig, 'clusters: {');
    await vi.waitFor(async () => {
      proxy.inject({ on: () => true, fault: { kind: 'status', status: 401, reason: 'Unauthorized' } });
      proxy.cut();
      await expect(client.get(configMaps, namespace, 'x')).rejects.toMatchObject({ code: 'KUBE_UNAUTHORIZED' });
      await expect(client.get(configMaps, namespace, 'x')).rejects.toMatchObject({ status: undefined });
    }, 20_000);
    await put(namespace, 'meanwhile');
    await writeFile(proxy.kubeconfig, good);
    await vi.waitFor(() => {
      expect(changes.map(({ key }) => key)).toEqual([`${namespace}/meanwhile`]);
    }, 10_000);
  });

  it('drops managedFields, follows the transform, and finds by index', async () => {
    const namespace = await freshNamespace('reflector');
    const labelled = configMap(namespace, 'a', { owner: 'x', secret: 's' });
    labelled.metadata.labels = { app: 'wanted' };
    await direct.create(configMaps, labelled);
    await put(namespace, 'unlabelled');
    const { reflector } = start({
      client: direct,
      namespace,
      labelSelector: 'app=wanted',
      indexers: { owner: ({ data }) => (data?.['owner'] === undefined ? [] : [data['owner']]) },
      transform: ({ data, ...rest }) => ({ ...rest, data: { owner: data?.['owner'] ?? '' } }),
    });
    await reflector.synced();
    expect(reflector.cache.size).toBe(1);
    const [found] = reflector.cache.byIndex('owner', 'x');
    expect(found?.metadata.managedFields).toBeUndefined();
    expect(found).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap', data: { owner: 'x' } });
    expect(found?.data).not.toHaveProperty('secret');
    await put(namespace, 'a', { owner: 'y' });
    await vi.waitFor(() => {
      expect(reflector.cache.byIndex('owner', 'x')).toEqual([]);
      expect(reflector.cache.byIndex('owner', 'y')).toHaveLength(1);
    });
    await direct.delete(configMaps, namespace, 'a');
    await vi.waitFor(() => {
      expect(reflector.cache.byIndex('owner', 'y')).toEqual([]);
    });
  });

  it('lists in pages of 500 and shows a late handler everything', async () => {
    const namespace = await freshNamespace('reflector');
    const { proxy, proxied } = await behindFaultProxy();
    await Promise.all(Array.from({ length: 1_001 }, (_, index) => put(namespace, `cm-${index}`)));
    const { reflector, changes } = start({ client: proxied, namespace });
    await reflector.synced();
    expect(changes).toHaveLength(1_001);
    expect(proxy.requests.filter(isConfigMapList)).toHaveLength(3);
    const late = vi.fn<(change: Change<ConfigMap>) => void>();
    reflector.onChange(late);
    expect(late).toHaveBeenCalledTimes(1_001);
  });

  it('stops without a word, before and after it has synced', async () => {
    const namespace = await freshNamespace('reflector');
    const lines: Line[] = [];
    const log = rememberingLog(lines);
    const { reflector, stop } = start({ client: direct, namespace, log });
    await reflector.synced();
    await stop();
    const { proxy, proxied } = await behindFaultProxy();
    proxy.freeze();
    const waiting = start({ client: proxied, namespace, log });
    const abort = new AbortController();
    const synced = waiting.reflector.synced(abort.signal);
    abort.abort();
    await expect(synced).rejects.toBeInstanceOf(KubeError);
    await waiting.stop();
    expect(waiting.reflector.hasSynced).toBe(false);
    expect(lines).toEqual([]);
  });
});
