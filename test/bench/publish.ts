import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { format, type FormatConfig } from 'oxfmt';
import { catalogue } from './catalogue.ts';
import type { Machine } from './machine.ts';
import { meetsTarget, type Measurement, type Measurements } from './measurement.ts';
import { parseNotes, type Notes } from './notes.ts';

const home = path.resolve(import.meta.dirname, '../..');
const docs = path.join(home, 'docs');
const notesFile = path.join(import.meta.dirname, 'notes.md');

/** Every figure by its name, and beside them, under `machine`, where and when they were measured. */
type Published = { readonly machine: Described } & { readonly [figure: string]: unknown };

export type Described = Machine & { readonly measuredOn: string };

/**
 * Writes `docs/benchmarks.json` and, from it and the hand-written notes, `docs/benchmarks.md`. Figures that were not
 * measured this time stay if they came from the same machine.
 *
 * @returns names of figures that miss their target without a note saying why
 */
export async function publish(machine: Machine, measured: Measurements, now: Date): Promise<readonly string[]> {
  const before = await readPublished();
  const kept = before === undefined ? {} : figuresOf(before);
  if (Object.keys(kept).some((name) => measured[name] === undefined) && !isSameMachine(before?.machine, machine)) {
    throw new RangeError('docs/benchmarks.json is of another machine: publish a whole run, without --only');
  }
  const figures: Record<string, Measurement> = {};
  for (const name of catalogue.flatMap((bench) => Object.keys(bench.figures))) {
    const figure = measured[name] ?? kept[name];
    if (figure !== undefined) figures[name] = figure;
  }
  const described = describe(machine, now);
  const notes = await readNotes();
  const json = JSON.stringify({ machine: described, ...figures });
  await writeFile(path.join(docs, 'benchmarks.json'), await formatted('benchmarks.json', json));
  const page = renderPage(described, figures, notes);
  await writeFile(path.join(docs, 'benchmarks.md'), await formatted('benchmarks.md', page));
  return missed(figures).filter((name) => notes[name] === undefined);
}

function describe(machine: Machine, now: Date): Described {
  return { ...machine, measuredOn: now.toISOString().slice(0, 10) };
}

/** Writes a page that a bench has made. @param name of its file in `docs`, without the ending */
export async function publishPage(
  machine: Machine,
  name: string,
  render: (machine: Described) => string,
  now: Date,
): Promise<void> {
  const file = `${name}.md`;
  await writeFile(path.join(docs, file), await formatted(file, render(describe(machine, now))));
}

/** As the formatter of this repository has it, which checks these files too. */
export async function formatted(name: string, text: string): Promise<string> {
  const style = JSON.parse(await readFile(path.join(home, '.oxfmtrc.json'), 'utf8')) as FormatConfig;
  const { code, errors } = await format(name, text, style);
  if (errors.length > 0) throw new SyntaxError(`${name} cannot be formatted: ${errors[0]?.message ?? ''}`);
  return code;
}

export async function readNotes(): Promise<Notes> {
  return parseNotes(await readFile(notesFile, 'utf8'));
}

/** Undefined when nothing was published yet. */
export async function readPublished(): Promise<Published | undefined> {
  try {
    return JSON.parse(await readFile(path.join(docs, 'benchmarks.json'), 'utf8')) as Published;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** @param published whatever else stands there is no figure */
export function figuresOf(published: Published): Measurements {
  return Object.fromEntries(Object.entries(published).filter(([name]) => name !== 'machine')) as Measurements;
}

function isSameMachine(a: Machine | undefined, b: Machine): boolean {
  return (['cpu', 'cores', 'memoryGib'] as const).every((field) => a?.[field] === b[field]);
}

function missed(figures: Measurements): string[] {
  return Object.keys(figures).filter((name) => figures[name] !== undefined && meetsTarget(figures[name]) === false);
}

/** Pure, so that the page can be checked against the figures. */
export function renderPage(machine: Described, figures: Measurements, notes: Notes): string {
  const { cpu, cores, memoryGib, system, node, postgres, kubernetes, measuredOn } = machine;
  const short = missed(figures);
  const sections = catalogue.flatMap(({ file, figures: described }) => {
    const rows = Object.entries(described).flatMap(([name, how]) => {
      const figure = figures[name];
      return figure === undefined ? [] : [row(name, figure, how)];
    });
    const note = notes[file] === undefined ? [] : [notes[file]];
    return [
      `## \`${file}\``,
      rows.length === 0
        ? `Not measured on this machine yet: \`npm run bench -- --only ${file}\`.`
        : ['| figure | value | target | | how it is measured |', '|---|--:|---|---|---|', ...rows].join('\n'),
      ...note,
    ];
  });
  const falls = short.map((name) => `### \`${name}\`\n\n${notes[name] ?? 'Nobody has explained this yet.'}`);
  return `${[
    '<!-- Written by `npm run bench -- --publish` from benchmarks.json and test/bench/notes.md: change those. -->',
    '# Benchmarks',
    `Measured on ${measuredOn}: ${cpu}, ${cores} cores, ${memoryGib} GiB of memory, ${system}; Node ${node}, PostgreSQL ${postgres}, Kubernetes ${kubernetes}. The figures are in [benchmarks.json](benchmarks.json) too, and \`npm run bench\` measures them on your machine (\`--help\` tells how).`,
    ...(notes['introduction'] === undefined ? [] : [notes['introduction']]),
    ...sections,
    '## What falls short, and what would mend it',
    ...(falls.length === 0 ? ['Every target is met.'] : falls),
  ].join('\n\n')}\n`;
}

function row(name: string, figure: Measurement, how: string): string {
  const met = { true: 'met', false: '**not met**', undefined: '' }[String(meetsTarget(figure))] ?? '';
  return `| \`${name}\` | ${figure.value.toLocaleString('en')} ${figure.unit} | ${figure.target ?? ''} | ${met} | ${how} |`;
}
