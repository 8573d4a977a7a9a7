import { meetsTarget, type Measurements } from './measurement.ts';

const words = new Map([
  [true, 'met'],
  [false, 'NOT MET'],
  [undefined, ''],
]);

/** As a person reads it: a line for each figure, in the order of measuring. */
export function renderTable(measurements: Measurements): string {
  const rows = Object.entries(measurements).map(([name, measurement]) => [
    name,
    measurement.value.toLocaleString('en'),
    measurement.unit,
    measurement.target ?? '',
    words.get(meetsTarget(measurement)) ?? '',
  ]);
  const all = [['figure', 'value', 'unit', 'target', ''], ...rows];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all
    .map((row) =>
      row
        .map((cell, column) => (column === 1 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
