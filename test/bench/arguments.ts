import { parseArgs } from 'node:util';
import { catalogue } from './catalogue.ts';

export interface BenchArguments {
  readonly help: boolean;
  /** Names of figures or bench files; empty for everything. */
  readonly only: readonly string[];
  readonly json: string | undefined;
  readonly publish: boolean;
  readonly pages: boolean;
  readonly profile: string | undefined;
  readonly objects: number;
}

const fullSize = 10_000;

/** @throws TypeError or RangeError with a sentence about what cannot be understood */
export function parseArguments(args: readonly string[]): BenchArguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean', default: false, short: 'h' },
      only: { type: 'string', multiple: true, default: [] },
      json: { type: 'string' },
      publish: { type: 'boolean', default: false },
      pages: { type: 'boolean', default: false },
      profile: { type: 'string' },
      objects: { type: 'string', default: String(fullSize) },
    },
  });
  const objects = Number(values.objects);
  if (!Number.isInteger(objects) || objects < 1) throw new RangeError(`--objects ${values.objects} is no whole number`);
  const only = values.only.flatMap((list) => list.split(',').filter((word) => word !== ''));
  const { help, json, publish, pages, profile } = values;
  if (objects !== fullSize && (publish || pages || json !== undefined)) {
    throw new RangeError(
      '--objects is for developing: its figures must not pass for the real ones in --json, --publish or --pages',
    );
  }
  return { help, only, json, publish, pages, profile, objects };
}

export function helpText(): string {
  const benches = catalogue.map(
    ({ file, minutes, figures }) =>
      `  ${file} (about ${minutes} min)\n${Object.keys(figures)
        .map((name) => `    ${name}`)
        .join('\n')}`,
  );
  return `npm run bench [-- <options>]

Measures Wayleave on this machine, on a real API server and a real PostgreSQL that it starts itself, and says which
targets are met. Wants two cores that nobody else uses, and about ${catalogue.reduce((sum, { minutes }) => sum + minutes, 0)} minutes for everything.

  --only <name>       a bench or a figure of these; may be given again, or as a list with commas
  --json <file>       write {"<name>": {"value", "unit", "target"}}
  --publish           write docs/benchmarks.json and docs/benchmarks.md
  --pages             write the pages that benches make themselves: docs/due-work.md
  --profile <folder>  the operator's processes leave their CPU and heap profiles there (and are slower)
  --objects <n>       for developing: so many objects instead of 10,000
  --help

${benches.join('\n')}
`;
}
