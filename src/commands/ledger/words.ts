import { currencyDecimals, isCurrency } from '../../api/index.ts';
import type { QueueName } from '../../ledger/index.ts';

/** `2026-12-23 06:21:39`, always UTC. @param seconds epoch seconds */
export function instantText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ');
}

/** `2026-12-23 06:21`, always UTC. @param ms epoch milliseconds */
export function minuteText(ms: number): string {
  return instantText(Math.floor(ms / 1000)).slice(0, 16);
}

const units = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
] as const;

/** `27 d 4 h`: the two largest units, the rest left out. */
export function spanText(seconds: number): string {
  const whole = Math.abs(Math.trunc(seconds));
  const first = units.findIndex(([, size]) => whole >= size);
  if (first < 0) return '0 s';
  let rest = whole;
  const parts = units.slice(first, first + 2).flatMap(([name, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count === 0 ? [] : [`${String(count)} ${name}`];
  });
  return parts.join(' ');
}

/** `in 27 d 4 h`, `3 d ago`. Both in epoch seconds. */
export function distanceText(at: number, now: number): string {
  return at > now ? `in ${spanText(at - now)}` : `${spanText(now - at)} ago`;
}

/** `199.00 RUB`, `150 XTR`: every digit, in a form that `--amount` takes back. */
export function amountText(minorUnits: bigint, currency: string): string {
  const decimals = isCurrency(currency) ? currencyDecimals[currency] : 0;
  const digits = minorUnits.toString().padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  return `${whole}${decimals === 0 ? '' : `.${digits.slice(-decimals)}`} ${currency}`;
}

/** `1 client`, `2 clients`. */
export function countText(count: number, noun: string): string {
  return `${String(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** `1 transfer`, `2 refused`: how many wait in a queue. */
export function queueText(count: number, queue: QueueName): string {
  return queue === 'transfers' ? countText(count, 'transfer') : `${String(count)} ${queue}`;
}

/** Breaks a text at spaces, every line behind `indent` spaces; a word that is longer than a line stays whole. */
export function wrapText(text: string, width: number, indent: number): string {
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    const last = lines.at(-1);
    if (last !== undefined && indent + last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.map((line) => `${' '.repeat(indent)}${line}`).join('\n');
}

/** Columns under their headings, two spaces apart. */
export function tableText(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
