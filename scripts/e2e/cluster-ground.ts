import { execFile, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { KubeClient } from '../../src/kube/index.ts';
import { CommandError } from '../../src/commands/command-error.ts';
import type { Ground, Way } from '../../test/e2e/story/ground.ts';
import type { Front } from '../../test/support/front.ts';
import { spawnGuarded } from '../../test/support/guarded-process.ts';
import { stringify } from 'yaml';

export interface ClusterGround {
  readonly client: KubeClient;
  /** Of our own, with one context: see writeKubeconfigForContext. */
  readonly kubeconfig: string;
  readonly helm: string;
  readonly kubectl: string;
  readonly chartFlags: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Ends what runs. */
  readonly signal: AbortSignal;
}

/** Any cluster that a kubeconfig leads to. */
export function clusterGround(options: ClusterGround): Ground {
  const { client, kubeconfig, helm, kubectl, chartFlags, signal } = options;
  // Whole: plugins that give credentials have settings of their own there.
  const env = { ...options.env, KUBECONFIG: kubeconfig };
  return {
    client,
    chartFlags,
    helm: (args, values) => runHelm(helm, args, { values, env, signal }),
    reach: (way) => forwardPort(kubectl, way, env),
  };
}

function runHelm(
  file: string,
  args: readonly string[],
  run: { readonly values: object | undefined; readonly env: NodeJS.ProcessEnv; readonly signal: AbortSignal },
): Promise<string> {
  const { values, env, signal } = run;
  // Values given in a file come last in `args`, and win.
  const [action = '', ...rest] = args;
  const all = values === undefined ? args : [action, '--values=-', ...rest];
  return new Promise((resolve, reject) => {
    const child = execFile(file, all, { env, signal, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else if (signal.aborted) reject(signal.reason as Error);
      else reject(new CommandError(`helm ${action} failed: ${stderr.trim() || error.message}`, { retry: 'later' }));
    });
    // A helm that ends without reading tells why in its own words.
    child.stdin?.on('error', () => undefined);
    // Helm reads YAML 1.1, where `no` is a truth value.
    child.stdin?.end(values === undefined ? '' : stringify(values, { version: '1.1' }));
  });
}

/** @throws CommandError with what kubectl said */
async function forwardPort(kubectl: string, way: Way, env: NodeJS.ProcessEnv): Promise<Front> {
  const target = ['--namespace', way.namespace, `service/${way.service}`, `:${way.port}`];
  const args = ['port-forward', '--address', '127.0.0.1', ...target];
  const child = spawnGuarded({ file: kubectl, args, env, graceMs: 2000 }, 'pipe');
  const port = await portOf(child, way);
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      const ended = once(child, 'exit');
      child.stdin?.destroy();
      if (child.exitCode === null && child.signalCode === null) await ended;
    },
  };
}

function portOf(child: ChildProcess, { service }: Way): Promise<number> {
  let said = '';
  return new Promise((resolve, reject) => {
    const hear = (text: string): void => {
      said += text;
      const [, port] = /^Forwarding from 127\.0\.0\.1:(\d+)/m.exec(said) ?? [];
      if (port !== undefined) resolve(Number(port));
    };
    for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', hear);
    child.once('error', reject);
    child.once('exit', () => {
      reject(new CommandError(`kubectl port-forward service/${service} failed: ${said.trim()}`, { retry: 'later' }));
    });
  });
}
