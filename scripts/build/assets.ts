import { readFileSync } from 'node:fs';
import path from 'node:path';

/** A file or folder that a module of ours reads beside itself while it runs. */
export interface Asset {
  /** Absolute. */
  readonly from: string;
  /** Where the bundle has it: all chunks lie in one folder, so "beside itself" is the same for each of them. */
  readonly name: string;
}

const besideItself = /new URL\('\.\/([^'/]+)\/?', import\.meta\.url\)/g;

/**
 * What modules read by `new URL('./name/', import.meta.url)`, which is the one way to read a file of ours: it finds the
 * source's neighbour from sources and the bundle's neighbour from the bundle.
 *
 * @param modules absolute paths of sources
 * @throws RangeError if two of them have different things of one name beside themselves
 */
export function assetsOf(modules: readonly string[]): readonly Asset[] {
  const assets = new Map<string, string>();
  for (const module of modules) {
    for (const [, name = ''] of readFileSync(module, 'utf8').matchAll(besideItself)) {
      const from = path.join(path.dirname(module), name);
      const known = assets.get(name) ?? from;
      if (known !== from) throw new RangeError(`${known} and ${from} would be one in the bundle: rename one`);
      assets.set(name, from);
    }
  }
  return [...assets].map(([name, from]) => ({ name, from }));
}
