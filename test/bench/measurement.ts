import type { Described } from './publish.ts';

/** One published figure. */
export interface Measurement {
  readonly value: number;
  readonly unit: string;
  /** A comparison and a number in the same unit: `>= 20000`, `< 10`. Absent: told for comparison only. */
  readonly target?: string;
}

export type Measurements = Readonly<Record<string, Measurement>>;

/** What a bench is told about the run that it is part of. */
export interface BenchContext {
  /** Whether somebody asked for this figure; parts that only lead to others may be left out. */
  readonly wants: (name: string) => boolean;
  /** One line for the person who waits. */
  readonly progress: (line: string) => void;
  /** A part failed; the others go on, and what they measured counts. */
  readonly failed: (error: unknown) => void;
  /** How many objects stand for "10k": fewer while a bench is developed. */
  readonly objects: number;
  /** Where the operator's processes leave their CPU and heap profiles; undefined: none are taken. */
  readonly profileDirectory: string | undefined;
  /** A page of its own in `docs`, which `--pages` writes. */
  readonly page: (name: string, render: (machine: Described) => string) => void;
}

const targetPattern = /^(?<comparison>[<>]=?) (?<limit>\d+(?:\.\d+)?)$/;

/**
 * @returns undefined when there is no target
 * @throws SyntaxError for a target that is no comparison with a number
 */
export function meetsTarget({ value, target }: Measurement): boolean | undefined {
  if (target === undefined) return undefined;
  const { comparison, limit } = targetPattern.exec(target)?.groups ?? {};
  const number = Number(limit);
  switch (comparison) {
    case '<':
      return value < number;
    case '<=':
      return value <= number;
    case '>':
      return value > number;
    case '>=':
      return value >= number;
    default:
      throw new SyntaxError(`target "${target}" is not a comparison with a number, such as ">= 20000"`);
  }
}

/** The smallest value that at least `share` of all values do not exceed (nearest rank). */
export function quantile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).toSorted();
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

/** To so many digits that count: nothing here is known better than that. */
export function rounded(value: number, digits = 3): number {
  return Number(value.toPrecision(Math.max(digits, Math.ceil(Math.log10(Math.abs(value) + 1)))));
}
