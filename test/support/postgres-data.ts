import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { SupportError } from './errors.ts';
import {
  ensureSharedHome,
  isReachable,
  SHARED_HOME,
  type PostgresBinaries,
  type SystemUser,
} from './postgres-binaries.ts';
import { commandLineOf, isRunning } from '../../src/commands/up/processes.ts';
import { waitUntil } from './processes.ts';

/** A PostgreSQL data directory that is ready to be started. */
export interface PostgresData {
  readonly dataDirectory: string;
  readonly password: string;
}

/**
 * Where the data of `directory` are: inside it, or, when we are root and postgres' user cannot get there, in a folder of
 * its own below {@link SHARED_HOME}.
 */
export async function locateData(directory: string, user: SystemUser | undefined): Promise<string> {
  if (user === undefined || (await isReachable(directory, user))) return path.join(directory, 'data');
  const digest = createHash('sha256').update(directory).digest('hex').slice(0, 12);
  return path.join(SHARED_HOME, `data-${digest}`);
}

/**
 * Opens the data directory, or makes it on first use. A half-made one of a killed run is thrown away; a lock file that a
 * killed run left is removed, because its process id may meanwhile belong to somebody else.
 *
 * @throws SupportError DIRECTORY_VERSION when another major version of PostgreSQL wrote the data
 */
export async function openData(
  directory: string,
  binaries: PostgresBinaries,
  user: SystemUser | undefined,
): Promise<PostgresData> {
  const dataDirectory = await locateData(directory, user);
  const version = await readIfPresent(path.join(dataDirectory, 'PG_VERSION'));
  if (version !== undefined && version.trim() !== binaries.majorVersion) {
    const message = `${dataDirectory} was written by PostgreSQL ${version.trim()} and this is ${binaries.majorVersion}: start over with an empty directory, or move the data with pg_dump of the old version`;
    throw new SupportError('DIRECTORY_VERSION', message, { retry: 'never' });
  }
  const passwordFile = path.join(directory, 'superuser-password');
  if (version === undefined) await initialise(dataDirectory, passwordFile, binaries, user);
  else await mendLockFile(dataDirectory);
  return { dataDirectory, password: (await readFile(passwordFile, 'utf8')).trim() };
}

async function initialise(
  dataDirectory: string,
  passwordFile: string,
  binaries: PostgresBinaries,
  user: SystemUser | undefined,
): Promise<void> {
  // The folder gets its name when it is complete: PG_VERSION is the first file that initdb writes.
  const staging = `${dataDirectory}.new`;
  const password = randomBytes(24).toString('base64url');
  const stagedPassword = `${staging}.password`;
  await rm(staging, { recursive: true, force: true });
  await rm(dataDirectory, { recursive: true, force: true });
  if (path.dirname(staging) === SHARED_HOME) await ensureSharedHome();
  await mkdir(staging, { mode: 0o700 });
  await writeFile(stagedPassword, password, { mode: 0o600 });
  if (user !== undefined) {
    await chown(staging, user.uid, user.gid);
    await chown(stagedPassword, user.uid, user.gid);
  }
  const args = [
    '--pgdata',
    staging,
    '--username=postgres',
    `--pwfile=${stagedPassword}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--locale=C',
    '--no-sync',
    '--no-instructions',
  ];
  try {
    await promisify(execFile)(binaries.initdb, args, {
      ...user,
      cwd: path.dirname(staging),
      env: { ...process.env, LC_ALL: 'C' },
    });
  } catch (cause) {
    throw new SupportError('PROGRAM_FAILED', `initdb could not make ${dataDirectory}`, { retry: 'later', cause });
  } finally {
    await rm(stagedPassword, { force: true });
  }
  await writeFile(passwordFile, password, { mode: 0o600 });
  await rename(staging, dataDirectory);
}

async function mendLockFile(dataDirectory: string): Promise<void> {
  const lockFile = path.join(dataDirectory, 'postmaster.pid');
  const pid = Number((await readIfPresent(lockFile))?.split('\n')[0]);
  if (!Number.isInteger(pid) || pid <= 0) return;
  if ((await commandLineOf(pid))?.includes(dataDirectory) === true) {
    // A server that outlived its run. Fast shutdown, so that nothing is lost.
    process.kill(pid, 'SIGINT');
    await waitUntil(`PostgreSQL ${pid} of a killed run ends`, () => !isRunning(pid));
  }
  await rm(lockFile, { force: true });
}

async function readIfPresent(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
