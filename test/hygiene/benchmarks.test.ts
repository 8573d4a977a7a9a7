import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseArguments } from '../bench/arguments.ts';
import { catalogue, wantedFigures } from '../bench/catalogue.ts';
import { meetsTarget, quantile, rounded } from '../bench/measurement.ts';
import { parseNotes } from '../bench/notes.ts';
import { figuresOf, formatted, readNotes, readPublished, renderPage } from '../bench/publish.ts';

describe('what the benches say of their figures', () => {
  it.each([
    [19_999, '>= 20000', false],
    [20_000, '>= 20000', true],
    [90, '< 90', false],
    [89.9, '< 90', true],
    [5, '<= 5', true],
    [0.5, '> 0.5', false],
    [1, undefined, undefined],
  ])('%d against %s: met %s', (value, target, met) => {
    expect(meetsTarget({ value, unit: 's', ...(target === undefined ? {} : { target }) })).toBe(met);
  });

  it('refuses a target that it cannot compare', () => {
    expect(() => meetsTarget({ value: 1, unit: 's', target: 'about 5' })).toThrow(SyntaxError);
  });

  it('takes quantiles by nearest rank, and keeps the digits that count', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect([quantile(hundred, 0.5), quantile(hundred, 0.99), quantile([7], 0.99)]).toEqual([50, 99, 7]);
    expect([rounded(91.234), rounded(0.012_345), rounded(19_048.4)]).toEqual([91.2, 0.0123, 19_048]);
  });

  it('finds figures by their name and by the bench they are of', () => {
    expect([...wantedFigures(['restart_10k_s'])]).toEqual(['restart_10k_s']);
    expect(wantedFigures(['subscriptions'])).toContain('sub_p99_ms');
    expect(wantedFigures([]).size).toBe(catalogue.flatMap(({ figures }) => Object.keys(figures)).length);
    expect(() => wantedFigures(['nonsense'])).toThrow(RangeError);
  });

  it('does not let figures of a smaller size pass for the real ones', () => {
    expect(() => parseArguments(['--objects', '10', '--publish'])).toThrow(RangeError);
    expect(parseArguments(['--only', 'runtime,operator', '--only', 'sub_rps']).only).toHaveLength(3);
  });

  it('explains what falls short, and only that', () => {
    const notes = parseNotes('about\n\n## restart_10k_s\n\nSlow disk.\n\n## sub_p99_ms\n\nNever mind.\n');
    const machine = { cpu: 'x', cores: 2, memoryGib: 8, system: 's', node: 'n', postgres: 'p', kubernetes: 'k' };
    const figures = {
      restart_10k_s: { value: 12, unit: 's', target: '< 10' },
      sub_p99_ms: { value: 3, unit: 'ms', target: '< 10' },
    };
    const page = renderPage({ ...machine, measuredOn: '2026-01-01' }, figures, notes);
    expect(page).toContain('### `restart_10k_s`\n\nSlow disk.');
    expect(page).not.toContain('Never mind.');
  });

  it('publishes a page that is in step with its figures', async () => {
    const published = await readPublished();
    if (published === undefined) return;
    const page = await readFile(path.resolve(import.meta.dirname, '../../docs/benchmarks.md'), 'utf8');
    const rendered = renderPage(published.machine, figuresOf(published), await readNotes());
    expect(page).toBe(await formatted('benchmarks.md', rendered));
  });
});
