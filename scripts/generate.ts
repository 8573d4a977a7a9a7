import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { format, type FormatConfig } from 'oxfmt';
import { stringify } from 'yaml';

import { customResourceDefinitions } from '../src/api/schema/crd.ts';
import { kinds } from '../src/api/schema/kinds.ts';
import { referencePage } from '../src/api/schema/reference.ts';
import { openHelm } from '../test/support/helm.ts';
import { ruleCases } from '../test/integration/api/cases/index.ts';
import { readWords } from '../test/integration/api/cases/words.ts';
import { rejectionsPage } from '../test/integration/api/cases/rejections-page.ts';
import { CHART, CHART_DEFINITIONS, chartFiles, type GeneratedFile } from './chart/chart-files.ts';
import { DEPLOY_DIGEST, deployDigest, deployPaths, renderDeployFiles } from './chart/deploy-files.ts';
import { rightsPage } from './chart/rights.ts';
import { configurationPage } from './configuration-page.ts';
import { metricsPage } from './metrics-page.ts';
import { DASHBOARDS, monitoringFiles } from './monitoring-files.ts';

/** The root of this repository. */
const HOME = fileURLToPath(new URL('..', import.meta.url));

const COMMAND = 'npm run generate';
const noteOn = (source: string): string => `Generated from ${source} by \`${COMMAND}\`: change it there.`;
const NOTE = noteOn('src/api');

/** Folders that hold generated files only; anything else in them is stale. */
const FOLDERS = {
  definitions: 'crds',
  reference: 'docs/reference',
  chartDefinitions: CHART_DEFINITIONS,
  dashboards: DASHBOARDS,
} as const;

/** Generated from the commands' options, in a folder of pages that people write. */
const CONFIGURATION = { path: 'docs/operations/configuration.md', source: 'src/commands' } as const;

/** Generated from what the services were seen to serve. */
const METRICS = {
  path: 'docs/metrics.md',
  source: 'test/integration/commands/metrics and scripts/metrics-advice.ts',
} as const;

/** Every generated file: its path from the root of the repository, and its text as the formatter of this repository has it. */
async function generatedFiles(): Promise<ReadonlyMap<string, string>> {
  const style = JSON.parse(await readFile(join(HOME, '.oxfmtrc.json'), 'utf8')) as FormatConfig;
  const formatted = async ([path, text]: readonly [string, string]): Promise<[string, string]> => {
    // Templates are no YAML before Helm has read them.
    if (path.startsWith(CHART_DEFINITIONS)) return [path, text];
    const { code, errors } = await format(path, text, style);
    if (errors.length > 0) {
      throw new Error(`${path} was generated in a form that cannot be formatted: ${errors[0]?.message ?? ''}`);
    }
    return [path, code];
  };
  return new Map(await Promise.all(generatedTexts().map(formatted)));
}

function generatedTexts(): readonly (readonly [string, string])[] {
  const definitions = customResourceDefinitions().map((definition): [string, string] => [
    `${FOLDERS.definitions}/${definition.metadata.name}.yaml`,
    `# ${NOTE}\n${stringify(definition, { lineWidth: 0, aliasDuplicateObjects: false })}`,
  ]);
  const pages = [
    ...kinds.map((kind): [string, string] => [kind.singular, referencePage(kind)]),
    ['rejections', rejectionsPage(ruleCases, readWords())] as const,
    ['rights', rightsPage()] as const,
  ].map(([name, text]): [string, string] => [`${FOLDERS.reference}/${name}.md`, `<!-- ${NOTE} -->\n\n${text}\n`]);
  const configuration = `<!-- ${noteOn(CONFIGURATION.source)} -->\n\n${configurationPage()}\n`;
  const metrics = `<!-- ${noteOn(METRICS.source)} -->\n\n${metricsPage()}\n`;
  const chart = [...chartFiles(HOME, noteOn), ...monitoringFiles(noteOn)].map(
    ({ path, text }) => [path, text] as const,
  );
  return [...definitions, ...pages, ...chart, [CONFIGURATION.path, configuration], [METRICS.path, metrics]];
}

function sourceOf(path: string): string {
  const others: readonly Pick<GeneratedFile, 'path' | 'source'>[] = [
    CONFIGURATION,
    METRICS,
    ...chartFiles(HOME, noteOn),
    ...monitoringFiles(noteOn),
  ];
  return others.find((file) => file.path === path)?.source ?? 'src/api';
}

/** Files in the generated folders that nothing generates (any more). */
async function staleFiles(root: string, generated: ReadonlyMap<string, string>): Promise<readonly string[]> {
  const present = await Promise.all(
    Object.values(FOLDERS).map(async (folder) => {
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

async function write(root: string): Promise<void> {
  const files = await generatedFiles();
  await writeAll(root, files);
  const generated = new Map([...files, ...(await deployFiles())]);
  await writeAll(root, generated);
  for (const path of await staleFiles(root, generated)) {
    await rm(join(root, path));
  }
  process.stdout.write(`${String(generated.size)} files are in step\n`);
}

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
async function check(root: string): Promise<void> {
  const generated = await generatedFiles();
  const complaints: string[] = [];
  for (const [path, text] of generated) {
    const present = await unlessAbsent(readFile(join(root, path), 'utf8'));
    if (present !== text) {
      complaints.push(`${path} ${present === undefined ? 'is missing' : `is not in step with ${sourceOf(path)}`}`);
    }
  }
  // Rendered by Helm, which a check does not need: the digest of what they were rendered from tells.
  if ((await unlessAbsent(readFile(join(root, DEPLOY_DIGEST), 'utf8'))) !== deployDigest(HOME)) {
    complaints.push(`${DEPLOY_DIGEST} is not in step with ${CHART}`);
  }
  complaints.push(...(await staleFiles(root, generated)).map((path) => `${path} is not generated by anything`));
  if (complaints.length > 0) {
    process.stderr.write(`${complaints.join('\n')}\nrun: ${COMMAND}\n`);
    process.exitCode = 1;
  }
}

const { values } = parseArgs({
  options: {
    check: { type: 'boolean', default: false },
    /** Another folder than this repository, for tests. */
    root: { type: 'string', default: HOME },
  },
});
await (values.check ? check(values.root) : write(values.root));
