import { hash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Helm } from '../../test/support/helm.ts';
import { CHART } from './chart-files.ts';

/** Plain manifests for those who have no Helm, and from what they were rendered. */
const DEPLOY = 'deploy';
export const DEPLOY_DIGEST = `${DEPLOY}/rendered-from.txt`;

const values = {
  publicUrl: 'https://sub.example.com',
  database: { existingSecret: { name: 'wayleave-database' } },
  // Its key would be another one each time.
  subscriptions: { snapshot: { enabled: false } },
};
const monitoring = Object.fromEntries(['podMonitor', 'rules', 'dashboards'].map((name) => [name, { enabled: true }]));

/** Which templates go where; a file is empty of what the others hold. */
const files: readonly { readonly path: string; readonly values: object; readonly templates: readonly string[] }[] = [
  { path: `${DEPLOY}/base/definitions.yaml`, values: { ...values, crds: { keep: false } }, templates: ['crds/*.yaml'] },
  {
    path: `${DEPLOY}/base/wayleave.yaml`,
    values,
    templates: [
      'operator',
      'bot',
      'subscriptions',
      'service-accounts',
      'rights',
      'rights-watched',
      'confined-secrets',
      'disruption',
      'network-policies',
      'health',
    ].map((name) => `${name}.yaml`),
  },
  {
    path: `${DEPLOY}/components/monitoring/monitoring.yaml`,
    values: { ...values, monitoring },
    templates: ['monitoring.yaml'],
  },
  {
    path: `${DEPLOY}/overlays/one-namespace/roles.yaml`,
    values: { ...values, watchNamespace: 'shop', rbac: { aggregate: false } },
    templates: ['rights-watched.yaml'],
  },
];

/** Paths of what {@link renderDeployFiles} makes. */
export const deployPaths: readonly string[] = files.map(({ path }) => path);

/** What the manifests depend on, in one line; compared by those who have no Helm. @param root of the repository */
export function deployDigest(root: string): string {
  const inputs = globSync(`${CHART}/**/*`, { cwd: root, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'README.md')
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
    .map((file) => [file.slice(root.length), readFileSync(file, 'utf8')]);
  return `${hash('sha256', JSON.stringify([values, files, inputs]))}\n`;
}

/** Renders the manifests with the real helm: path from the root of the repository, and text. */
export async function renderDeployFiles(helm: Helm, root: string): Promise<ReadonlyMap<string, string>> {
  const rendered = new Map<string, string>();
  for (const { path, values: given, templates } of files) {
    const shown = templates
      .flatMap((pattern) => globSync(`templates/${pattern}`, { cwd: join(root, CHART) }).toSorted())
      .flatMap((template) => ['--show-only', template]);
    const args = [
      'template',
      'wayleave',
      join(root, CHART),
      '--namespace',
      'wayleave-system',
      '--skip-tests',
      ...shown,
    ];
    rendered.set(
      path,
      `# Rendered from ${CHART} by \`npm run generate\`: change it there.\n${plain(await helm.run(args, given))}`,
    );
  }
  return rendered;
}

/** Without what only means something to Helm. */
function plain(text: string): string {
  return text
    .split('\n')
    .filter((line) => !/^\s+(helm\.sh\/chart|app\.kubernetes\.io\/managed-by): |^# Source: /.test(line))
    .join('\n');
}
