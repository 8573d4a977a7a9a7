import { rm } from 'node:fs/promises';
import path from 'node:path';
import { describeError } from '../../src/base/errors.ts';
import { silentLog, type Log } from '../../src/base/log.ts';
import { connectAdmin, type AdminConnection } from './control-plane-admin.ts';
import { apiServerArgs, controllerManagerArgs, etcdArgs, withFlags, type Layout } from './control-plane-flags.ts';
import type { KeyedCertificate } from './certificates.ts';
import { readState, writeKubeconfig, writeState } from './control-plane-files.ts';
import { openCredentials, type ControlPlaneCredentials } from './control-plane-credentials.ts';
import { claimDirectory, type ClaimedDirectory } from './data-directory.ts';
import { startGuarded, type GuardedProcess } from './guarded-process.ts';
import { freePort } from './processes.ts';
import { awaitReady } from './readiness.ts';

export interface ControlPlaneOptions {
  /** Paths of the programs; see `ensureTools`. */
  readonly binaries: ControlPlaneBinaries;
  /** Keeps etcd's data, certificates, kubeconfigs and logs; the same directory continues the same cluster. */
  readonly directory: string;
  /** Garbage collection, namespace deletion, ServiceAccounts. Apply CRDs first where their dependents must go soon. */
  readonly controllerManager?: boolean;
  /** Controllers beside those of every cluster, such as `deployment-controller`. */
  readonly controllers?: readonly string[];
  /** Added to, and winning over, our own. */
  readonly apiserverFlags?: readonly string[];
  /** Survive a crash of the machine at the price of an fsync per write; default false. */
  readonly durable?: boolean;
  readonly log?: Log;
}

export interface ControlPlaneBinaries {
  readonly etcd: string;
  readonly 'kube-apiserver': string;
  readonly 'kube-controller-manager': string;
}

export interface ControlPlane extends AdminConnection {
  /** Path of a kubeconfig for a member of system:masters. */
  readonly kubeconfig: string;
  readonly url: string;
  readonly pids: { readonly etcd: number; readonly apiserver: number; readonly controllerManager?: number };
  /** Writes a kubeconfig with a client certificate of this user and returns its path. Rights come from RBAC objects. */
  kubeconfigFor(user: string, groups?: readonly string[]): Promise<string>;
  /** Does nothing if it runs. */
  startControllerManager(): Promise<void>;
  /** Ends all three; the data stay. */
  stop(): Promise<void>;
}

/**
 * Starts a real Kubernetes control plane on loopback ports and resolves when it is ready and has its default namespace.
 * Nothing of it outlives this process.
 *
 * @throws SupportError DIRECTORY_IN_USE, DIRECTORY_VERSION, PROGRAM_FAILED (with the end of the program's log)
 */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const directory = path.resolve(options.directory);
  const claim = await claimDirectory(directory);
  let plane: RunningControlPlane | undefined;
  try {
    plane = await bootOnFreePorts({ ...options, directory }, claim);
    await plane.settle();
    if (options.controllerManager === true) await plane.startControllerManager();
    return plane;
  } catch (error) {
    await plane?.stop();
    await claim.release();
    throw error;
  }
}

/** A free port can be taken by somebody before our program takes it, so a lost race is run again. */
async function bootOnFreePorts(options: ControlPlaneOptions, claim: ClaimedDirectory): Promise<RunningControlPlane> {
  const credentials = await openCredentials(path.join(options.directory, 'pki'));
  const kept = await readState(options.directory);
  for (let attempt = 1; ; attempt += 1) {
    const layout = {
      directory: options.directory,
      etcdPort: await freePort(),
      apiserverPort: await freePort(attempt === 1 ? kept.apiserverPort : undefined),
    };
    const plane = new RunningControlPlane(options, layout, credentials, claim);
    try {
      await plane.boot();
      return plane;
    } catch (error) {
      await plane.stopPrograms();
      if (attempt === 3 || !describeError(error).includes('address already in use')) throw error;
    }
  }
}

class RunningControlPlane implements ControlPlane {
  readonly url: string;
  readonly kubeconfig: string;
  readonly request: ControlPlane['request'];
  readonly applyCrds: ControlPlane['applyCrds'];
  readonly #options: ControlPlaneOptions;
  readonly #layout: Layout;
  readonly #credentials: ControlPlaneCredentials;
  readonly #claim: ClaimedDirectory;
  readonly #log: Log;
  readonly #admin: ReturnType<typeof connectAdmin>;
  readonly #adminPair: KeyedCertificate;
  /** In the order of their start; stopped in the opposite order. */
  readonly #programs = new Map<keyof ControlPlaneBinaries, GuardedProcess>();

