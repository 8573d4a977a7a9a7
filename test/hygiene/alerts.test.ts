import { globSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readAlerts, readRuleGroups } from '../../scripts/alert-rules.ts';
import { dashboards } from '../../scripts/dashboards/index.ts';
import { servedFamilies, type Family } from '../../scripts/metrics-page.ts';
import { selectorsOf, type Matcher, type Selector } from '../support/monitoring/promql.ts';

const root = path.resolve(import.meta.dirname, '../..');
const runbooks = path.join(root, 'docs/runbooks');
const alerts = readAlerts();
const rules = readRuleGroups().flatMap(({ rules: all }) => all);
const recorded = new Set(rules.flatMap((rule) => ('record' in rule ? [rule.record] : [])));

/** Labels that whoever scrapes gives, and that histograms have on each bucket. */
const given = new Set(['namespace', 'instance', 'job', 'le']);

describe('each alert', () => {
  it.each(alerts)('$alert tells who is to act, after how long, and what it is about', (alert) => {
    expect(alert.alert).toMatch(/^Wayleave[A-Z]/);
    expect(alert.for).toMatch(/^\d+[mh]$/);
    expect(alert.labels.severity).toMatch(/^(page|ticket)$/);
    expect(alert.annotations.summary).toMatch(/^[A-Z][^{}]+[^.]$/);
    expect(alert.annotations.description).toMatch(/\.$/);
  });

  it.each(alerts)('$alert leads to a runbook that says what to do', ({ alert, annotations }) => {
    expect(annotations.runbook_url).toMatch(new RegExp(`^https://\\S+/docs/runbooks/${alert}\\.md$`));
    const page = readFileSync(path.join(runbooks, `${alert}.md`), 'utf8');
    // In code, # begins a comment of a shell.
    const headings = Array.from(page.replaceAll(/^```.*?^```/gms, '').matchAll(/^#+ .*$/gm), ([heading]) => heading);
    const sections = ['## Meaning', '## Impact', '## Look here', '## Do this', '## When it clears'];
    expect(headings).toEqual([`# ${alert}`, ...sections]);
    for (const section of sections) expect(textUnder(page, section), `${alert}: ${section}`).toMatch(/\w{3}/);
    expect(textUnder(page, '## Look here')).toContain('```');
    expect(textUnder(page, '## Do this')).toMatch(/^- /m);
  });

  it('has a name of its own, and no runbook is of an alert that there is not', () => {
    const names = alerts.map(({ alert }) => alert);
    expect(new Set(names).size).toBe(names.length);
    expect(
      readdirSync(runbooks)
        .map((file) => file.replace(/\.md$/, ''))
        .toSorted(),
    ).toEqual(names.toSorted());
  });
});

function textUnder(page: string, heading: string): string {
  return page.split(`${heading}\n`)[1]?.split(/^## /m)[0] ?? '';
}

const pages = readdirSync(runbooks).map((name) => ({ name, text: readFileSync(path.join(runbooks, name), 'utf8') }));

describe('what a runbook looks for in a log', () => {
  const sources = globSync('src/**/*.ts', { cwd: root, exclude: ['**/*.test.ts'] }).map((file) =>
    readFileSync(path.join(root, file), 'utf8'),
  );
  const sought = pages.flatMap(({ name, text }) =>
    Array.from(text.matchAll(/ logs [^\n]*\| grep '([^'<"]+)'/g), ([, words = '']) => [name, words] as const),
  );

  it.each(sought)('%s: %s', (_, words) => {
    expect(sources.some((source) => source.includes(words))).toBe(true);
  });

  it('is found in many of them', () => {
    expect(new Set(sought.map(([name]) => name)).size).toBeGreaterThan(10);
  });
});

describe('what alerts, dashboards and runbooks ask for', () => {
  const asked = [
    ...rules.map((rule) => ['alert' in rule ? rule.alert : rule.record, rule.expr] as const),
    ...dashboards.flatMap(({ uid, rows }) =>
      rows.flatMap(({ panels }) =>
        panels.flatMap(({ title, queries }) => queries.map(({ expr }) => [`${uid}: ${title}`, expr] as const)),
      ),
    ),
    ...pages.flatMap(({ name, text }) =>
      Array.from(text.matchAll(/^```promql\n(.*?)^```/gms), ([, block = '']) => block.split('\n'))
        .flat()
        .filter((line) => line !== '' && !line.startsWith('#'))
        .map((expr) => [name, expr] as const),
    ),
  ];

  it.each(asked)('%s reads what some command serves', (_, expr) => {
    // Grafana puts a duration there.
    const selectors = selectorsOf(expr.replaceAll('$__rate_interval', '5m'));
    expect(selectors.length).toBeGreaterThan(0);
    for (const selector of selectors) expect(complaintOf(selector), expr).toBeUndefined();
  });

  it('notices a metric, a label and a value that nobody serves', () => {
    const complain = (expr: string): string | undefined => selectorsOf(expr).map(complaintOf).find(Boolean);
    expect(complain('wayleave_panel_clients_total')).toContain('nobody serves');
    expect(complain('wayleave_charges_total{shop="a"}')).toContain('label shop');
    expect(complain('wayleave_charges_total{provider="paypal"}')).toContain('paypal');
    expect(complain('sum(rate(wayleave_sub_requests_total{outcome=~"errors?|nope"}[5m]))')).toBeUndefined();
    expect(complain('wayleave_sub_requests_total{outcome=~"nope"}')).toContain('nope');
    expect(() => selectorsOf('sum(')).toThrow('not PromQL');
  });
});

const families = new Map<string, Family>();
for (const family of servedFamilies()) {
  const known = families.get(family.name)?.labels ?? new Map<string, ReadonlySet<string>>();
  const labels = new Map(known);
  for (const [label, values] of family.labels) labels.set(label, new Set([...(known.get(label) ?? []), ...values]));
  families.set(family.name, { ...family, labels });
}

/** What is wrong with a selector; undefined when some command serves what it asks for. */
function complaintOf({ metric, matchers }: Selector): string | undefined {
  // Prometheus' own, the kubelet's, and what prom-client serves of the process: a test runs every query of a dashboard.
  if (metric === 'ALERTS' || recorded.has(metric) || /^(process|nodejs|container)_/.test(metric)) return undefined;
  const family = families.get(metric) ?? families.get(metric.replace(/_(?:bucket|sum|count)$/, ''));
  if (family === undefined) return `nobody serves ${metric}`;
  return matchers.map((matcher) => complaintOfMatcher(family, matcher)).find((complaint) => complaint !== undefined);
}

function complaintOfMatcher({ name, labels }: Family, { label, operator, value }: Matcher): string | undefined {
  // Series that appear only with a panel that answers are not in the pages that were kept.
  if (given.has(label) || labels.size === 0) return undefined;
  // What the reader fills in: `<namespace>/<name>`.
  if (value.startsWith('<') && labels.has(label)) return undefined;
  const values = labels.get(label);
  if (values === undefined) return `${name} has no label ${label}`;
  const pattern = operator.endsWith('~') ? new RegExp(`^(?:${value})$`) : undefined;
  const isThere = [...values].some((one) => pattern?.test(one) ?? one === value);
  return isThere ? undefined : `${name} never has ${label} ${value}`;
}
