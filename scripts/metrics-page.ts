import { readFileSync } from 'node:fs';
import path from 'node:path';
import { alertsByMetric } from './alert-rules.ts';
import { metricAdvice } from './metrics-advice.ts';

/** Where the commands' first pages of metrics are kept, as a test has seen them on running services. */
const shapes = path.resolve(import.meta.dirname, '../test/integration/commands/metrics');

/** What each command is about, in the order in which a person meets them. */
const commands = {
  operator:
    'Served on `--health-listen`, port 9081 unless told otherwise. Figures about panels and subscriptions come from the leader only.',
  bot: 'Served on `--health-listen`, port 9084 unless told otherwise. What has a label `shop` comes from whoever leads that shop, except `wayleave_paid_unprovisioned_seconds`, which every replica tells alike: take the `max`.',
  subscriptions: 'Served on `--health-listen`, port 9082 unless told otherwise.',
} as const;

/** One family as it was served. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  /** Values of each label that were there from the start. */
  readonly labels: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Every metric of our own and of the runtime that some command serves, as a test has seen it. */
export function servedFamilies(): readonly Family[] {
  return Object.keys(commands).flatMap((command) => readFamilies(command));
}

/**
 * The page about every metric.
 *
 * @throws Error for a metric of ours that nobody has advice on, and for advice on none
 */
export function metricsPage(): string {
  const families = Object.keys(commands).map((command) => [command, readFamilies(command)] as const);
  checkAdvice(families.flatMap(([, of]) => of.map(({ name }) => name)));
  const sections = families.map(([command, of]) =>
    [`## \`wayleave ${command}\``, commands[command as keyof typeof commands], table(of)].join('\n\n'),
  );
  return [introduction, ...sections, conclusion].join('\n\n');
}

const introduction = `# Metrics

Every long-running command serves \`/metrics\` for Prometheus from its first moment on. Everything that can happen is there
from the start, as 0: a series that appears with its first event has no increase to alert on. Labels are from small fixed
sets, and name shops, panels and resources, never a customer. Names that do not begin with \`wayleave_\` are those of
controller-runtime and client-go, so that dashboards made for those fit. What to do with all of them:
[Observability](observability.md).`;

const conclusion = `## Of the process

All of them also serve \`process_…\` and \`nodejs_…\`: CPU, memory, open files, the event loop and the garbage collector, by
[prom-client](https://github.com/siimon/prom-client#default-metrics).`;

function readFamilies(command: string): Family[] {
  const families = new Map<string, { help: string; type: string; labels: Map<string, Set<string>> }>();
  for (const line of readFileSync(path.join(shapes, `${command}.txt`), 'utf8').split('\n')) {
    const [, keyword, name = '', text = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (keyword === 'HELP') families.set(name, { help: text, type: '', labels: new Map() });
    const described = families.get(name);
    if (keyword === 'TYPE' && described !== undefined) described.type = text;
    if (keyword === undefined) noteLabels(families, line);
  }
  return Array.from(families, ([name, family]) => ({ name, ...family }));
}

function noteLabels(families: ReadonlyMap<string, { labels: Map<string, Set<string>> }>, line: string): void {
  const [, series = '', labels = ''] = /^([^{]+)\{(.*)\}$/.exec(line) ?? [];
  const family = families.get(series) ?? families.get(series.replace(/_(?:sum|count)$/, ''));
  for (const [, label = '', value = ''] of labels.matchAll(/(\w+)="([^"]*)"/g)) {
    const values = family?.labels.get(label) ?? new Set();
    family?.labels.set(label, values.add(value));
  }
}

function checkAdvice(names: readonly string[]): void {
  const ours = new Set(names.filter((name) => name.startsWith('wayleave_')));
  const missing = [...ours].filter((name) => metricAdvice[name] === undefined);
  const stale = Object.keys(metricAdvice).filter((name) => !names.includes(name));
  if (missing.length > 0) throw new Error(`scripts/metrics-advice.ts leaves out ${missing.join(', ')}`);
  if (stale.length > 0)
    throw new Error(`scripts/metrics-advice.ts has advice on ${stale.join(', ')}, which nobody serves`);
}

function table(families: readonly Family[]): string {
  const alerts = alertsByMetric();
  const linksOf = (name: string): string =>
    (alerts.get(name) ?? []).map((alert) => `[${alert}](runbooks/${alert}.md)`).join(', ');
  const rows = families.map(({ name, type, labels, help }) =>
    [`\`${name}\``, type, labelsCell(labels), help, metricAdvice[name] ?? '', linksOf(name)].map(cell).join(' | '),
  );
  return [
    '| metric | type | labels | what it says | look at it when | alerts |',
    '|---|---|---|---|---|---|',
    ...rows.map((row) => `| ${row} |`),
  ].join('\n');
}

function labelsCell(labels: Family['labels']): string {
  return Array.from(labels, ([label, values]) => {
    const told = [...values].map((value) =>
      value.replace('NAMESPACE/', '<namespace>/').replace('/main', '/<name>').replace('/nl', '/<name>'),
    );
    return `\`${label}\`: ${told.map((value) => (value === '…' ? '…' : `\`${value}\``)).join(', ')}`;
  }).join('<br>');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
