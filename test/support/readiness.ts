import { describeError } from '../../src/base/errors.ts';
import { SupportError } from './errors.ts';
import type { GuardedProcess } from './guarded-process.ts';
import { waitUntil } from './processes.ts';

export interface Readiness {
  /** By name: those that must be running; the last one is the one that we wait for. */
  readonly programs: ReadonlyMap<string, GuardedProcess>;
  /** Completes the sentence "kube-apiserver is not …". */
  readonly what: string;
  /** May throw while the program does not answer yet. */
  readonly holds: () => Promise<boolean>;
  readonly timeoutMs: number;
}

/**
 * Waits until a program that was just started does its work, and fails at once when it, or one that it needs, ends.
 *
 * @throws SupportError PROGRAM_FAILED with the end of the log of the program that is to blame
 */
export async function awaitReady({ programs, what, holds, timeoutMs }: Readiness): Promise<void> {
  const [name = '', program] = [...programs].at(-1) ?? [];
  let latest: unknown;
  const attempt = async (): Promise<boolean> => {
    try {
      return await holds();
    } catch (error) {
      latest = error;
      return false;
    }
  };
  const failed = (message: string, cause?: unknown): SupportError =>
    new SupportError('PROGRAM_FAILED', message, { retry: 'later', cause });
  const ended = [...programs].map(async ([endedName, { exited, logFile, logTail }]): Promise<never> => {
    const code = await exited;
    throw failed(`${endedName} ended with code ${code}; the end of ${logFile}:\n${await logTail()}`);
  });
  const stopWaiting = new AbortController();
  const ready = waitUntil(what, attempt, { timeoutMs, signal: stopWaiting.signal }).catch(async () => {
    const log = program === undefined ? '' : `; the end of ${program.logFile}:\n${await program.logTail()}`;
    const reason = latest === undefined ? '' : ` (${describeError(latest)})`;
    throw failed(`${name} is not ${what} after ${timeoutMs / 1000} s${reason}${log}`, latest);
  });
  try {
    await Promise.race([ready, ...ended]);
  } finally {
    stopWaiting.abort();
    // Whoever lost the race must not become an unhandled rejection later on.
    for (const loser of [ready, ...ended]) loser.catch(() => undefined);
  }
}
