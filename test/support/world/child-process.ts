import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { spawnGuarded } from '../guarded-process.ts';

export interface Program {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

export interface WatchedProcess {
  readonly child: ChildProcess;
  /** What it logged so far. */
  log(): string;
  /** Resolves with the signal or exit code that ended it. */
  readonly ended: Promise<NodeJS.Signals | number | null>;
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** Node keeps here what it made of our sources, by their content: half of what a start costs. */
const compileCache = path.join(tmpdir(), 'wayleave-compile-cache');

/**
 * A command of ours from its sources, with this very Node. No balancer has to hear that it ends, so it does so at once. The
 * first that ends in peace makes the others start faster.
 */
export function wayleaveProgram(command: string, env: NodeJS.ProcessEnv): Program {
  const main = path.resolve(import.meta.dirname, '../../../src/main.ts');
  return {
    file: process.execPath,
    args: [main, command],
    env: { ...process.env, NODE_COMPILE_CACHE: compileCache, WAYLEAVE_DRAIN_DELAY: '0s', ...env },
  };
}

/** Starts a program as a process of its own and keeps the end of what it says. It does not outlive this process. */
export function watchProcess(program: Program): WatchedProcess {
  const child = spawnGuarded(program, 'pipe');
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8');
    stream?.on('data', (text: string) => (output = (output + text).slice(-100_000)));
  }
  const ended = once(child, 'exit').then(
    ([code, signal]: (NodeJS.Signals | number | null)[]) => signal ?? code ?? null,
  );
  return {
    child,
    log: () => output,
    ended,
    stop: async (signal = 'SIGTERM') => {
      child.kill(signal);
      await ended;
    },
  };
}
