import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readMigrations } from '../../../src/store/migration-files.ts';

/** Sources that can be run. */
export interface Version {
  readonly name: string;
  /** Where `src` and `package.json` are. */
  readonly folder: string;
}

const root = path.resolve(import.meta.dirname, '../../..');

/** The sources that this is one of. */
export const thisVersion: Version = { name: 'this version', folder: root };

/** What an upgrade may do to a schema that another version works with: only add, here to what is written all the time. */
const expand = `
create table rehearsals (
  id bigint generated always as identity primary key,
  noted_at timestamptz not null default now()
);
alter table charges add column rehearsed boolean not null default false;
alter table orders add column rehearsed_at timestamptz;
alter table entitlements add column rehearsed_note text;
alter table panel_clients add column rehearsed_note text;
alter table outbox add column rehearsed_note text;
create index subscriptions_rehearsed on subscriptions (namespace, source);
`;

/** This version, and the one after it with one migration more. */
export interface Versions {
  readonly old: Version;
  readonly next: Version;
  remove(): Promise<void>;
}

/** Copies of both, so that whoever edits the sources meanwhile does not deploy them. */
export async function copyVersions(): Promise<Versions> {
  const folder = await mkdtemp(path.join(tmpdir(), `wayleave-test-${process.pid}-versions-`));
  const manifest = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as { version: string };
  const copy = async (name: string, version: string): Promise<Version> => {
    const into = path.join(folder, name);
    await cp(path.join(root, 'src'), path.join(into, 'src'), { recursive: true });
    await symlink(path.join(root, 'node_modules'), path.join(into, 'node_modules'));
    await writeFile(path.join(into, 'package.json'), JSON.stringify({ ...manifest, version }));
    return { name: version, folder: into };
  };
  const old = await copy('old', manifest.version);
  const next = await copy('next', `${manifest.version}-next`);
  const migrations = path.join(next.folder, 'src/store/migrations');
  await writeFile(path.join(migrations, `${await nextNumber(migrations)}_rehearsal.sql`), expand);
  return { old, next, remove: () => rm(folder, { recursive: true }) };
}

async function nextNumber(migrations: string): Promise<string> {
  const newest = (await readMigrations(migrations)).at(-1)?.version.slice(0, 4) ?? '0';
  return String(Number(newest) + 1).padStart(4, '0');
}
