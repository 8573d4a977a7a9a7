import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface MigrationFile {
  /** File name without `.sql`; its four digits give the order. */
  readonly version: string;
  readonly sql: string;
  /** SHA-256 of the text with line ends made equal, so that a checkout on Windows is not an edit. */
  readonly checksum: string;
  /**
   * The oldest version that a program must know to work with this schema, from a line `-- requires: 0007_name`. For the
   * contracting half of expand and contract: programs that know less refuse to start.
   */
  readonly requires: string | undefined;
}

/** The folder beside this file; a bundle keeps it beside itself. */
export const migrationsDirectory = fileURLToPath(new URL('./migrations/', import.meta.url));

const nameForm = /^\d{4}_[a-z0-9-]+\.sql$/;

/** Every migration of a folder in order. Other files are ignored. */
export async function readMigrations(directory = migrationsDirectory): Promise<readonly MigrationFile[]> {
  const names = (await readdir(directory)).filter((name) => nameForm.test(name)).toSorted();
  return Promise.all(names.map((name) => readMigration(directory, name)));
}

async function readMigration(directory: string, name: string): Promise<MigrationFile> {
  const sql = (await readFile(join(directory, name), 'utf8')).replaceAll('\r\n', '\n');
  return {
    version: name.slice(0, -'.sql'.length),
    sql,
    checksum: createHash('sha256').update(sql).digest('hex'),
    requires: /^-- requires: (\S+)$/m.exec(sql)?.[1],
  };
}
