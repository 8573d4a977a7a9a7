import { readRuleGroups, type RuleGroup } from '../../../scripts/alert-rules.ts';

/**
 * What is waited for, or how much, where the real figure would take too long in a test. Everything else of an expression
 * stays as people run it; a test with `promtool` holds the real figures.
 */
const smaller: Readonly<Record<string, readonly (readonly [real: string, quick: string])[]>> = {
  WayleavePaidNotProvisioned: [['> 300', '> 3']],
  WayleaveProvisioningBudgetBurnsSlowly: [['increase6h > 5', 'increase6h > 2']],
  WayleaveOutboxStuck: [['> 300', '> 3']],
  WayleaveSideWorkStuck: [['> 1800', '> 3']],
  WayleaveChargesWaiting: [['> 14400', '> 3']],
  WayleaveJobStale: [['> 900', '> 15']],
  WayleaveDeliveriesStuck: [['> 900', '> 3']],
  WayleaveCacheStale: [['> 3600', '> 3']],
  WayleaveSnapshotFailing: [['> 3', '> 0']],
  WayleaveApiServerUnreachable: [['> 10', '> 4']],
};

const ranges: Readonly<Record<string, string>> = {
  '[5m]': '[10s]',
  '[10m]': '[12s]',
  '[15m]': '[15s]',
  '[30m]': '[15s]',
  '[1h]': '[20s]',
  '[6h]': '[20s]',
};

/** The rules of the chart, where minutes are seconds: they fire after one second, and look back for ten or twenty. */
export function quickenedRules(): readonly RuleGroup[] {
  return readRuleGroups().map(({ name, rules }) => ({
    name,
    rules: rules.map((rule) => {
      const expr = quickened('alert' in rule ? rule.alert : rule.record, rule.expr);
      return 'alert' in rule ? { ...rule, expr, for: '1s' } : { ...rule, expr };
    }),
  }));
}

/** @throws Error for a figure that is not in the expression (any more) */
function quickened(name: string, expr: string): string {
  let quick = expr;
  for (const [real, less] of smaller[name] ?? []) {
    if (!quick.includes(real)) throw new Error(`${name} does not ask for ${real}: ${expr}`);
    quick = quick.replace(real, less);
  }
  // How long somebody who is gone is remembered is not what a test waits for.
  return quick.replaceAll(/(max_over_time\([^[]*)?(\[\w+\])/g, (found, remembered: string | undefined, range: string) =>
    remembered === undefined ? (ranges[range] ?? range) : found,
  );
}
