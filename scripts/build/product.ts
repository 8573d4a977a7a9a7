import { execFileSync } from 'node:child_process';
import { chmod, cp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { assetsOf } from './assets.ts';
import { writeBundle } from './bundle.ts';
import { licencesText } from './licences.ts';
import { packagesOf } from './packages.ts';
import { billOfMaterials } from './sbom.ts';

export interface ProductOptions {
  /** The sources, with their packages installed. */
  readonly root: string;
  /** Emptied first. */
  readonly folder: string;
  /** What `wayleave version` says. */
  readonly commit: string;
}

/** Where the image has Node. The kernel reads it from the first line, so the image needs neither a shell nor `env`. */
const interpreter = '/usr/local/bin/node';

/** Writes what production runs. The same sources and packages give the same bytes. */
export async function buildProduct({ root, folder, commit }: ProductOptions): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  const { modules } = await writeBundle({ root, folder, commit, interpreter });
  const ours = modules.filter((module) => module.startsWith(path.join(root, 'src') + path.sep));
  for (const { from, name } of assetsOf(ours)) await cp(from, path.join(folder, name), { recursive: true });
  const packages = packagesOf(modules);
  await writeFile(path.join(folder, 'THIRD-PARTY-LICENSES.txt'), licencesText(packages));
  await writeFile(path.join(folder, 'sbom.cdx.json'), billOfMaterials(root, packages, commit));
  await cp(path.join(root, 'LICENSE'), path.join(folder, 'LICENSE'));
  // So that people can say `wayleave` in a container without a shell.
  await chmod(path.join(folder, 'wayleave.mjs'), 0o755);
  await mkdir(path.join(folder, 'bin'));
  await symlink('../wayleave.mjs', path.join(folder, 'bin', 'wayleave'));
}

/** The commit of a checkout and its time, with `-dirty` when there is more than the commit in it. */
export function headOf(root: string): { readonly commit: string; readonly seconds: number } {
  const git = (...args: readonly string[]): string =>
    execFileSync('git', ['-C', root, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  const isClean = git('status', '--porcelain') === '';
  return {
    commit: `${git('rev-parse', 'HEAD')}${isClean ? '' : '-dirty'}`,
    seconds: Number(git('log', '-1', '--format=%ct')),
  };
}
