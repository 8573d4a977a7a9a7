import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { buildTool } from './toolchain-build.ts';
import { goVersion } from './toolchain-go.ts';
import { whileLocked } from './toolchain-lock.ts';
import { buildEnvironment, linkerFlags, TOOL_RECIPES, type ToolName } from './toolchain-recipes.ts';
import { SupportError } from './errors.ts';

export { CONTROL_PLANE_TOOLS, TOOL_NAMES, type ToolName } from './toolchain-recipes.ts';

/** Gets one line at a time, without its end. */
export type Progress = (line: string) => void;

/**
 * Returns the path of a real program, building it from its Go module on first use.
 *
 * An environment variable names another one: `WAYLEAVE_TOOL_KUBE_APISERVER`, or `TEST_ASSET_KUBE_APISERVER` as for
 * Kubernetes' envtest. What was built stays in `$WAYLEAVE_CACHE`, else `$XDG_CACHE_HOME/wayleave`, else `~/.cache/wayleave`.
 *
 * @throws SupportError MACHINE_LACKS (Go or a C compiler), BUILD_FAILED
 */
export async function ensureTool(name: ToolName, progress: Progress = () => undefined): Promise<string> {
  const chosen = await chosenByEnvironment(name);
  if (chosen !== undefined) return chosen;
  const recipe = TOOL_RECIPES[name];
  const moduleFolder = path.join(import.meta.dirname, 'tools', recipe.module);
  const goMod = await readFile(path.join(moduleFolder, 'go.mod'), 'utf8');
  const goSum = await readFile(path.join(moduleFolder, 'go.sum'), 'utf8');
  const flags = linkerFlags(recipe, goMod);
  const { GOFLAGS, CGO_ENABLED } = buildEnvironment(recipe, {});
  const version = await goVersion(name);
  const inputs = [recipe.package, goMod, goSum, version, flags, GOFLAGS, CGO_ENABLED, process.platform, process.arch];
  const key = createHash('sha256').update(JSON.stringify(inputs)).digest('hex').slice(0, 16);
  const tools = path.join(cacheRoot(), 'tools');
  const target = path.join(tools, `${name}-${key}`, name);
  if (await isExecutable(target)) return target;
  await mkdir(tools, { recursive: true });
  await whileLocked(tools, progress, async () => {
    if (await isExecutable(target)) return;
    const staging = `${path.dirname(target)}.new`;
    await rm(staging, { recursive: true, force: true });
    await mkdir(staging);
    await buildTool({ name, recipe, moduleFolder, linkerFlags: flags, output: path.join(staging, name), progress });
    await rm(path.dirname(target), { recursive: true, force: true });
    await rename(staging, path.dirname(target));
  });
  return target;
}

/** {@link ensureTool} for several, one heavy build at a time: linking Kubernetes takes 2 GB of memory. */
export async function ensureTools<Name extends ToolName>(
  names: readonly Name[],
  progress?: Progress,
): Promise<Record<Name, string>> {
  const paths: Partial<Record<Name, string>> = {};
  for (const name of names) paths[name] = await ensureTool(name, progress);
  return paths as Record<Name, string>;
}

function cacheRoot(): string {
  const { WAYLEAVE_CACHE, XDG_CACHE_HOME } = process.env;
  return path.resolve(WAYLEAVE_CACHE || path.join(XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'wayleave'));
}

async function chosenByEnvironment(name: ToolName): Promise<string | undefined> {
  const suffix = name.toUpperCase().replaceAll('-', '_');
  for (const variable of [`WAYLEAVE_TOOL_${suffix}`, `TEST_ASSET_${suffix}`]) {
    const file = process.env[variable];
    if (file === undefined || file === '') continue;
    if (await isExecutable(file)) return path.resolve(file);
    throw new SupportError('MACHINE_LACKS', `${variable} names ${file}, which is not a program that we may run`, {
      retry: 'never',
    });
  }
  return undefined;
}

async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
