import { findProgram, runProgram } from './run-program.ts';

export const kindClusterName = 'wayleave';
const container = `${kindClusterName}-control-plane`;

/** Docker pulls an image of about 350 MB the first time. */
const createTimeoutMs = 10 * 60_000;
const quickTimeoutMs = 60_000;

/** Whether `kind` is installed and a Docker engine answers. */
export async function canUseKind(env: NodeJS.ProcessEnv): Promise<boolean> {
  if ((await findProgram('kind', env)) === undefined || (await findProgram('docker', env)) === undefined) return false;
  return (await runProgram('docker', ['version', '--format', '{{.Server.Version}}'], 10_000)).exitCode === 0;
}

/**
 * Creates the cluster, or starts the one of an earlier run, and writes its kubeconfig.
 *
 * @throws Error with kind's own last words
 */
export async function startKindCluster(
  kubeconfig: string,
  progress: (text: string) => void,
): Promise<{ readonly description: string; readonly stop: () => Promise<void> }> {
  const existing = (await run('kind', ['get', 'clusters'], quickTimeoutMs)).split('\n').includes(kindClusterName);
  if (existing) {
    progress(`starting the kind cluster ${kindClusterName} of an earlier run`);
    await run('docker', ['start', container], quickTimeoutMs);
    await run('kind', ['export', 'kubeconfig', '--name', kindClusterName, '--kubeconfig', kubeconfig], quickTimeoutMs);
  } else {
    progress('creating a kind cluster (the first time Docker downloads about 350 MB)');
    const args = ['create', 'cluster', '--name', kindClusterName, '--kubeconfig', kubeconfig, '--wait', '5m'];
    await run('kind', args, createTimeoutMs);
  }
  return {
    description: `kind cluster "${kindClusterName}"`,
    // Stopped, not deleted: the next run finds its resources again.
    stop: async () => {
      await run('docker', ['stop', container], quickTimeoutMs);
    },
  };
}

export async function deleteKindCluster(): Promise<void> {
  await run('kind', ['delete', 'cluster', '--name', kindClusterName], quickTimeoutMs);
}

async function run(file: string, args: readonly string[], timeoutMs: number): Promise<string> {
  const result = await runProgram(file, args, timeoutMs);
  if (result.exitCode === 0) return result.stdout;
  const words = result.stderr.trim().split('\n').slice(-3).join(' ');
  throw new Error(`"${file} ${args.join(' ')}" failed: ${words}`);
}