  constructor(
    options: ControlPlaneOptions,
    layout: Layout,
    credentials: ControlPlaneCredentials,
    claim: ClaimedDirectory,
  ) {
    this.#options = options;
    this.#layout = layout;
    this.#credentials = credentials;
    this.#claim = claim;
    this.#log = options.log ?? silentLog;
    this.url = `https://127.0.0.1:${layout.apiserverPort}`;
    this.kubeconfig = path.join(layout.directory, 'admin.kubeconfig');
    this.#adminPair = credentials.issueUser('wayleave-admin', ['system:masters']);
    this.#admin = connectAdmin({ url: this.url, ca: credentials.clusterCa, ...this.#adminPair });
    this.request = this.#admin.request;
    this.applyCrds = this.#admin.applyCrds;
  }

  get pids(): ControlPlane['pids'] {
    const pid = (name: keyof ControlPlaneBinaries): number | undefined => this.#programs.get(name)?.pid;
    const controllerManager = pid('kube-controller-manager');
    return {
      etcd: pid('etcd') ?? 0,
      apiserver: pid('kube-apiserver') ?? 0,
      ...(controllerManager === undefined ? {} : { controllerManager }),
    };
  }

  /** Starts etcd and the API server, which retries etcd by itself, and waits until it is ready. */
  async boot(): Promise<void> {
    const { apiserverFlags = [], durable = false } = this.#options;
    await this.#start('etcd', etcdArgs(this.#layout, durable));
    await this.#start('kube-apiserver', withFlags(apiServerArgs(this.#layout), apiserverFlags));
    const answers = (at: string) => async (): Promise<boolean> => (await this.request('GET', at)).status === 200;
    const waiting = { programs: this.#programs, timeoutMs: START_TIMEOUT_MS };
    await awaitReady({ ...waiting, what: 'ready', holds: answers('/readyz') });
    await awaitReady({
      ...waiting,
      what: 'serving the default namespace',
      holds: answers('/api/v1/namespaces/default'),
    });
  }

  /** Writes what the next run and the user need to find this one. */
  async settle(): Promise<void> {
    await writeKubeconfig(this.kubeconfig, { url: this.url, ca: this.#credentials.clusterCa, ...this.#adminPair });
    await writeState(this.#layout.directory, { apiserverPort: this.#layout.apiserverPort });
  }

  async kubeconfigFor(user: string, groups: readonly string[] = []): Promise<string> {
    const file = path.join(this.#layout.directory, 'kubeconfigs', `${user.replaceAll(/[^\w.-]/g, '_')}.kubeconfig`);
    const pair = this.#credentials.issueUser(user, groups);
    await writeKubeconfig(file, { url: this.url, ca: this.#credentials.clusterCa, ...pair });
    return file;
  }

  async startControllerManager(): Promise<void> {
    if (this.#programs.has('kube-controller-manager')) return;
    const kubeconfig = await this.kubeconfigFor('system:kube-controller-manager');
    const args = controllerManagerArgs(this.#layout, kubeconfig, this.#options.controllers);
    await this.#start('kube-controller-manager', args);
  }

  async stop(): Promise<void> {
    await this.stopPrograms();
    await this.#claim.release();
  }

  async stopPrograms(): Promise<void> {
    await this.#admin.close();
    for (const program of [...this.#programs.values()].toReversed()) await program.stop();
  }

  async #start(name: keyof ControlPlaneBinaries, args: readonly string[]): Promise<GuardedProcess> {
    const logFile = path.join(this.#layout.directory, 'log', `${name}.log`);
    await rm(logFile, { force: true });
    const file = this.#options.binaries[name];
    const program = await startGuarded({ file, args, logFile, cwd: this.#layout.directory, graceMs: 10_000 });
    this.#programs.set(name, program);
    await this.#claim.remember(program.pid);
    this.#log.debug({ program: name, pid: program.pid, logFile }, 'started');
    return program;
  }
}

/** It takes 2.5 to 6 s on two busy cores. */
const START_TIMEOUT_MS = 180_000;
