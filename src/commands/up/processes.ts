import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
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
