import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { metricAdvice } from './metrics-advice.ts';
import { metricsPage } from './metrics-page.ts';

const shapes = path.resolve(import.meta.dirname, '../test/integration/commands/metrics');
const served = ['operator', 'bot', 'subscriptions'].flatMap((command) =>
  Array.from(
    readFileSync(path.join(shapes, `${command}.txt`), 'utf8').matchAll(/^# TYPE (\S+)/gm),
    ([, name = '']) => name,
  ),
);

describe('the page about metrics', () => {
  const rows = metricsPage()
    .split('\n')
    .filter((line) => line.startsWith('| `'));

  it('has a row for each that a running service served', () => {
    const named = rows.map((row) => /^\| `([^`]+)`/.exec(row)?.[1]);
    expect(named).toEqual(served);
  });

  it('tells the values of labels that are there from the start', () => {
    const charges = rows.find((row) => row.startsWith('| `wayleave_charges_total`'));
    for (const value of ['stars', 'manual', 'granted', 'surplus', 'mismatch', 'orphan', 'foreign', 'blocked']) {
      expect(charges).toContain(`\`${value}\``);
    }
  });

  it('says what to alert on, and only of what there is', () => {
    expect(Object.keys(metricAdvice).filter((name) => !served.includes(name))).toEqual([]);
    expect(rows.find((row) => row.startsWith('| `wayleave_paid_unprovisioned_seconds`'))).toContain('300');
  });
});
