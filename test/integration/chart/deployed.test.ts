import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { stringify } from 'yaml';
import { deployPaths, renderDeployFiles } from '../../../scripts/chart/deploy-files.ts';
import { applyForeignDefinitions } from '../../support/foreign-definitions.ts';
import { chartFolder, openHelm, runProgram, type CommandResult, type Helm } from '../../support/helm.ts';
import { ensureTool } from '../../support/toolchain.ts';
import { objectsOf, podsOf } from './rendered.ts';

const root = path.resolve(import.meta.dirname, '../../..');

let helm: Helm;
let program: string;

beforeAll(async () => {
  helm = await openHelm();
  program = await ensureTool('kubectl');
  await applyForeignDefinitions(inject('kubeconfig'));
  const namespaces = ['wayleave-system', 'shop', 'shop-north', 'shop-south', 'argocd', 'flux-system'].map((name) =>
    stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }),
  );
  expect(await kubectl(['apply', '--server-side', '-f', '-'], namespaces.join('---\n'))).toMatchObject({ code: 0 });
}, 300_000);
afterAll(() => helm.close());

function kubectl(args: readonly string[], input?: string): Promise<CommandResult> {
  return runProgram(program, args, { PATH: process.env['PATH'], KUBECONFIG: inject('kubeconfig') }, input);
}

const strictly = ['--server-side', '--dry-run=server', '--validate=strict', '--force-conflicts'];

const build = async (folder: string): Promise<string> => {
  const { code, stdout, stderr } = await kubectl(['kustomize', path.join(root, folder)]);
  expect(code, stderr).toBe(0);
  return stdout;
};

describe('what is in deploy', () => {
  it('is what the chart renders', async () => {
    const rendered = await renderDeployFiles(helm, root);
    expect([...rendered.keys()]).toEqual(deployPaths);
    for (const [file, text] of rendered) expect(await readFile(path.join(root, file), 'utf8')).toBe(text);
  });

  it.each(['deploy/base', 'deploy/overlays/production', 'deploy/overlays/one-namespace', 'examples/several-shops'])(
    '%s is built by kustomize, and the API server accepts all of it',
    async (folder) => {
      const { code, stderr } = await kubectl(['apply', ...strictly, '-f', '-'], await build(folder));
      expect(code, stderr).toBe(0);
      expect(stderr).not.toMatch(/warning/i);
    },
  );

  it('says your address in every part', async () => {
    const pods = podsOf(objectsOf(await build('deploy/overlays/production')));
    expect([...pods.keys()].toSorted()).toEqual(['bot', 'operator', 'subscriptions']);
    for (const { spec } of pods.values()) {
      const url = spec.containers[0]?.env?.find(({ name }) => name === 'WAYLEAVE_PUBLIC_URL');
      expect(url?.value).toBe('https://vpn.example.org');
    }
  });

  it('gives no rights beyond its namespace where one is served', async () => {
    const objects = objectsOf(await build('deploy/overlays/one-namespace'));
    const bindings = objects.filter(({ kind }) => kind === 'ClusterRoleBinding');
    expect(bindings).toEqual([]);
    const watching = objects.filter(({ kind, metadata }) => kind === 'RoleBinding' && metadata.namespace === 'shop');
    expect(watching).toHaveLength(2);
  });
});

/** `namespace` for what names none; kinds that cannot be had here are left out. */
it.each([
  ['examples/production/cloudnative-pg.yaml', []],
  ['examples/production/external-secrets.yaml', []],
  ['examples/gitops/flux.yaml', ['HelmRelease']],
  ['examples/gitops/argocd-health.yaml', []],
])('the API server accepts %s', async (file, without) => {
  const objects = objectsOf(await readFile(path.join(root, file), 'utf8'));
  const shown = objects.filter(({ kind }) => !without.includes(kind as never)).map((object) => stringify(object));
  expect(shown).not.toEqual([]);
  const wanted = objects.every(({ metadata }) => metadata.namespace !== undefined) ? [] : ['-n', 'wayleave-system'];
  const { code, stderr } = await kubectl(['apply', ...strictly, ...wanted, '-f', '-'], shown.join('---\n'));
  expect(code, stderr).toBe(0);
});

it('the chart accepts the values of the examples', async () => {
  const values = path.join(root, 'examples/production/values.yaml');
  const { code, stderr } = await helm.tries(['lint', chartFolder, '--strict', '--values', values]);
  expect(code, stderr).toBe(0);
  for (const [file, kind] of [
    ['argocd.yaml', 'Application'],
    ['flux.yaml', 'HelmRelease'],
  ] as const) {
    const objects = objectsOf(await readFile(path.join(root, 'examples/gitops', file), 'utf8'));
    const { spec } = objects.find((object) => object.kind === kind) ?? {};
    const { source, values: given } = spec as { source?: { helm: { valuesObject: object } }; values?: object };
    await helm.run(['template', 'wayleave', chartFolder], source?.helm.valuesObject ?? given ?? {});
  }
});
