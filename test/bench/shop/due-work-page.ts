import type { Described } from '../publish.ts';
import type { DueWorkSample } from './due-work.ts';
import { dueCount } from './seed-due.ts';

/** The page about questions that are asked all the time: what they cost as a shop grows, and by which plan. */
export function dueWorkPage(
  { cpu, cores, memoryGib, postgres, measuredOn }: Described,
  samples: readonly DueWorkSample[],
): string {
  const sections = [false, true].flatMap((isBacklog) => {
    const these = samples.filter((one) => one.isBacklog === isBacklog);
    if (these.length === 0) return [];
    return [isBacklog ? backlogIntroduction : dueIntroduction, timesTable(these)];
  });
  const works = [...new Set(samples.map(({ work }) => work))];
  const plans = works.flatMap((work) => {
    const largest = samples.findLast((one) => one.work === work && !one.isBacklog);
    return largest === undefined ? [] : [`### \`${work.name}\``, `For ${work.asked}.`, fenced(largest.plan)];
  });
  return `${[
    '<!-- Written by `npm run bench -- --only shop --pages` from what it measured: do not edit. -->',
    '# What is due: questions that are asked all the time',
    'The bot looks every second or so for what has become due. Such a question must cost the same whether a shop has sold a thousand subscriptions or a million, so each has an index in which what is due stands together, in the order in which it is taken. Notifications of Postgres ring when something is due before the next look; nothing depends on them.',
    `Measured on ${measuredOn}: ${cpu}, ${String(cores)} cores, ${String(memoryGib)} GiB of memory, PostgreSQL ${postgres}. Times are medians as the program sees them, the way to Postgres and back included; beside them stands how many pages of 8 kB were looked at, which does not depend on what else the machine does. The last column compares the times of the largest and the smallest size.`,
    ...sections,
    '## Plans',
    `The product's own statements with ${largestOf(samples)} subscriptions, as \`EXPLAIN (ANALYZE, BUFFERS)\` shows them.`,
    ...plans,
  ].join('\n\n')}\n`;
}

const dueIntroduction = `## With ${String(dueCount)} of everything due

Beside them waits a hundredth as many rows as there are subscriptions, and lies everything that ever was sold.`;

const backlogIntroduction = `## With everything due

As after a long outage: as much waits in the queue as there are subscriptions, and a batch is taken off its front.`;

function timesTable(samples: readonly DueWorkSample[]): string {
  const sizes = [...new Set(samples.map(({ rows }) => rows))];
  const works = [...new Set(samples.map(({ work }) => work))];
  const rows = works.map((work) => {
    const found = sizes.flatMap((size) => samples.find((one) => one.work === work && one.rows === size) ?? []);
    const cells = found.map(({ ms, pages }) => `${ms.toFixed(2)} ms, ${pages.toLocaleString('en')}`);
    const grows = (found.at(-1)?.ms ?? Number.NaN) / (found[0]?.ms ?? Number.NaN);
    return `| \`${work.name}\`: ${work.asked} | ${cells.join(' | ')} | ${grows.toFixed(1)} × |`;
  });
  const head = `| | ${sizes.map((size) => size.toLocaleString('en')).join(' | ')} | |`;
  return [head, `|---|${sizes.map(() => '--:').join('|')}|--:|`, ...rows].join('\n');
}

function largestOf(samples: readonly DueWorkSample[]): string {
  return Math.max(...samples.map(({ rows }) => rows)).toLocaleString('en');
}

function fenced(lines: readonly string[]): string {
  return ['```text', ...lines, '```'].join('\n');
}
