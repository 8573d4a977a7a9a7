import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { stringify } from 'yaml';
import { describeError } from '../../../src/base/errors.ts';
import { expand, factsOf, resolveEnvironment, translatePaths } from './environment.ts';
import type { Container } from './objects.ts';
import { passes } from './probes.ts';
import type { RunningContainer, Runtime } from './runtime.ts';
import { makeVolume, readData, type VolumeContext } from './volumes.ts';

export interface PodRunOptions extends VolumeContext {
  readonly runtime: Runtime;
  /** Of the API server, for the kubeconfig that stands for the address in a pod's variables. */
  readonly apiServer: string;
  readonly namesFile: string;
  readonly logs: string;
}

interface ContainerState {
  ready: boolean;
  restarts: number;
  exitCode: number | undefined;
  running: boolean;
}

const accountPath = '/var/run/secrets/kubernetes.io/serviceaccount';
const probeEveryMs = 100;

/** One pod, from its start to its end. */
export class PodRun {
  readonly #options: PodRunOptions;
  readonly #stop = new AbortController();
  readonly #states = new Map<string, ContainerState>();
  readonly #running: Promise<void>;
  #folders: ReadonlyMap<string, string> = new Map();
  #isInitialized = false;
  /** Why it does not start. */
  #trouble = '';
  #written = '';
  #reporting: Promise<void> = Promise.resolve();

  constructor(options: PodRunOptions) {
    this.#options = options;
    const { initContainers = [], containers } = options.pod.spec;
    for (const { name } of [...initContainers, ...containers]) {
      this.#states.set(name, { ready: false, restarts: 0, exitCode: undefined, running: false });
    }
    this.#running = this.#run();
    // Whoever stops it is told; until then nobody listens.
    this.#running.catch(() => undefined);
  }

  get ip(): string {
    return this.#options.podIP;
  }

  get isReady(): boolean {
    return (
      !this.#stop.signal.aborted && this.#options.pod.spec.containers.every(({ name }) => this.#stateOf(name).ready)
    );
  }

