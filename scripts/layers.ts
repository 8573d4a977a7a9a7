import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * What each folder may import besides itself and `src/base`: the arrows of the architecture. `x/*` means the files
 * directly in x, which are its interface, and not its subfolders. The longest matching folder counts.
 */
export const LAYERS: Readonly<Record<string, readonly string[]>> = {
  'src/base': [],
  'src/api': [],
  'src/kube': [],
  'src/formats': [],
  'src/store': [],
  'src/telemetry': [],
  'src/panels': ['src/api', 'src/formats/*'],
  'src/ledger': ['src/api', 'src/store'],
  'src/payments': ['src/api', 'src/ledger', 'src/store'],
  'src/controllers': ['src/api', 'src/kube', 'src/panels/*', 'src/formats', 'src/store'],
  'src/controllers/projection': ['src/controllers', 'src/api', 'src/kube', 'src/ledger', 'src/store'],
  'src/bot': ['src/api', 'src/ledger', 'src/payments/*', 'src/store'],
  'src/subscriptions': ['src/formats', 'src/store'],
  // The command line wires concrete things together; nobody but main.ts and tests may import it.
  'src/commands': ['src'],
  // It starts the same control plane and Postgres as the tests do.
  'src/commands/up': ['src', 'test/support'],
  'src/main.ts': ['src'],
  scripts: ['src', 'test'],
  test: ['src', 'scripts'],
};

export interface LayerBreach {
  readonly file: string;
  readonly imported: string;
  readonly because: string;
}

/**
 * Why `file` may not import `imported`; undefined when it may.
 *
 * @param file path below the repository, with forward slashes
 * @param imported likewise
 */
export function refuseImport(file: string, imported: string): string | undefined {
  const isOurs = /^(src|test|scripts)\//.test(imported);
  if (file.endsWith('.test.ts') || !isOurs) return undefined;
  const layer = layerOf(file);
  if (layer === undefined) return `${file} belongs to no layer: name its folder in scripts/layers.ts`;
  const allowed = LAYERS[layer] ?? [];
  if ([layer, 'src/base', ...allowed].some((pattern) => matches(pattern, imported))) return undefined;
  return `${layer} may import ${['src/base', ...allowed].join(', ')}`;
}

function layerOf(file: string): string | undefined {
  const candidates = Object.keys(LAYERS).filter((layer) => matches(layer, file));
  return candidates.toSorted((a, b) => b.length - a.length)[0];
}

function matches(pattern: string, file: string): boolean {
  if (pattern.endsWith('/*')) return path.posix.dirname(file) === pattern.slice(0, -2);
  return file === pattern || file.startsWith(`${pattern}/`);
}

const SPECIFIER =
  /(?:^|[;\n])\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]|(?:^|[;\n])\s*import\s*['"]([^'"]+)['"]|\bimport\s*\(\s*['"]([^'"]+)['"]/g;

/** The specifiers that a module's text imports, statically, for effect, or lazily. */
export function importsOf(source: string): string[] {
  return [...source.matchAll(SPECIFIER)].map(([, from, effect, lazy]) => from ?? effect ?? lazy ?? '');
}

/** Checks every source file below `root`. */
export function findBreaches(root: string): LayerBreach[] {
  const files = globSync(['src/**/*.ts', 'test/**/*.ts', 'scripts/**/*.ts'], { cwd: root });
  return files.flatMap((file) => {
    const posix = file.split(path.sep).join('/');
    return importsOf(readFileSync(path.join(root, file), 'utf8'))
      .filter((specifier) => specifier.startsWith('.'))
      .map((specifier) => path.posix.join(path.posix.dirname(posix), specifier))
      .flatMap((imported) => {
        const because = refuseImport(posix, imported);
        return because === undefined ? [] : [{ file: posix, imported, because }];
      });
  });
}
