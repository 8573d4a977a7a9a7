import { readFileSync } from 'node:fs';

/** One package of package-lock.json (version 3), in the part that we look at. */
export interface LockedPackage {
  readonly version?: string;
  readonly resolved?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly license?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

export interface LockFile {
  readonly packages: Record<string, LockedPackage>;
}

export function readLockFile(file: string): LockFile {
  return JSON.parse(readFileSync(file, 'utf8')) as LockFile;
}

/**
 * Packages whose entry names a download address. Addresses differ from machine to machine and tell what mirror somebody
 * uses; npm finds the packages without them, and the checksums are what counts.
 */
export function findDownloadAddresses({ packages }: LockFile): string[] {
  return Object.entries(packages).flatMap(([place, { resolved }]) => (resolved === undefined ? [] : [place]));
}

/**
 * Entries that are missing for other platforms' optional packages. npm leaves out what its registry does not serve
 * (mirrors often carry some platforms only), and `npm ci` then refuses the whole lock file.
 */
export function missingPlatforms({ packages }: LockFile): Record<string, LockedPackage> {
  const missing: Record<string, LockedPackage> = {};
  for (const [place, { optionalDependencies = {}, dev }] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(optionalDependencies)) {
      if (isPresent(packages, place, name)) continue;
      missing[`node_modules/${name}`] = {
        version,
        ...(dev === true ? { dev } : {}),
        ...platformOf(name),
        optional: true,
      };
    }
  }
  return missing;
}

/** Node looks in every node_modules from the package's own upwards. */
function isPresent(packages: LockFile['packages'], place: string, name: string): boolean {
  for (let at = place; ; at = at.slice(0, Math.max(0, at.lastIndexOf('node_modules/') - 1))) {
    if (packages[`${at === '' ? '' : `${at}/`}node_modules/${name}`] !== undefined) return true;
    if (at === '') return false;
  }
}

const PLATFORM =
  /\b(aix|android|darwin|freebsd|linux|netbsd|openbsd|openharmony|sunos|win32)-(\w+?64\w*|arm|ia32|s390x)(?:-(gnu|musl))?/;

/** By the convention of native packages: `…-linux-arm64-musl`. */
function platformOf(name: string): Pick<LockedPackage, 'os' | 'cpu' | 'libc'> {
  const [, os, cpu, libc] = PLATFORM.exec(name) ?? [];
  if (os === undefined || cpu === undefined) return {};
  return { cpu: [cpu], ...(libc === undefined ? {} : { libc: [libc === 'gnu' ? 'glibc' : libc] }), os: [os] };
}
