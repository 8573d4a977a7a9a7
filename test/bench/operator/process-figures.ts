import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** Resident memory of a process in MiB: now, and at most since its start where the system remembers that (Linux). */
export async function residentMib(pid: number): Promise<{ readonly now: number; readonly peak: number }> {
  if (process.platform !== 'linux') {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)]);
    const now = Number(stdout) / 1024;
    return { now, peak: now };
  }
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const read = (field: string): number => Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024;
  return { now: read('VmRSS'), peak: read('VmHWM') };
}

const ticksPerSecond = 100;

/**
 * CPU seconds of a process so far, user and system. Not known outside Linux: NaN.
 *
 * @param options.withChildren as a server needs that forks for each connection
 */
export async function cpuSeconds(
  pid: number,
  { withChildren = false }: { readonly withChildren?: boolean } = {},
): Promise<number> {
  if (process.platform !== 'linux') return Number.NaN;
  const own = await statFields(String(pid));
  let ticks = Number(own[11]) + Number(own[12]);
  if (withChildren) {
    ticks += Number(own[13]) + Number(own[14]);
    for (const name of await readdir('/proc')) {
      if (!/^\d+$/.test(name)) continue;
      const fields = await statFields(name);
      if (Number(fields[1]) === pid) ticks += Number(fields[11]) + Number(fields[12]);
    }
  }
  return ticks / ticksPerSecond;
}

/** From the state on, after the command, which may hold spaces; empty when the process has ended. */
async function statFields(pid: string): Promise<readonly string[]> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}
