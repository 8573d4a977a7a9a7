import { copyFile, rm, writeFile } from 'node:fs/promises';
import { startControlPlane } from '../../../test/support/control-plane.ts';
import { CONTROL_PLANE_TOOLS, ensureTools } from '../../../test/support/toolchain.ts';
import type { DataDirectory } from './data-directory.ts';
import { defaultKubeconfig, writeKubeconfigForContext } from './existing-cluster.ts';
import { canUseKind, startKindCluster } from './kind-cluster.ts';

export interface ClusterChoice {
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  /** The one built from source, even where kind could run. */
  readonly local: boolean;
}

/** A cluster that `data.kubeconfig` leads to. */
export interface Cluster {
  /** For the person, for example `kind cluster "wayleave"`. */
  readonly description: string;
  /** To be called when the resource definitions are there: garbage collection starts slowly without them. */
  finish(): Promise<void>;
  /** Ends what was started; the data stay. */
  stop(): Promise<void>;
}

const nothing = (): Promise<void> => Promise.resolve();

/**
 * The cluster that was asked for, else kind where it can run, else one built from source.
 *
 * @throws UsageError, SupportError, Error with kind's last words
 */
export async function startCluster(
  choice: ClusterChoice,
  data: DataDirectory,
  env: NodeJS.ProcessEnv,
  progress: (text: string) => void,
): Promise<Cluster> {
  if (choice.kubeconfig !== undefined || choice.context !== undefined) {
    const file = choice.kubeconfig ?? defaultKubeconfig(env);
    const context = await writeKubeconfigForContext({ file, context: choice.context }, data.kubeconfig);
    return { description: `context "${context}" of ${file}`, finish: nothing, stop: nothing };
  }
  if (!choice.local && (await canUseKind(env))) {
    await writeFile(data.kindMark, '');
    const { description, stop } = await startKindCluster(data.kubeconfig, progress);
    return { description, finish: nothing, stop };
  }
  return startLocalCluster(data, progress);
}

async function startLocalCluster(data: DataDirectory, progress: (text: string) => void): Promise<Cluster> {
  const binaries = await ensureTools(CONTROL_PLANE_TOOLS, progress);
  progress('starting etcd and the API server');
  const plane = await startControlPlane({ binaries, directory: data.controlPlane, durable: true });
  await rm(data.kubeconfig, { force: true });
  await copyFile(plane.kubeconfig, data.kubeconfig);
  return {
    description: `local control plane at ${plane.url}`,
    finish: () => plane.startControllerManager(),
    stop: () => plane.stop(),
  };
}
