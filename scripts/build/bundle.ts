import path from 'node:path';
import { rolldown, type Plugin, type RolldownOutput } from 'rolldown';

export interface BundleOptions {
  /** The checkout. */
  readonly root: string;
  readonly folder: string;
  readonly commit: string;
  /** Absolute path of the Node that shall run the bundle. */
  readonly interpreter: string;
}

export interface Bundle {
  /** Absolute paths of the modules that something of is in the bundle, sorted. */
  readonly modules: readonly string[];
}

/**
 * Bundles the command line, a chunk for each part that is loaded on its own, so that a command pays only for what it uses.
 *
 * Names stay as they are: a stack trace is readable without the source maps, and exact with `--enable-source-maps`.
 */
export async function writeBundle({ root, folder, commit, interpreter }: BundleOptions): Promise<Bundle> {
  const entry = path.join(root, 'src/main.ts');
  const build = await rolldown({
    cwd: root,
    input: { wayleave: entry },
    platform: 'node',
    // A package is where it was found, not where a link leads: by that place the lock file knows it.
    resolve: { conditionNames: ['bundle', 'node'], symlinks: false },
    // client-node has half a thousand generated models, of which loading credentials needs none, and does not say that
    // leaving them out is safe. They would be 40 MB of memory.
    treeshake: { moduleSideEffects: (id) => !id.includes('/@kubernetes/client-node/') },
    transform: {
      define: {
        WAYLEAVE_COMMIT: JSON.stringify(commit),
        // CommonJS packages ask where they are.
        __dirname: 'import.meta.dirname',
        __filename: 'import.meta.filename',
      },
    },
    plugins: [interpretedBy(interpreter, entry)],
    onLog(level, log, handle) {
      // Packages may eval if they must; a warning about what is ours ends the build.
      if (log.code === 'EVAL') return;
      handle(level === 'warn' ? 'error' : level, log);
    },
  });
  const output = await build.write({
    dir: folder,
    format: 'esm',
    entryFileNames: '[name].mjs',
    chunkFileNames: '[name].mjs',
    // V8 keeps the text of what it runs: white space alone is a third of it.
    minify: { compress: false, mangle: false, codegen: true },
    sourcemap: true,
    sourcemapExcludeSources: true,
    // As they lie in the checkout, wherever that is and wherever the bundle goes.
    sourcemapPathTransform: (source, map) => path.relative(root, path.resolve(path.dirname(map), source)),
  });
  await build.close();
  return { modules: modulesOf(output) };
}

function interpretedBy(interpreter: string, entry: string): Plugin {
  return {
    name: 'interpreter',
    transform: (code, id) =>
      id === entry ? { code: code.replace(/^#!.*/, `#!${interpreter}`), map: null } : undefined,
  };
}

function modulesOf({ output }: RolldownOutput): readonly string[] {
  const chunks = output.filter((file) => file.type === 'chunk');
  const modules = chunks.flatMap((chunk) => Object.entries(chunk.modules));
  const used = modules.flatMap(([id, { renderedLength }]) => (path.isAbsolute(id) && renderedLength > 0 ? [id] : []));
  return [...new Set(used)].toSorted();
}
