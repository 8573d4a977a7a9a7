import { execFile } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

/** Whether a process with this id runs. A finished one that nobody has waited for yet does not, on Linux. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    // EPERM: it exists and belongs to somebody else. The others: it ended before or while we looked.
    if (code === 'EPERM') return true;
    if (['ESRCH', 'ENOENT'].includes(code)) return false;
    throw error;
  }
}

/** The command line of a process, or undefined when it is gone. It changes when the process runs another program. */
export async function commandLineOf(pid: number): Promise<string | undefined> {
  const read = async (): Promise<string> =>
    process.platform === 'linux'
      ? (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ')
      : askPs('command=', pid);
  return whileRunning(pid, read);
}

/**
 * When a process started, in whatever form the system tells it, or undefined when it is gone. Process ids are used
 * again, so whoever remembers one compares this too before he signals it.
 */
export async function startOf(pid: number): Promise<string | undefined> {
  const read = async (): Promise<string> => {
    if (process.platform !== 'linux') return askPs('lstart=', pid);
    // proc(5): field 22; the second one, in brackets, is the program's name and may hold anything.
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  };
  return whileRunning(pid, read);
}

async function askPs(column: string, pid: number): Promise<string> {
  return (await promisify(execFile)('ps', ['-o', column, '-p', String(pid)])).stdout;
}

async function whileRunning(pid: number, read: () => Promise<string>): Promise<string | undefined> {
  if (!isRunning(pid)) return undefined;
  try {
    return (await read()).trim();
  } catch (error) {
    if (isRunning(pid)) throw error;
    return undefined;
  }
}

export interface WaitOptions {
  /** Default 30,000. */
  readonly timeoutMs?: number;
  readonly intervalMs?: number;
  /** Ends the wait without an error. */
  readonly signal?: AbortSignal;
}

/** Waits until `holds` answers true. @throws Error naming `what` when the time is over */
export async function waitUntil(
  what: string,
  holds: () => boolean | Promise<boolean>,
  { timeoutMs = 30_000, intervalMs = 20, signal }: WaitOptions = {},
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (signal?.aborted !== true && !(await holds())) {
    if (performance.now() > deadline) throw new Error(`waited ${timeoutMs / 1000} s in vain: ${what}`);
    await delay(intervalMs);
  }
}

/** Below the ports that systems give to outgoing connections: Linux begins at 32768, others later. */
const assignable = { from: 10_000, to: 32_768 } as const;
const assigned = new Set<number>();

/**
 * A port on the loopback that is free right now, `preferred` if that one is. Somebody may take it before it is used, so
 * the caller tries again when its program finds the address in use. No other port is given twice by one process: Xray
 * shares a port with whoever else listens on it (`SO_REUSEPORT`) and would not say so.
 */
export async function freePort(preferred?: number): Promise<number> {
  if (preferred !== undefined && (await isFree(preferred))) return preferred;
  for (;;) {
    const port = randomInt(assignable.from, assignable.to);
    if (assigned.has(port)) continue;
    assigned.add(port);
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const listener = createServer();
  listener.listen(port, '127.0.0.1');
  try {
    await once(listener, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false;
    throw error;
  }
  listener.close();
  await once(listener, 'close');
  return true;
}

/** Starts a program again when somebody took the port that {@link freePort} had found for it. */
export async function withFreePorts<T>(start: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start();
    } catch (error) {
      const isTaken = error instanceof Error && /address already in use/.test(error.message);
      if (!isTaken || attempt === 5) throw error;
    }
  }
}
