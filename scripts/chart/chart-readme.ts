import type { AnnotatedValue } from './annotated-values.ts';

export interface ChartFacts {
  readonly name: string;
  readonly description: string;
  readonly version: string;
  readonly appVersion: string;
  readonly kubeVersion: string;
}

/** The page that a reader of the chart finds first: how to install it, and every value. */
export function chartReadme(chart: ChartFacts, values: readonly AnnotatedValue[]): string {
  return [
    `# ${chart.name}`,
    `${chart.description}.`,
    `Chart ${chart.version}, wayleave ${chart.appVersion}, Kubernetes ${chart.kubeVersion.replace('-0', '')}, Helm 4, on which it is tested, or 3.14 and newer.`,
    introduction,
    '## Values',
    'Everything has a default but `publicUrl` and the database. What a value may be is in `values.schema.json`, which `helm` ' +
      'holds every installation to: a name that does not exist is refused. `{…}` stands for the values in the rows below it.',
    section('In general', '', values.filter(isPlain)),
    ...values.filter((value) => !isPlain(value)).map((value) => section(value.name, value.description, [value])),
  ].join('\n\n');
}

const introduction = `\`\`\`
helm install wayleave charts/wayleave --namespace wayleave-system --create-namespace \\
  --set publicUrl=https://sub.example.com --set database.existingSecret.name=wayleave-database
\`\`\`

The whole way, with Postgres and the first shop: [install in ten minutes](../../docs/operations/install.md). With Argo CD or
Flux: [GitOps](../../docs/operations/gitops.md). Without Helm: [deploy](../../deploy/README.md). What each part may do in the
cluster, and why: [rights](../../docs/reference/rights.md).`;

function isPlain({ children }: AnnotatedValue): boolean {
  return children.length === 0;
}

function section(title: string, description: string, values: readonly AnnotatedValue[]): string {
  const rows = values
    .flatMap((value) => rowsOf(value))
    .map(({ path, fallback, description: says }) =>
      [code(path), fallback, says].map((cell) => cell.replaceAll('|', String.raw`\|`)).join(' | '),
    );
  return [`### ${title}`, ...(description === '' ? [] : [description]), table(rows)].join('\n\n');
}

interface Row {
  readonly path: string;
  readonly fallback: string;
  readonly description: string;
}

function rowsOf(value: AnnotatedValue, depth = 0): readonly Row[] {
  const { path, fallback, description, children } = value;
  if (children.length === 0) return [{ path, fallback: code(JSON.stringify(fallback)), description }];
  const own = depth === 0 || description === '' ? [] : [{ path, fallback: '{…}', description }];
  return [...own, ...children.flatMap((child) => rowsOf(child, depth + 1))];
}

function table(rows: readonly string[]): string {
  return ['value | default | says', '--- | --- | ---', ...rows].map((row) => `| ${row} |`).join('\n');
}

function code(text: string): string {
  return `\`${text}\``;
}
