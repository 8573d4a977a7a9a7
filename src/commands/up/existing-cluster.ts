import { readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path';
import { parse, stringify } from 'yaml';
import { UsageError } from '../usage-error.ts';

interface Kubeconfig {
  'current-context'?: string;
  contexts?: { name: string }[];
  clusters?: { cluster?: Record<string, unknown> }[];
  users?: { user?: Record<string, unknown> }[];
}

const clusterFiles = ['certificate-authority'];
const userFiles = ['client-certificate', 'client-key', 'tokenFile'];

/**
 * Writes a kubeconfig of our own for a cluster that the person named, with the wanted context made current, so that
 * operator, `link` and the person's kubectl all speak to the same one whatever his default context becomes meanwhile.
 *
 * @returns the context's name
 * @throws UsageError when the file cannot be read or has no such context
 */
export async function writeKubeconfigForContext(
  from: { readonly file: string; readonly context: string | undefined },
  to: string,
): Promise<string> {
  const config = await readKubeconfig(from.file);
  const contexts = (config.contexts ?? []).map(({ name }) => name);
  const context = from.context ?? config['current-context'];
  if (context === undefined || !contexts.includes(context)) {
    const wanted = context === undefined ? 'no current context' : `no context "${context}"`;
    throw new UsageError(
      `${from.file} has ${wanted}: choose one with --context (${contexts.join(', ') || 'it has none'}).`,
    );
  }
  const folder = dirname(resolve(from.file));
  for (const { cluster } of config.clusters ?? []) makeAbsolute(cluster, clusterFiles, folder);
  for (const { user } of config.users ?? []) makeAbsolute(user, userFiles, folder);
  await writeFile(to, stringify({ ...config, 'current-context': context }), { mode: 0o600 });
  return context;
}

/** The file that kubectl would read. A KUBECONFIG of several files is merged by nobody but kubectl: the first counts. */
export function defaultKubeconfig(env: NodeJS.ProcessEnv): string {
  const [first] = (env['KUBECONFIG'] ?? '').split(delimiter).filter((part) => part !== '');
  return first ?? join(homedir(), '.kube', 'config');
}

async function readKubeconfig(file: string): Promise<Kubeconfig> {
  try {
    return (parse(await readFile(file, 'utf8')) ?? {}) as Kubeconfig;
  } catch (cause) {
    const isAbsent = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    const what = isAbsent ? 'does not exist: name one with --kubeconfig' : 'cannot be read as a kubeconfig';
    throw new UsageError(`${file} ${what}.`, cause);
  }
}

/** Paths in a kubeconfig are relative to its own folder, which ours is not. */
function makeAbsolute(entry: Record<string, unknown> | undefined, keys: readonly string[], folder: string): void {
  for (const key of keys) {
    const path = entry?.[key];
    if (entry !== undefined && typeof path === 'string' && !isAbsolute(path)) entry[key] = resolve(folder, path);
  }
}
