import { readFile } from 'node:fs/promises';
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';
import { promisify } from 'node:util';
import { execFile } from 'node:child_process';
import { findPostgres, postgresUser } from '../support/postgres-binaries.ts';
import { ensureTool } from '../support/toolchain.ts';

/** What figures were measured on. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGib: number;
  readonly system: string;
  readonly node: string;
  readonly postgres: string;
  readonly kubernetes: string;
}

export async function describeMachine(): Promise<Machine> {
  const [postgres, apiserver] = await Promise.all([
    postgresUser().then(findPostgres),
    ensureTool('kube-apiserver', (line) => {
      console.error(line);
    }),
  ]);
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGib: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    node: process.version,
    postgres: await versionOf(postgres.postgres),
    kubernetes: await versionOf(apiserver),
  };
}

/** How busy the machine is besides us: load averages of one minute by core, before anything was started. */
export async function loadBefore(): Promise<number | undefined> {
  if (process.platform !== 'linux') return undefined;
  const [minute] = (await readFile('/proc/loadavg', 'utf8')).split(' ');
  return Number(minute) / availableParallelism();
}

async function versionOf(program: string): Promise<string> {
  const { stdout } = await promisify(execFile)(program, ['--version']);
  return /\d+(\.\d+)+/.exec(stdout)?.[0] ?? stdout.trim();
}
