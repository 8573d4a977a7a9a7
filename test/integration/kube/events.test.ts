import { beforeAll, describe, expect, it, vi } from 'vitest';
import { silentLog } from '../../../src/base/log.ts';
import { EventRecorder, eventResource, type KubeClient, type KubeObject } from '../../../src/kube/index.ts';
import { freshNamespace } from '../../support/namespace.ts';
import { behindFaultProxy, configMap, type ConfigMap, configMaps, connect } from './cluster.ts';
import { fastClock } from './fast-clock.ts';

interface StoredEvent extends KubeObject {
  readonly reason: string;
  readonly note: string;
  readonly series?: { readonly count: number };
  readonly regarding: { readonly name: string; readonly uid: string };
}

describe('events', () => {
  let client: KubeClient;

  beforeAll(async () => {
    client = await connect();
  });

  const recorderOf = (through: KubeClient, speed = 1): EventRecorder =>
    new EventRecorder({
      client: through,
      component: 'wayleave.dev/test',
      instance: 'test-0',
      clock: fastClock(speed),
      log: silentLog,
    });
  const subject = async (): Promise<ConfigMap> =>
    client.create<ConfigMap>(configMaps, configMap(await freshNamespace('events'), 'subject'));
  const storedAbout = async ({ metadata }: KubeObject): Promise<StoredEvent[]> =>
    (await client.list<StoredEvent>(eventResource, { namespace: metadata.namespace })).items;

  it('count what comes again on one Event', async () => {
    const object = await subject();
    const recorder = recorderOf(client);
    for (let time = 0; time < 50; time += 1) {
      recorder.record({ object, type: 'Warning', reason: 'PanelUnreachable', message: 'no answer' });
    }
    recorder.record({ object, type: 'Normal', reason: 'PanelReachable', message: 'it answers again' });
    await recorder.flush();
    const events = await storedAbout(object);
    const counts = Object.fromEntries(events.map(({ reason, series }) => [reason, series?.count]));
    expect(counts).toEqual({ PanelReachable: undefined, PanelUnreachable: 50 });
    expect(events).toHaveLength(2);
    expect(events[0]?.regarding).toMatchObject({ name: 'subject', uid: object.metadata.uid });
  });

  it('are written by themselves, the counter a little later', async () => {
    const object = await subject();
    const recorder = recorderOf(client, 20);
    const occur = (): void => {
      recorder.record({ object, type: 'Normal', reason: 'Happened', message: 'again' });
    };
    occur();
    await vi.waitFor(async () => {
      expect(await storedAbout(object)).toHaveLength(1);
    });
    occur();
    occur();
    await vi.waitFor(async () => {
      expect((await storedAbout(object)).map(({ series }) => series?.count)).toEqual([3]);
    }, 10_000);
  });

  it('tell many different messages of one reason as one', async () => {
    const object = await subject();
    const recorder = recorderOf(client);
    for (let time = 0; time < 200; time += 1) {
      recorder.record({ object, type: 'Warning', reason: 'Failing', message: `attempt ${time} failed` });
    }
    await recorder.flush();
    const events = await storedAbout(object);
    expect(events).toHaveLength(11);
    expect(events.find(({ note }) => note.includes('combined'))?.series?.count).toBe(190);
  });

  it('fit the limits of the API whatever the message', async () => {
    const object = await subject();
    const recorder = recorderOf(client);
    recorder.record({ object, type: 'Normal', reason: 'Long', message: 'ё'.repeat(2_000) });
    await recorder.flush();
    const [event] = await storedAbout(object);
    expect(event?.note).toMatch(/^ё+…$/);
  });

  it('come through a network that breaks, and are made anew when somebody removed them', async () => {
    const object = await subject();
    const { proxy, proxied } = await behindFaultProxy();
    const recorder = recorderOf(proxied, 20);
    proxy.inject({ on: () => true, fault: { kind: 'reset' }, times: 2 });
    recorder.record({ object, type: 'Normal', reason: 'Happened', message: 'once' });
    const first = await vi.waitFor(async () => {
      const [event] = await storedAbout(object);
      expect(event).toBeDefined();
      return event as StoredEvent;
    }, 10_000);
    await client.delete(eventResource, object.metadata.namespace, first.metadata.name);
    recorder.record({ object, type: 'Normal', reason: 'Happened', message: 'once' });
    await vi.waitFor(async () => {
      const [event] = await storedAbout(object);
      expect(event).toBeDefined();
      expect(event?.metadata.name).not.toBe(first.metadata.name);
    }, 10_000);
  });

  it('that cannot be written hold nobody up', async () => {
    const object = await subject();
    const { proxy, proxied } = await behindFaultProxy();
    const recorder = recorderOf(proxied, 20);
    proxy.freeze();
    for (let time = 0; time < 10_000; time += 1) {
      recorder.record({ object, type: 'Normal', reason: `Reason${time}`, message: 'x' });
    }
    await recorder.flush();
    expect(await storedAbout(object)).toEqual([]);
  });
});
