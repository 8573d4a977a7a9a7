import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { constants } from 'node:os';
import path from 'node:path';

/** What to run, and how to end it. */
export interface GuardedCommand extends GuardedProgram {
  /** Appended to: standard output and standard error together. */
  readonly logFile: string;
}

export interface GuardedProgram {
  readonly file: string;
  readonly args?: readonly string[];
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Run as this user; only root may choose. */
  readonly user?: { readonly uid: number; readonly gid: number };
  /** Default: SIGTERM. */
  readonly stopSignal?: 'SIGTERM' | 'SIGINT';
  /** After this the process is killed; default 15,000. */
  readonly graceMs?: number;
}

export interface GuardedProcess {
  readonly pid: number;
  /** Resolves when the program has ended, with its exit code or 128 + the signal's number. Never rejects. */
  readonly exited: Promise<number>;
  readonly logFile: string;
  /** Asks the program to stop, kills it after the grace time, and resolves when it is gone. */
  readonly stop: () => Promise<void>;
  /** The end of the log, for an error's message. */
  readonly logTail: (lines?: number) => Promise<string>;
}

/**
 * A shell that becomes the program and leaves a warden behind. The warden holds the reading end of a pipe that only we
 * write to: when we die, however we die, the kernel closes the pipe and the warden stops the program. When the program
 * ends by itself we say so, because its process id may then belong to somebody else. The warden is no child of the
 * program, which might wonder about it (postgres does).
 */
const GUARD = `
signal=$1; tenths=$2; shift 2
exec 3<&0 </dev/null
( (
  trap '' TERM INT HUP
  read -r _ <&3 && exit
  kill -s "$signal" $$
  while kill -0 $$ && [ "$tenths" -gt 0 ]; do sleep 0.1; tenths=$((tenths - 1)); done
  kill -s KILL $$
) >/dev/null 2>&1 & )
exec 3<&-
exec "$@"
`;

/**
 * Starts a program that cannot outlive this process: it is stopped when this process ends, even by SIGKILL.
 *
 * It runs in a session of its own, so that Ctrl-C in a terminal reaches only us and we end it in our order.
 *
 * @throws Error if the program cannot be started; the message names it
 */
export async function startGuarded(command: GuardedCommand): Promise<GuardedProcess> {
  const { file, logFile } = command;
  await mkdir(path.dirname(logFile), { recursive: true });
  const log = openSync(logFile, 'a', 0o600);
  const child = spawnGuarded(command, log);
  closeSync(log);
  const exited = exitOf(child);
  await once(child, 'spawn').catch((cause: unknown) => {
    throw new Error(`cannot start ${file}`, { cause });
  });
  if (child.pid === undefined) throw new Error(`cannot start ${file}: the system gave it no process id`);
  const stop = async (): Promise<void> => {
    child.stdin?.destroy();
    await exited;
  };
  return { pid: child.pid, exited, logFile, stop, logTail: (lines) => tail(logFile, lines) };
}

/** As {@link startGuarded}, without waiting for it. @param output a file descriptor, or `pipe` for whoever listens */
export function spawnGuarded(program: GuardedProgram, output: number | 'pipe'): ChildProcess {
  const { file, args = [], cwd, env, user, stopSignal = 'SIGTERM', graceMs = 15_000 } = program;
  const tenths = String(Math.ceil(graceMs / 100));
  const child = spawn('/bin/sh', ['-c', GUARD, 'guard', stopSignal.slice(3), tenths, file, ...args], {
    detached: true,
    stdio: ['pipe', output, output],
    ...(cwd === undefined ? {} : { cwd }),
    ...(env === undefined ? {} : { env }),
    ...user,
  });
  // Writing to a warden that is gone breaks the pipe, and then there is nobody left to tell.
  child.stdin?.on('error', () => undefined);
  child.once('exit', () => {
    child.stdin?.end('ended\n');
  });
  return child;
}

function exitOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
    child.once('error', () => {
      resolve(127);
    });
  });
}

/** The last lines of a log; empty when there is no log yet. */
async function tail(file: string, lines = 15): Promise<string> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  return text.trimEnd().split('\n').slice(-lines).join('\n');
}
