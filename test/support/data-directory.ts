import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { SupportError } from './errors.ts';
import { commandLineOf, isRunning, startOf } from '../../src/commands/up/processes.ts';
import { waitUntil } from './processes.ts';

/** A directory of ours that programs write to; nobody else of ours uses it until it is released. */
export interface ClaimedDirectory {
  /** Remembers a program that works in the directory, so that the next run can end it if this one cannot. */
  remember(pid: number): Promise<void>;
  release(): Promise<void>;
}

interface ProcessMark {
  readonly pid: number;
  /** Not the command line: a program that a shell starts has the shell's for a moment. */
  readonly start: string;
}

interface Claim {
  readonly owner: ProcessMark;
  readonly children: readonly ProcessMark[];
}

/**
 * Takes a directory for this process, and ends whatever a killed run left working in it.
 *
 * Everybody writes a file of his own and then steps back if he sees another living one. So no order of events lets two
 * in, at the price that two who come at the same moment may both be turned away.
 *
 * @throws SupportError DIRECTORY_IN_USE while a process that claimed it lives
 */
export async function claimDirectory(directory: string): Promise<ClaimedDirectory> {
  const folder = path.join(directory, 'claims');
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, `${randomUUID()}.json`);
  const owner = await markOf(process.pid);
  const children: ProcessMark[] = [];
  await writeClaim(file, { owner, children });
  try {
    await stepBackOrEvict(directory, folder, file);
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
  return {
    async remember(pid) {
      children.push(await markOf(pid));
      await writeClaim(file, { owner, children });
    },
    release: () => rm(file, { force: true }),
  };
}

async function stepBackOrEvict(directory: string, folder: string, mine: string): Promise<void> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.json')).map((name) => path.join(folder, name));
  for (const file of files.filter((name) => name !== mine)) {
    const claim = await readClaim(file);
    if (claim === undefined) continue;
    if ((await isSame(claim.owner)) && !(await isEnding(claim.owner))) {
      const { pid } = claim.owner;
      const message = `process ${pid} (${(await commandLineOf(pid)) ?? 'just ended'}) works in ${directory}: stop it first, or choose another directory`;
      throw new SupportError('DIRECTORY_IN_USE', message, { retry: 'later' });
    }
    await Promise.all(claim.children.map(endLeftover));
    await rm(file, { force: true });
  }
}

/** A process that was killed has no command line any more while the system takes it apart, which takes a moment. */
async function isEnding(mark: ProcessMark): Promise<boolean> {
  if ((await commandLineOf(mark.pid)) !== '') return false;
  await waitUntil('', async () => !(await isSame(mark)), { signal: AbortSignal.timeout(5000) });
  return !(await isSame(mark));
}

/** Its warden is ending it at this moment; help after five seconds. */
async function endLeftover(mark: ProcessMark): Promise<void> {
  const deadline = AbortSignal.timeout(5000);
  await waitUntil('', async () => !(await isSame(mark)), { signal: deadline });
  if (!(await isSame(mark))) return;
  process.kill(mark.pid, 'SIGKILL');
  await waitUntil(`process ${mark.pid} of a killed run is killed`, () => !isRunning(mark.pid));
}

/** In one step, so that nobody reads half a claim. */
async function writeClaim(file: string, claim: Claim): Promise<void> {
  await writeFile(`${file}.new`, JSON.stringify(claim), { mode: 0o600 });
  await rename(`${file}.new`, file);
}

async function readClaim(file: string): Promise<Claim | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Claim;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function markOf(pid: number): Promise<ProcessMark> {
  return { pid, start: (await startOf(pid)) ?? '' };
}

async function isSame({ pid, start }: ProcessMark): Promise<boolean> {
  const now = await startOf(pid);
  return now !== undefined && now === start;
}
