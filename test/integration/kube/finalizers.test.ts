import { beforeAll, describe, expect, it } from 'vitest';
import { addFinalizer, type KubeClient, removeFinalizer } from '../../../src/kube/index.ts';
import { freshNamespace } from '../../support/namespace.ts';
import { configMap, type ConfigMap, configMaps, connect } from './cluster.ts';

describe('finalizers', () => {
  let client: KubeClient;
  let namespace: string;

  beforeAll(async () => {
    client = await connect();
    namespace = await freshNamespace('finalizers');
  });

  const create = (name: string): Promise<ConfigMap> => client.create(configMaps, configMap(namespace, name));
  const add = (object: ConfigMap, name: string): Promise<ConfigMap> => addFinalizer(client, configMaps, object, name);
  const remove = (object: ConfigMap, name: string): Promise<void> => removeFinalizer(client, configMaps, object, name);
  const stored = async (name: string): Promise<string[]> =>
    (await client.get<ConfigMap>(configMaps, namespace, name)).metadata.finalizers ?? [];

  it('are added and removed by many writers that all read the same old object, and none is lost', async () => {
    const object = await create('crowd');
    const names = ['a', 'b', 'c', 'd'].map((name) => `wayleave.dev/${name}`);
    await Promise.all(names.map((name) => add(object, name)));
    expect((await stored('crowd')).toSorted()).toEqual(names);
    const [first, second, ...rest] = names as [string, string, ...string[]];
    const current = await client.get<ConfigMap>(configMaps, namespace, 'crowd');
    await Promise.all([remove(current, first), remove(current, second), add(current, 'wayleave.dev/e')]);
    expect((await stored('crowd')).toSorted()).toEqual([...rest, 'wayleave.dev/e']);
  });

  it('may be added and removed twice', async () => {
    const object = await add(await create('twice'), 'wayleave.dev/a');
    expect((await add(object, 'wayleave.dev/a')).metadata.resourceVersion).toBe(object.metadata.resourceVersion);
    await remove(object, 'wayleave.dev/a');
    await remove(object, 'wayleave.dev/a');
    expect(await stored('twice')).toEqual([]);
  });

  it('hold a deletion until the last one goes', async () => {
    const object = await add(await create('held'), 'wayleave.dev/a');
    await client.delete(configMaps, namespace, 'held');
    const dying = await client.get<ConfigMap>(configMaps, namespace, 'held');
    expect(dying.metadata.deletionTimestamp).toBeDefined();
    await expect(add(dying, 'wayleave.dev/b')).rejects.toMatchObject({ code: 'KUBE_INVALID' });
    await expect(add(object, 'wayleave.dev/b')).rejects.toMatchObject({ code: 'KUBE_INVALID' });
    await remove(dying, 'wayleave.dev/a');
    expect(await client.find(configMaps, namespace, 'held')).toBeUndefined();
    await remove(dying, 'wayleave.dev/a');
  });

  it('never touch the next object of the same name', async () => {
    const first = await create('again');
    await client.delete(configMaps, namespace, 'again');
    const second = await add(await create('again'), 'wayleave.dev/a');
    await expect(add(first, 'wayleave.dev/b')).rejects.toMatchObject({ code: 'KUBE_NOT_FOUND' });
    first.metadata.finalizers = ['wayleave.dev/a'];
    await remove(first, 'wayleave.dev/a');
    expect(await stored('again')).toEqual(second.metadata.finalizers);
  });
});
