import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { silentLog } from '../../../src/base/log.ts';
import { type Change, type KubeClient, keyOf, Reflector } from '../../../src/kube/index.ts';
import type { Fault, FaultProxy } from '../../support/fault-proxy.ts';
import { freshNamespace } from '../../support/namespace.ts';
import { behindFaultProxy, configMap, type ConfigMap, configMaps, connect, ours } from './cluster.ts';
import { fastClock } from './fast-clock.ts';

/** 10,000 by default; TEST_DEPTH multiplies it. */
const changes = 10_000 * Number(process.env['TEST_DEPTH'] ?? 1);
const objectsAtATime = 200;
const writers = 16;

/** Faults after which a watch resumes where it was: every single change must arrive. */
const resumable: readonly Fault[] = [
  { kind: 'reset' },
  { kind: 'status', status: 429, reason: 'TooManyRequests', retryAfterSeconds: 1 },
  { kind: 'status', status: 500, reason: 'InternalError' },
  { kind: 'status', status: 502, body: '<html>Bad Gateway</html>' },
  { kind: 'cut', afterLines: 20 },
  { kind: 'truncate', afterLines: 7 },
  { kind: 'truncate-end', afterLines: 11 },
  { kind: 'end', afterLines: 30 },
  { kind: 'freeze', afterLines: 15 },
  { kind: 'late', afterLines: 3, delayMs: 20 },
  { kind: 'garble', afterLines: 9 },
  { kind: 'error-event', afterLines: 5, code: 500, reason: 'InternalError' },
];

/** Faults that force a new list: changes in between may be seen as one, but what they led to must be seen. */
const relisting: readonly Fault[] = [
  { kind: 'status', status: 410, reason: 'Expired' },
  { kind: 'error-event', afterLines: 4, code: 410, reason: 'Expired' },
  ...resumable,
];

interface Written {
  /** resourceVersions of creations and updates. */
  readonly versions: Set<string>;
  /** uids of deleted objects. */
  readonly deleted: Set<string>;
}

/** Creates, updates and deletes: `count` changes, and as many as come until `enough`. A writer owns some of the names. */
async function write(client: KubeClient, namespace: string, count: number, enough: () => boolean): Promise<Written> {
  const written: Written = { versions: new Set(), deleted: new Set() };
  let left = count;
  const writer = async (number: number): Promise<void> => {
    const stored = new Map<string, ConfigMap>();
    for (let turn = 0; left > 0 || !enough(); turn += 1) {
      left -= 1;
      const name = `cm-${number}-${turn % Math.ceil(objectsAtATime / writers)}`;
      const known = stored.get(name);
      if (known !== undefined && turn % 7 === 0) {
        await client.delete(configMaps, namespace, name);
        stored.delete(name);
        written.deleted.add(known.metadata.uid ?? '');
        continue;
      }
      const next = configMap(namespace, name, { turn: String(turn) });
      const saved =
        known === undefined
          ? await client.create<ConfigMap>(configMaps, next)
          : await client.replace<ConfigMap>(configMaps, next);
      stored.set(name, saved);
      written.versions.add(saved.metadata.resourceVersion ?? '');
    }
  };
  await Promise.all(Array.from({ length: writers }, (_, number) => writer(number)));
  return written;
}

/** Follows a reflector's changes and checks each against all earlier ones. */
class Follower {
  readonly mirror = new Map<string, ConfigMap>();
  readonly versions = new Set<string>();
  readonly deleted = new Set<string>();
  readonly contradictions: string[] = [];