  /** Ends its containers as a kubelet does: SIGTERM, and after the grace time SIGKILL. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await rm(this.#options.directory, { recursive: true, force: true });
  }

  async #run(): Promise<void> {
    const { initContainers = [], containers } = this.#options.pod.spec;
    try {
      await this.#untilPossible(async () => {
        this.#folders = await this.#makeVolumes();
      });
      for (const container of initContainers) await this.#keepRunning(container, 'OnFailure');
      this.#isInitialized = true;
      await this.#report();
      const policy = this.#options.pod.spec.restartPolicy ?? 'Always';
      await Promise.all(containers.map((container) => this.#keepRunning(container, policy)));
    } catch (error) {
      if (!this.#stop.signal.aborted) throw error;
    }
  }

  async #makeVolumes(): Promise<ReadonlyMap<string, string>> {
    await mkdir(this.#options.directory, { recursive: true });
    const { volumes = [] } = this.#options.pod.spec;
    return new Map(
      await Promise.all(volumes.map(async (volume) => [volume.name, await makeVolume(volume, this.#options)] as const)),
    );
  }

  /** Whatever is missing may come: a kubelet waits for it and says so. */
  async #untilPossible(attempt: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        await attempt();
        this.#trouble = '';
        return;
      } catch (error) {
        this.#trouble = describeError(error);
        await this.#report();
      }
      await delay(200, undefined, { signal: this.#stop.signal });
    }
  }

  /** Runs a container, again and again where its policy says so. Resolves when it has ended for good. */
  async #keepRunning(container: Container, policy: 'Always' | 'OnFailure' | 'Never'): Promise<void> {
    const state = this.#stateOf(container.name);
    for (;;) {
      let running: RunningContainer | undefined;
      await this.#untilPossible(async () => {
        running = await this.#start(container);
      });
      if (running === undefined) return;
      state.running = true;
      const code = await this.#attend(container, running, state);
      Object.assign(state, { running: false, ready: false, exitCode: code });
      await this.#report();
      const isOver = policy === 'Never' || (policy === 'OnFailure' && code === 0);
      if (isOver || this.#stop.signal.aborted) return;
      state.restarts += 1;
      await delay(Math.min(10_000, 250 * 2 ** state.restarts), undefined, { signal: this.#stop.signal });
    }
  }

  async #start(container: Container): Promise<RunningContainer> {
    const { pod, podIP, runtime, logs } = this.#options;
    const read = this.#options;
    const env = await resolveEnvironment(container.env ?? [], factsOf(pod, podIP), async (kind, { name, key }) => {
      return (await readData(read, kind, name)).get(key)?.toString('utf8');
    });
    const translate = (text: string): string => translatePaths(expand(text, env), container, this.#folders);
    const ours = {
      HOSTNAME: pod.metadata.name,
      TEST_KUBELET_NAMES: this.#options.namesFile,
      TEST_KUBELET_NAMESPACE: pod.metadata.namespace,
      ...(await this.#accountOf(container)),
    };
    return runtime({
      image: container.image,
      command: (container.command ?? []).map(translate),
      args: (container.args ?? []).map(translate),
      env: { ...Object.fromEntries(Object.entries(env).map(([name, value]) => [name, translate(value)])), ...ours },
      folders: this.#folders,
      podIP,
      logFile: path.join(logs, `${pod.metadata.name}.${container.name}.log`),
      graceMs: (pod.metadata.deletionGracePeriodSeconds ?? 30) * 1000,
    });
  }

  /** Where a pod finds the API server and its token. A process finds them in a kubeconfig. */
  async #accountOf({ volumeMounts = [] }: Container): Promise<Record<string, string>> {
    const mount = volumeMounts.find(({ mountPath }) => mountPath === accountPath);
    const folder = mount === undefined ? undefined : this.#folders.get(mount.name);
    if (folder === undefined) return {};
    const file = path.join(folder, 'config');
    const cluster = { server: this.#options.apiServer, 'certificate-authority': path.join(folder, 'ca.crt') };
    // As client-node has it in a pod: the file is read again and again.
    const provider = { name: 'tokenFile', config: { tokenFile: path.join(folder, 'token') } };
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'here', cluster }],
      users: [{ name: 'pod', user: { 'auth-provider': provider } }],
      contexts: [{ name: 'here', context: { cluster: 'here', user: 'pod' } }],
      'current-context': 'here',
    };
    await writeFile(file, stringify(config), { mode: 0o600 });
    return { KUBECONFIG: file };
  }

  /** Probes a container until it ends or is to end. @returns its exit code */
  async #attend(container: Container, running: RunningContainer, state: ContainerState): Promise<number> {
    let code: number | undefined;
    void running.exited.then((exitCode) => (code = exitCode));
    let started = container.startupProbe === undefined;
    let failures = 0;
    while (!this.#stop.signal.aborted && code === undefined) {
      const check = async (probe = container.readinessProbe): Promise<boolean> =>
        probe === undefined || passes(probe, container, running, this.ip);
      started ||= await check(container.startupProbe);
      state.ready = started && (await check());
      const { livenessProbe } = container;
      failures = !started || livenessProbe === undefined || (await check(livenessProbe)) ? 0 : failures + 1;
      if (failures > (livenessProbe?.failureThreshold ?? 3) * 10) await running.stop();
      await this.#report();
      await Promise.race([delay(probeEveryMs), running.exited]);
    }
    if (code === undefined) {
      state.ready = false;
      await running.stop();
    }
    return running.exited;
  }

  #stateOf(name: string): ContainerState {
    const state = this.#states.get(name);
    if (state === undefined) throw new Error(`there is no container ${name}`);
    return state;
  }

  /**
   * Writes the status where it differs from what was written last. One at a time: two containers that end together would
   * overtake each other, and the API server refuses to hear that one that has ended runs.
   */
  #report(): Promise<void> {
    const turn = this.#reporting.then(() => this.#write());
    this.#reporting = turn.catch(() => undefined);
    return turn;
  }

  async #write(): Promise<void> {
    const { admin, pod } = this.#options;
    const { namespace, name } = pod.metadata;
    const at = `/api/v1/namespaces/${namespace}/pods/${name}/status`;
    for (;;) {
      const status = this.#status();
      const text = JSON.stringify(status);
      if (text === this.#written) return;
      const reply = await admin
        .request('PATCH', at, { body: { status }, contentType: 'application/merge-patch+json' })
        .catch(() => undefined);
      if (reply !== undefined && reply.status >= 300 && reply.status !== 404) {
        throw new Error(`the status of ${name} was refused: ${JSON.stringify(reply.body)}`);
      }
      if (reply !== undefined) this.#written = text;
      // Nobody answered: it is told again, because a container that has ended has nothing more to tell later.
      if (reply !== undefined || this.#stop.signal.aborted) return;
      await delay(probeEveryMs);
    }
  }

  #status(): object {
    const { pod, podIP } = this.#options;
    const { initContainers = [], containers, restartPolicy } = pod.spec;
    const condition = (type: string, holds: boolean): object => ({
      type,
      status: holds ? 'True' : 'False',
      ...(holds || this.#trouble === '' ? {} : { message: this.#trouble }),
      lastTransitionTime: null,
    });
    const ended = containers.map(({ name }) => this.#stateOf(name)).filter(({ running }) => !running);
    const isOver = restartPolicy === 'Never' && ended.length === containers.length && this.#isInitialized;
    const codes = ended.map(({ exitCode }) => exitCode);
    const isFinished = isOver && codes.every((code) => code !== undefined);
    const finalPhase = codes.every((code) => code === 0) ? 'Succeeded' : 'Failed';
    return {
      phase: isFinished ? finalPhase : this.#isInitialized ? 'Running' : 'Pending',
      podIP,
      podIPs: [{ ip: podIP }],
      conditions: [
        condition('PodScheduled', true),
        condition('Initialized', this.#isInitialized),
        condition('ContainersReady', this.isReady),
        condition('Ready', this.isReady),
      ],
      initContainerStatuses: initContainers.map((container) => this.#containerStatus(container)),
      containerStatuses: containers.map((container) => this.#containerStatus(container)),
    };
  }

  #containerStatus({ name, image }: Container): object {
    const { ready, restarts, running, exitCode } = this.#stateOf(name);
    const waiting = { waiting: { reason: 'Waiting', message: this.#trouble } };
    const over = exitCode === undefined ? waiting : { terminated: { exitCode } };
    return {
      name,
      image,
      imageID: image,
      ready: ready && running,
      started: running,
      restartCount: restarts,
      state: running ? { running: {} } : over,
    };
  }
}
