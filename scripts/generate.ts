import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { format, type FormatConfig } from 'oxfmt';

import { openHelm } from '../test/support/helm.ts';
import { CHART, CHART_DEFINITIONS, type GeneratedFile } from './chart/chart-files.ts';
import { DEPLOY_DIGEST, deployDigest, deployPaths, renderDeployFiles } from './chart/deploy-files.ts';
import { generatedParts, type GeneratedPart } from './generated-parts.ts';

/** The root of this repository. */
const HOME = fileURLToPath(new URL('..', import.meta.url));

const COMMAND = 'npm run generate';
const noteOn = (source: string): string => `Generated from ${source} by \`${COMMAND}\`: change it there.`;

const HELP = `npm run generate [-- <option or part> …]

Writes the files that are made from others. Without parts, all of:
  ${Object.keys(generatedParts).join('\n  ')}

  --check           changes nothing, and says which files are not in step
  --root <folder>   another folder than this repository
`;

/** Every file of these parts, its text as the formatter of this repository has it. */
async function generatedFiles(parts: readonly GeneratedPart[]): Promise<readonly GeneratedFile[]> {
  const style = JSON.parse(await readFile(join(HOME, '.oxfmtrc.json'), 'utf8')) as FormatConfig;
  const formatted = async (file: GeneratedFile): Promise<GeneratedFile> => {
    const { path, text } = file;
    // Templates are no YAML before Helm has read them.
    if (path.startsWith(CHART_DEFINITIONS)) return file;
    const { code, errors } = await format(path, text, style);
    if (errors.length > 0) {
      throw new Error(`${path} was generated in a form that cannot be formatted: ${errors[0]?.message ?? ''}`);
    }
    return { ...file, text: code };
  };
  const made = await Promise.all(parts.map((part) => part.make(HOME, noteOn)));
  return Promise.all(made.flat().map(formatted));
}

/** Files in the folders of these parts that nothing generates (any more). */
async function staleFiles(
  root: string,
  parts: readonly GeneratedPart[],
  generated: ReadonlySet<string>,
): Promise<readonly string[]> {
  const present = await Promise.all(
    parts
      .flatMap(({ folders }) => folders)
      .map(async (folder) => {
        const names = (await unlessAbsent(readdir(join(root, folder)))) ?? [];
        return names.map((name) => `${folder}/${name}`);
      }),
  );
  return present.flat().filter((path) => !generated.has(path));
}

/** Undefined when there is no such file or folder. */
async function unlessAbsent<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') {
      return undefined;
    }
    throw thrown;
  }
}

async function write(root: string, parts: readonly GeneratedPart[]): Promise<void> {
  const files = new Map((await generatedFiles(parts)).map(({ path, text }) => [path, text]));
  await writeAll(root, files);
  // Rendered from what was just written.
  const rendered = isRendered(parts) ? await deployFiles() : new Map<string, string>();
  await writeAll(root, rendered);
  const generated = new Set([...files.keys(), ...rendered.keys()]);
  for (const path of await staleFiles(root, parts, generated)) {
    await rm(join(root, path));
  }
  process.stdout.write(`${String(generated.size)} files are in step\n`);
}

const isRendered = (parts: readonly GeneratedPart[]): boolean => parts.some((part) => part.isRendered === true);

async function writeAll(root: string, files: ReadonlyMap<string, string>): Promise<void> {
  for (const [path, text] of files) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
}

/** What Helm makes of this repository's chart: as it was rendered, or, where the chart has changed since, rendered anew. */
async function deployFiles(): Promise<ReadonlyMap<string, string>> {
  const digest = deployDigest(HOME);
  const known = await Promise.all(
    deployPaths.map(async (path) => [path, await unlessAbsent(readFile(join(HOME, path), 'utf8'))] as const),
  );
  const isKnown = known.every((file): file is readonly [string, string] => file[1] !== undefined);
  if (isKnown && (await unlessAbsent(readFile(join(HOME, DEPLOY_DIGEST), 'utf8'))) === digest) {
    return new Map([...known, [DEPLOY_DIGEST, digest]]);
  }
  const helm = await openHelm();
  try {
    return new Map([...(await renderDeployFiles(helm, HOME)), [DEPLOY_DIGEST, digest]]);
  } finally {
    await helm.close();
  }
}

/** Says which files differ and what to run; the exit code tells a script. */
async function check(root: string, parts: readonly GeneratedPart[]): Promise<void> {
  const files = await generatedFiles(parts);
  const complaints: string[] = [];
  for (const { path, text, source } of files) {
    const present = await unlessAbsent(readFile(join(root, path), 'utf8'));
    if (present !== text) {
      complaints.push(`${path} ${present === undefined ? 'is missing' : `is not in step with ${source}`}`);
    }
  }
  // Rendered by Helm, which a check does not need: the digest of what they were rendered from tells.
  if (isRendered(parts) && (await unlessAbsent(readFile(join(root, DEPLOY_DIGEST), 'utf8'))) !== deployDigest(HOME)) {
    complaints.push(`${DEPLOY_DIGEST} is not in step with ${CHART}`);
  }
  const generated = new Set(files.map(({ path }) => path));
  complaints.push(...(await staleFiles(root, parts, generated)).map((path) => `${path} is not generated by anything`));
  if (complaints.length > 0) {
    process.stderr.write(`${complaints.join('\n')}\nrun: ${COMMAND}\n`);
    process.exitCode = 1;
  }
}

/** @throws Error for a name that is none */
function partsNamed(names: readonly string[]): readonly GeneratedPart[] {
  if (names.length === 0) return Object.values(generatedParts);
  return names.map((name) => {
    const part = generatedParts[name];
    if (part === undefined) throw new Error(`there is no part "${name}": ${Object.keys(generatedParts).join(', ')}`);
    return part;
  });
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    help: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    /** For tests. */
    root: { type: 'string', default: HOME },
  },
});
if (values.help) process.stdout.write(HELP);
else await (values.check ? check : write)(values.root, partsNamed(positionals));
