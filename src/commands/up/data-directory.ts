import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** Everything that `up` keeps between runs, under one folder. */
export interface DataDirectory {
  readonly path: string;
  readonly kubeconfig: string;
  readonly logs: string;
  readonly controlPlane: string;
  readonly postgres: string;
  readonly panels: string;
  /** Chats and Stars of the simulated Telegram. */
  readonly telegram: string;
  readonly examples: string;
  readonly ports: string;
  /** Of the socket that takes orders. */
  readonly control: string;
  /** What a running `up` tells other commands; see running.ts. */
  readonly running: string;
  /** Says that the last run used a kind cluster, which lives outside this folder. */
  readonly kindMark: string;
  readonly gitignore: string;
}

export function dataDirectory(path: string): DataDirectory {
  return {
    path,
    kubeconfig: join(path, 'kubeconfig'),
    logs: join(path, 'logs'),
    controlPlane: join(path, 'control-plane'),
    postgres: join(path, 'postgres'),
    panels: join(path, 'panels'),
    telegram: join(path, 'telegram.json'),
    examples: join(path, 'examples'),
    ports: join(path, 'ports.json'),
    control: join(path, 'control'),
    running: join(path, 'running.json'),
    kindMark: join(path, 'kind-cluster'),
    gitignore: join(path, '.gitignore'),
  };
}

export async function createDataDirectory(data: DataDirectory): Promise<void> {
  // Traversable on purpose: Postgres refuses to run as root and has to reach its folder as another user. What must stay
  // private below is private file by file.
  await mkdir(data.path, { recursive: true, mode: 0o755 });
  await mkdir(data.logs, { recursive: true, mode: 0o700 });
  await mkdir(data.panels, { recursive: true, mode: 0o700 });
  // Keys and a database: wherever the folder is, git is to leave it alone.
  await writeFile(data.gitignore, '*\n');
}

/**
 * Deletes what earlier runs left, and nothing that is not ours: somebody may have given a folder with other things in it.
 *
 * @returns names of what was deleted
 */
export async function resetDataDirectory(data: DataDirectory): Promise<readonly string[]> {
  const { path, ...own } = data;
  const present = new Set(await readdir(path));
  const names = Object.values(own)
    .map((file) => file.slice(path.length + 1))
    .filter((name) => present.has(name));
  for (const name of names) await rm(join(path, name), { recursive: true, force: true });
  return names;
}

/** As the person would type it: relative to where he stands, when that is shorter. */
export function shortPath(path: string): string {
  const short = relative(process.cwd(), path) || '.';
  return short.length < path.length ? short : path;
}
