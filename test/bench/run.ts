import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describeError } from '../../src/base/errors.ts';
import { helpText, parseArguments, type BenchArguments } from './arguments.ts';
import { catalogue, wantedFigures } from './catalogue.ts';
import { describeMachine, loadBefore } from './machine.ts';
import type { BenchContext, Measurement } from './measurement.ts';
import { publish, publishPage, type Described } from './publish.ts';
import { renderTable } from './table.ts';

/** Whatever hangs must not do so for ever: child processes end with this one. */
const wholeRunMs = 60 * 60_000;
const startedMs = performance.now();

function say(line: string): void {
  console.log(line);
}

function progressOf(file: string): (line: string) => void {
  return (line) => {
    say(`[${((performance.now() - startedMs) / 1000).toFixed(0).padStart(4)} s] ${file}: ${line}`);
  };
}

/** A bench that fails takes its own figures with it, not those of the others. @returns whether any failed */
async function measureAll(
  { only, objects, profile }: BenchArguments,
  measured: Record<string, Measurement>,
  pages: Map<string, (machine: Described) => string>,
): Promise<boolean> {
  const wanted = wantedFigures(only);
  const profileDirectory = profile === undefined ? undefined : path.resolve(profile);
  if (profileDirectory !== undefined) await mkdir(profileDirectory, { recursive: true });
  let failed = false;
  for (const { file, minutes, figures, load } of catalogue) {
    if (!Object.keys(figures).some((name) => wanted.has(name))) continue;
    const progress = progressOf(file);
    progress(`starts, up to ${minutes} min`);
    const context: BenchContext = {
      wants: (name) => wanted.has(name),
      progress,
      failed: (error) => {
        failed = true;
        progress(`FAILED: ${describeError(error)}`);
      },
      objects,
      profileDirectory,
      page: (name, render) => void pages.set(name, render),
    };
    try {
      const found = await (await load()).bench(context);
      for (const [name, measurement] of Object.entries(found)) if (wanted.has(name)) measured[name] = measurement;
    } catch (error) {
      context.failed(error);
    }
  }
  return failed;
}

async function main(args: readonly string[]): Promise<number> {
  const parsed = parseArguments(args);
  if (parsed.help) {
    say(helpText());
    return 0;
  }
  wantedFigures(parsed.only);
  const machine = await describeMachine();
  const { cpu, cores, memoryGib, node, postgres, kubernetes } = machine;
  say(`${cpu}, ${cores} cores, ${memoryGib} GiB; Node ${node}, PostgreSQL ${postgres}, Kubernetes ${kubernetes}`);
  const load = await loadBefore();
  if (load !== undefined && load > 0.3)
    say(`Others are busy on this machine (load ${load.toFixed(1)} per core): wall-clock figures will be too bad.`);
  const measured: Record<string, Measurement> = {};
  const watchdog = setTimeout(() => {
    say(`\n${renderTable(measured)}\n`);
    console.error(`The benches are not done after ${wholeRunMs / 60_000} min: giving up.`);
    process.exit(1);
  }, wholeRunMs).unref();
  const pages = new Map<string, (machine: Described) => string>();
  const failed = await measureAll(parsed, measured, pages);
  clearTimeout(watchdog);
  say(`\n${renderTable(measured)}\n`);
  if (parsed.json !== undefined) await writeFile(parsed.json, `${JSON.stringify(measured, null, 2)}\n`);
  if (failed) {
    say('A bench failed, see above; nothing is published.');
    return 1;
  }
  if (parsed.pages) {
    for (const [name, render] of pages) await publishPage(machine, name, render, new Date());
    say(`Written: ${[...pages.keys()].map((name) => `docs/${name}.md`).join(', ') || 'no page'}.`);
  }
  if (parsed.publish) {
    const unexplained = await publish(machine, measured, new Date());
    say('Published in docs/benchmarks.json and docs/benchmarks.md.');
    for (const name of unexplained)
      say(`${name} misses its target: say why in test/bench/notes.md, and publish again.`);
  }
  return 0;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(describeError(error));
  process.exitCode = 1;
}
