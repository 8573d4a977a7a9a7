import { execFile } from 'node:child_process';
import { chown, copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { postgresUser } from './postgres-binaries.ts';
import { postgresDataDirectory, type Postgres } from './postgres.ts';

/** Of the running server alone. */
const notCopied = new Set(['pg_wal', 'postmaster.pid', 'postmaster.opts']);

/**
 * Takes a base backup of a server that runs and is written to, by Postgres' own rules: what pg_basebackup, pgBackRest and
 * volume snapshots of CloudNativePG do. The file of every tool that dumps would do as well; the package has none of them.
 *
 * @param from the directory that the server was started with
 * @param to a directory that does not exist; a server that is started with it goes on from the backup
 */
export async function takeBaseBackup(postgres: Postgres, from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  await copyFile(path.join(from, 'superuser-password'), path.join(to, 'superuser-password'));
  const [source, target] = await Promise.all([postgresDataDirectory(from), postgresDataDirectory(to)]);
  const user = await postgresUser();
  await mkdir(target, { mode: 0o700 });
  if (user !== undefined) await chown(target, user.uid, user.gid);
  const session = new Client({ connectionString: postgres.url });
  await session.connect();
  try {
    await session.query(`select pg_backup_start('test', true)`);
    const names = (await readdir(source)).filter((name) => !notCopied.has(name));
    await copyTree(
      names.map((name) => path.join(source, name)),
      target,
    );
    const { rows } = await session.query<{ labelfile: string }>('select labelfile from pg_backup_stop(false)');
    // What was written while files were copied; without an archive it is taken last, and from here.
    await copyTree([path.join(source, 'pg_wal')], target);
    const label = path.join(target, 'backup_label');
    await writeFile(label, rows[0]?.labelfile ?? '', { mode: 0o600 });
    if (user !== undefined) await chown(label, user.uid, user.gid);
  } finally {
    await session.end();
  }
}

/** With owners and modes, which Postgres insists on. */
async function copyTree(sources: readonly string[], target: string): Promise<void> {
  await promisify(execFile)('cp', ['-a', ...sources, target]);
}
