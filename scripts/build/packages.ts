import { readFileSync } from 'node:fs';
import path from 'node:path';

/** A package of others that something of is in the bundle. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** An SPDX expression, as the package says. */
  readonly license: string;
  /** Absolute. */
  readonly folder: string;
}

const packageFolder = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/;

/**
 * The packages that modules belong to, by name and version. What a package brings along in its own `node_modules` is one of
 * its own.
 *
 * @param modules absolute paths
 */
export function packagesOf(modules: readonly string[]): readonly BundledPackage[] {
  const folders = new Set(modules.flatMap((module) => packageFolder.exec(module)?.[0] ?? []));
  const packages = [...folders].map((folder) => readPackage(folder));
  return packages.toSorted((a, b) => compare(a.name, b.name) || compare(a.version, b.version));
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
}

function readPackage(folder: string): BundledPackage {
  const manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as Manifest;
  const { name, version, license } = manifest;
  if (typeof license !== 'string') throw new TypeError(`${name} ${version} does not say its licence: look before use`);
  return { name, version, license, folder };
}

/** By code units: the same order on every machine. */
function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
