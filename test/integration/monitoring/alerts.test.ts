import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { alertRulesFile, readAlerts } from '../../../scripts/alert-rules.ts';
import { ensureTool } from '../../support/toolchain.ts';
import { alertCases, type AlertCase } from './alert-cases.ts';

let promtool = '';
beforeAll(async () => {
  promtool = await ensureTool('promtool');
}, 900_000);

/** @returns what it says; everything it complains of is an error */
async function run(...args: readonly string[]): Promise<string> {
  try {
    const { stdout, stderr } = await promisify(execFile)(promtool, [...args]);
    return stdout + stderr;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`promtool ${args.join(' ')}:\n${stdout}${stderr}`, { cause: error });
  }
}

/** How many alerts of that name fire at each of the minutes: one, or none. */
function testFileOf({ alert, series, quietAt, firesAt }: AlertCase): object {
  const expr = `count(ALERTS{alertname="${alert}", alertstate="firing"})`;
  const at = (minute: number, fires: boolean): object => ({
    expr,
    eval_time: `${String(minute)}m`,
    ...(fires ? { exp_samples: [{ labels: '{}', value: 1 }] } : {}),
  });
  return {
    rule_files: [alertRulesFile],
    evaluation_interval: '1m',
    tests: [
      {
        interval: '1m',
        input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
        promql_expr_test: [...quietAt.map((minute) => at(minute, false)), ...firesAt.map((minute) => at(minute, true))],
      },
    ],
  };
}

describe('the alerts', () => {
  it('are what Prometheus accepts, without a complaint', async () => {
    expect(await run('check', 'rules', '--lint=all', '--lint-fatal', alertRulesFile)).toContain('SUCCESS');
  });

  it('each fire in a case, and stay or become quiet in one', () => {
    for (const { alert } of readAlerts()) {
      const cases = alertCases.filter((one) => one.alert === alert);
      expect(
        cases.some(({ firesAt, quietAt }) => Math.max(...quietAt) > Math.max(...firesAt)),
        alert,
      ).toBe(true);
      expect(
        cases.some(({ firesAt, quietAt }) => Math.min(...quietAt) < Math.min(...firesAt)),
        alert,
      ).toBe(true);
    }
  });

  it.each(alertCases)('$alert $when', async (one) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'wayleave-promtool-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = path.join(folder, 'test.yaml');
    await writeFile(file, stringify(testFileOf(one)));
    expect(await run('test', 'rules', file)).toContain('SUCCESS');
  });
});
