import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { waitUntil } from '../support/processes.ts';

const entry = path.join(import.meta.dirname, '../../src/main.ts');

export interface UpProcess {
  readonly pid: number;
  /** Everything that it has said so far. */
  output(): string;
  /** Waits until it has said that. @throws Error with what it said instead, when it ends or takes too long */
  said(pattern: RegExp, timeoutMs?: number): Promise<RegExpMatchArray>;
  kill(signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL'): void;
  /** Its exit code, or the signal's name. */
  ended(): Promise<number | string>;
}

/** Starts `wayleave up` as a person would, on a folder of the test's own. */
export function startUp(folder: string, ...flags: readonly string[]): UpProcess {
  const { DATABASE_URL: _database, KUBECONFIG: _cluster, ...env } = process.env;
  const child = spawn(process.execPath, [entry, 'up', '--local', '--data', folder, ...flags], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const closed = once(child, 'close').then(([code, signal]) => (code as number | null) ?? String(signal));
  let hasEnded = false;
  void closed.then(() => (hasEnded = true));
  return {
    pid: child.pid ?? 0,
    output: () => output,
    async said(pattern, timeoutMs = 120_000) {
      await waitUntil(`it says ${pattern}`, () => hasEnded || pattern.test(output), { timeoutMs }).catch((cause) => {
        throw new Error(`it only said:\n${output}`, { cause });
      });
      const match = pattern.exec(output);
      if (match === null) throw new Error(`it ended, having said:\n${output}`);
      return match;
    },
    kill: (signal) => child.kill(signal),
    ended: () => closed,
  };
}

/** Command lines of all processes that mention one of these paths. */
export async function processesOn(...paths: readonly string[]): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(
    pids.map((pid) =>
      readFile(`/proc/${pid}/cmdline`, 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT' || error.code === 'ESRCH') return '';
        throw error;
      }),
    ),
  );
  return lines.map((line) => line.replaceAll('\0', ' ')).filter((line) => paths.some((one) => line.includes(one)));
}
