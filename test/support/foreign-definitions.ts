import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { SupportError } from './errors.ts';
import { runProgram } from './helm.ts';
import { ensureTool } from './toolchain.ts';

/**
 * Kinds of others that the chart and the examples make: their definitions are in the Go modules of those who define them.
 * `sum` is what go.sum would hold.
 */
const SOURCES = [
  {
    module: 'github.com/prometheus-operator/prometheus-operator@v0.85.0',
    sum: 'h1:M5xLCLEoaW2IJfnuCwFzzpL+jSVQu3KGT84Pye+fW8s=',
    folder: 'example/prometheus-operator-crd',
    kinds: ['podmonitors', 'prometheusrules'],
  },
  {
    module: 'sigs.k8s.io/gateway-api@v1.4.0',
    sum: 'h1:ZwlNM6zOHq0h3WUX2gfByPs2yAEsy/EenYJB78jpQfQ=',
    folder: 'config/crd/standard',
    kinds: ['httproutes'],
  },
  {
    module: 'github.com/external-secrets/external-secrets@v1.3.2',
    sum: 'h1:u2J8RjlHIeF0oZCqtl92adI/uZWUwOesJIDkfql6LqQ=',
    folder: 'config/crds/bases',
    kinds: ['externalsecrets'],
  },
  {
    module: 'github.com/cloudnative-pg/cloudnative-pg@v1.27.1',
    sum: 'h1:w+bbtXyEPoaa7sZGXxbb8qJ+/bUGWQ3M48kbNUEpKlk=',
    folder: 'config/crd/bases',
    kinds: ['clusters', 'scheduledbackups'],
  },
  {
    module: 'github.com/fluxcd/kustomize-controller@v1.9.6',
    sum: 'h1:XB+G3A0mky0j5uVHZWv4oSlS2RvZBoNIUhstIvY0JKE=',
    folder: 'config/crd/bases',
    kinds: ['kustomizations'],
  },
  {
    module: 'github.com/fluxcd/source-controller@v1.9.6',
    sum: 'h1:nG534/bI6nVpyHra7ONAk6xDB3xPsVT+EOLHZHXPrrc=',
    folder: 'config/crd/bases',
    kinds: ['gitrepositories'],
  },
] as const;

/** Puts the definitions of {@link foreignDefinitions} into a cluster and waits until their kinds are served. */
export async function applyForeignDefinitions(kubeconfig: string): Promise<void> {
  const kubectl = await ensureTool('kubectl');
  const files = (await foreignDefinitions()).flatMap((file) => ['--filename', file]);
  const env = { PATH: process.env['PATH'], KUBECONFIG: kubeconfig };
  for (const action of [
    ['apply', '--server-side'],
    ['wait', '--for=condition=Established', '--timeout=120s'],
  ]) {
    const { code, stderr } = await runProgram(kubectl, [...action, ...files], env);
    if (code !== 0)
      throw new SupportError('PROGRAM_FAILED', `kubectl ${action.join(' ')}: ${stderr}`, { retry: 'later' });
  }
}

/**
 * Files with the definitions of kinds of the Prometheus operator, the Gateway API, External Secrets, CloudNativePG and Flux,
 * which Go downloads and keeps.
 *
 * @throws SupportError BUILD_FAILED when a module cannot be had or is not what it was
 */
async function foreignDefinitions(): Promise<readonly string[]> {
  const files = await Promise.all(
    SOURCES.map(async ({ module, sum, folder, kinds }) => {
      const directory = path.join(await download(module, sum), folder);
      const wanted = new Set<string>(kinds);
      const isWanted = (name: string): boolean => wanted.has(/_([a-z]+)\.yaml$/.exec(name)?.[1] ?? '');
      return (await readdir(directory)).filter(isWanted).map((name) => path.join(directory, name));
    }),
  );
  return files.flat();
}

async function download(module: string, sum: string): Promise<string> {
  const env = { ...process.env, GOTOOLCHAIN: 'local', GOFLAGS: '-mod=mod', GOWORK: 'off' };
  let said: string;
  try {
    // Away from any go.mod, which it would hold against ours.
    ({ stdout: said } = await promisify(execFile)('go', ['mod', 'download', '-json', module], { env, cwd: tmpdir() }));
  } catch (cause) {
    throw new SupportError('BUILD_FAILED', `the Go module ${module} could not be downloaded`, {
      retry: 'later',
      cause,
    });
  }
  const { Dir: directory, Sum: found } = JSON.parse(said) as { Dir: string; Sum: string };
  if (found !== sum) {
    throw new SupportError('BUILD_FAILED', `the Go module ${module} is not what it was: ${found}`, { retry: 'never' });
  }
  return directory;
}
