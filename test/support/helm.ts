import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stringify } from 'yaml';
import { ensureTool } from './toolchain.ts';

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Helm {
  /** Runs helm, whatever comes of it. `values` become `--values`. */
  tries(args: readonly string[], values?: object): Promise<CommandResult>;
  /** @returns standard output @throws Error with what helm said if it failed */
  run(args: readonly string[], values?: object): Promise<string>;
  close(): Promise<void>;
}

/** Our chart. */
export const chartFolder = path.resolve(import.meta.dirname, '../../charts/wayleave');

/** The real helm, with a home of its own. Without a kubeconfig it reaches no cluster. */
export async function openHelm(kubeconfig = '/dev/null'): Promise<Helm> {
  const program = await ensureTool('helm');
  const home = await mkdtemp(path.join(tmpdir(), 'wayleave-helm-'));
  const env = {
    PATH: process.env['PATH'],
    KUBECONFIG: kubeconfig,
    HELM_CACHE_HOME: path.join(home, 'cache'),
    HELM_CONFIG_HOME: path.join(home, 'config'),
    HELM_DATA_HOME: path.join(home, 'data'),
  };
  let calls = 0;
  async function tries(args: readonly string[], values?: object): Promise<CommandResult> {
    if (values === undefined) return runProgram(program, args, env);
    calls += 1;
    const file = path.join(home, `values-${calls}.yaml`);
    // Helm reads YAML 1.1, where `no` is a truth value.
    await writeFile(file, stringify(values, { version: '1.1' }));
    return runProgram(program, [...args, '--values', file], env);
  }
  return {
    tries,
    async run(args, values) {
      const { code, stdout, stderr } = await tries(args, values);
      if (code !== 0) throw new Error(`helm ${args.join(' ')} failed: ${stderr}${stdout}`);
      return stdout;
    },
    close: () => rm(home, { recursive: true, force: true }),
  };
}

/** Runs a program to its end, whatever comes of it. */
export function runProgram(
  file: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  input = '',
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = execFile(file, args, { env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      const code = typeof error?.code === 'number' ? error.code : error === null ? 0 : 1;
      resolve({ code, stdout, stderr: error !== null && code === 1 && stderr === '' ? error.message : stderr });
    });
    // A program that ends without reading tells why in its own words.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}