  take({ type, key, object, previous }: Change<ConfigMap>): void {
    const known = this.mirror.get(key);
    const version = object.metadata.resourceVersion ?? '';
    if ((type === 'added') !== (known === undefined)) {
      this.contradictions.push(`${type} ${key}@${version} when ${known === undefined ? 'absent' : 'present'}`);
    }
    if (type !== 'added' && previous !== known) {
      this.contradictions.push(`${type} ${key}@${version} over another object than the last one`);
    }
    if (type === 'deleted') {
      this.mirror.delete(key);
      this.deleted.add(object.metadata.uid ?? '');
      return;
    }
    if (this.versions.has(version)) {
      this.contradictions.push(`${type} ${key}@${version} came twice`);
    }
    this.versions.add(version);
    this.mirror.set(key, object);
  }
}

/** Breaks each watch soon after it began, by every fault in turn, until told to stop. */
function torment(
  proxy: FaultProxy,
  faults: readonly Fault[],
): { readonly hits: () => number; readonly end: () => void } {
  let armed = 0;
  let waited = 0;
  const timer = setInterval(() => {
    waited += 1;
    if (proxy.pending === 0) {
      proxy.inject({ on: ({ isWatch }) => isWatch, fault: faults[armed % faults.length] as Fault });
      armed += 1;
      waited = 0;
    } else if (waited === 10) {
      // The watch under way goes on in spite of its fault, for example late lines: the next fault needs a new one.
      proxy.cut();
      waited = 0;
    }
  }, 50);
  const end = (): void => {
    clearInterval(timer);
  };
  return { hits: () => armed - proxy.pending, end };
}

describe('a reflector behind a network that breaks all the time', () => {
  let direct: KubeClient;

  beforeAll(async () => {
    direct = await connect();
  });

  const follow = async (
    faults: readonly Fault[],
    count: number,
  ): Promise<{ follower: Follower; written: Written; lists: number }> => {
    const namespace = await freshNamespace('reflector');
    const { proxy, proxied } = await behindFaultProxy();
    const clock = fastClock(50);
    const random = (): number => 0.3;
    const reflector = new Reflector<ConfigMap>({
      client: proxied,
      resource: configMaps,
      namespace,
      ...ours,
      log: silentLog,
      clock,
      random,
      inactivityMs: 10_000,
    });
    const follower = new Follower();
    reflector.onChange((change) => {
      follower.take(change);
    });
    const stop = new AbortController();
    const running = reflector.run(stop.signal);
    await reflector.synced();
    const { hits, end } = torment(proxy, faults);
    onTestFinished(end);
    const written = await write(direct, namespace, count, () => hits() >= faults.length);
    end();
    const stored = new Map<string, string>();
    for await (const object of direct.listAll<ConfigMap>(configMaps, { namespace, ...ours })) {
      stored.set(keyOf(object), object.metadata.resourceVersion ?? '');
    }
    await vi.waitFor(
      () => {
        expect(versionsOf(reflector.cache.values())).toEqual(stored);
      },
      { timeout: 15_000, interval: 50 },
    );
    stop.abort();
    await running;
    expect(versionsOf(follower.mirror.values())).toEqual(stored);
    const lists = proxy.requests.filter(({ isWatch, path }) => !isWatch && path.endsWith('/configmaps')).length;
    return { follower, written, lists };
  };

  it('reports every single change when each gap can be resumed', { timeout: 300_000 }, async () => {
    const { follower, written, lists } = await follow(resumable, changes * 0.8);
    expect(follower.contradictions).toEqual([]);
    expect([...written.versions].filter((version) => !follower.versions.has(version))).toEqual([]);
    expect([...written.deleted].filter((uid) => !follower.deleted.has(uid))).toEqual([]);
    expect(lists).toBe(1);
  });

  it('ends with what is stored, without contradiction, when gaps force new lists', { timeout: 300_000 }, async () => {
    const { follower, lists } = await follow(relisting, changes * 0.2);
    expect(follower.contradictions).toEqual([]);
    expect(lists).toBeGreaterThan(1);
  });
});

function versionsOf(objects: Iterable<ConfigMap>): Map<string, string> {
  return new Map(Array.from(objects, (object) => [keyOf(object), object.metadata.resourceVersion ?? '']));
}
