import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { selectorsOf } from '../test/support/monitoring/promql.ts';

/** Where the chart takes them from. */
export const alertRulesFile = path.resolve(import.meta.dirname, '../charts/wayleave/files/alerts/wayleave.yaml');

export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: { readonly severity: 'page' | 'ticket' };
  readonly annotations: { readonly summary: string; readonly description: string; readonly runbook_url: string };
}

export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
}

export interface RuleGroup {
  readonly name: string;
  readonly rules: readonly (AlertRule | RecordingRule)[];
}

/** What Prometheus is given, as it stands in the file. */
export function readRuleGroups(): readonly RuleGroup[] {
  return (parse(readFileSync(alertRulesFile, 'utf8')) as { groups: readonly RuleGroup[] }).groups;
}

export function readAlerts(): readonly AlertRule[] {
  return readRuleGroups().flatMap(({ rules }) => rules.filter((rule) => 'alert' in rule));
}

/** Names of alerts by the metrics that they read, be it through a recording rule. Histograms are named as a whole. */
export function alertsByMetric(): ReadonlyMap<string, readonly string[]> {
  const recorded = new Map(
    readRuleGroups().flatMap(({ rules }) =>
      rules.flatMap((rule) => ('record' in rule ? [[rule.record, rule.expr]] : [])),
    ),
  );
  const metricsOf = (expr: string): string[] =>
    selectorsOf(expr).flatMap(({ metric }) => {
      const source = recorded.get(metric);
      return source === undefined ? [metric.replace(/_(?:bucket|count|sum)$/, '')] : metricsOf(source);
    });
  const found = new Map<string, string[]>();
  for (const { alert, expr } of readAlerts()) {
    for (const metric of new Set(metricsOf(expr))) found.set(metric, [...(found.get(metric) ?? []), alert]);
  }
  return found;
}
