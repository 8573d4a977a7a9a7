import { rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { AdminConnection } from '../control-plane-admin.ts';
import type { Pod, ServiceObject } from './objects.ts';
import { PodRun } from './pod.ts';
import type { Runtime } from './runtime.ts';

export interface KubeletOptions {
  readonly admin: AdminConnection;
  readonly apiServer: string;
  /** Volumes, claims and, in `logs`, what containers say. */
  readonly directory: string;
  readonly runtime: Runtime;
}

export interface Kubelet {
  /** Addresses of the ready pods behind a Service. */
  addressesOf(namespace: string, service: string): readonly string[];
  readonly logs: string;
  /** Ends every pod that runs. Their objects stay. @throws whatever went wrong meanwhile */
  stop(): Promise<void>;
}

const lookEveryMs = 100;
const nodeName = 'here';

/** Runs every pod of a cluster as processes of this machine, until it is stopped. */
export function startKubelet(options: KubeletOptions): Kubelet {
  const stop = new AbortController();
  const runs = new Map<string, PodRun>();
  const ending = new Map<string, Promise<void>>();
  let names: Readonly<Record<string, readonly string[]>> = {};
  const logs = path.join(options.directory, 'logs');
  const namesFile = path.join(options.directory, 'names.json');
  let next = 0;

  const list = async <T>(kind: string): Promise<readonly T[]> => {
    const reply = await options.admin.request('GET', `/api/v1/${kind}`);
    if (reply.status !== 200) throw new Error(`${kind} could not be listed: ${JSON.stringify(reply.body)}`);
    return (reply.body as { items: T[] }).items;
  };

  async function look(): Promise<void> {
    const pods = await list<Pod>('pods');
    for (const pod of pods) await attend(pod);
    const present = new Set(pods.map(({ metadata }) => metadata.uid));
    for (const uid of runs.keys()) if (!present.has(uid)) end(uid);
    await publishNames(pods);
  }

  async function attend(pod: Pod): Promise<void> {
    const { uid, namespace, name, deletionTimestamp } = pod.metadata;
    if (deletionTimestamp !== undefined) {
      end(uid, async () => {
        await options.admin.request('DELETE', `/api/v1/namespaces/${namespace}/pods/${name}`, {
          body: { apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds: 0, preconditions: { uid } },
        });
      });
    } else if (pod.spec.nodeName === undefined) {
      await bind(pod);
    } else if (!runs.has(uid)) {
      runs.set(uid, start(pod));
    }
  }

  function start(pod: Pod): PodRun {
    next += 1;
    return new PodRun({
      ...options,
      pod,
      podIP: `127.77.${Math.floor(next / 250)}.${(next % 250) + 1}`,
      directory: path.join(options.directory, 'pods', pod.metadata.uid),
      claims: path.join(options.directory, 'claims'),
      namesFile,
      logs,
    });
  }

  function end(uid: string, then: () => Promise<void> = () => Promise.resolve()): void {
    if (ending.has(uid)) return;
    const work = async (): Promise<void> => {
      await runs.get(uid)?.stop();
      runs.delete(uid);
      await then();
      ending.delete(uid);
    };
    ending.set(uid, work());
  }

  async function bind({ metadata: { namespace, name } }: Pod): Promise<void> {
    await options.admin.request('POST', `/api/v1/namespaces/${namespace}/pods/${name}/binding`, {
      body: {
        apiVersion: 'v1',
        kind: 'Binding',
        metadata: { name },
        target: { apiVersion: 'v1', kind: 'Node', name: nodeName },
      },
    });
  }

  async function publishNames(pods: readonly Pod[]): Promise<void> {
    const services = await list<ServiceObject>('services');
    const entries = services.map(({ metadata: { namespace, name }, spec: { selector = {} } }) => {
      const addresses = pods
        .filter((pod) => pod.metadata.namespace === namespace && matches(selector, pod.metadata.labels ?? {}))
        .map((pod) => runs.get(pod.metadata.uid))
        .filter((run) => run !== undefined)
        .filter((run) => run.isReady)
        .map((run) => run.ip);
      return [`${name}.${namespace}`, addresses] as const;
    });
    names = Object.fromEntries(entries);
    await writeFile(`${namesFile}.new`, JSON.stringify(names));
    await rename(`${namesFile}.new`, namesFile);
  }

  const looking = (async () => {
    for (let failures = 0; !stop.signal.aborted;) {
      try {
        await look();
        failures = 0;
      } catch (error) {
        // A busy machine's API server is late at times; one that is gone is told to whoever stops us.
        failures += 1;
        if (failures === 20) throw error;
      }
      await delay(lookEveryMs);
    }
  })();
  // Whoever stops it is told; until then nobody listens.
  looking.catch(() => undefined);

  return {
    logs,
    addressesOf: (namespace, service) => names[`${service}.${namespace}`] ?? [],
    async stop() {
      stop.abort();
      await Promise.allSettled([looking]);
      await Promise.all([...ending.values(), ...[...runs.values()].map((run) => run.stop())]);
      await looking;
    },
  };
}

function matches(selector: Readonly<Record<string, string>>, labels: Readonly<Record<string, string>>): boolean {
  return Object.entries(selector).every(([name, value]) => labels[name] === value);
}
