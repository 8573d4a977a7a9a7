import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { startEnvironment } from '../support/environment.ts';
import { buildShippedProgram } from '../support/image/shipped-program.ts';
import * as applyToReady from './operator/apply-to-ready.ts';
import * as drift from './operator/drift.ts';
import * as failover from './operator/failover.ts';
import * as tenThousand from './operator/ten-thousand.ts';
import type { BenchContext, Measurement } from './measurement.ts';

/** The many objects come last: whatever they leave in the API server concerns nobody after them. */
const parts = [applyToReady, failover, drift, tenThousand];

/** The operator as a process of its own, on a real API server and a real Postgres, with simulated panels. */
export async function bench(context: BenchContext): Promise<Record<string, Measurement>> {
  const started = await startEnvironment((line) => {
    context.progress(line);
  });
  try {
    const environment = { ...started, shipped: await buildShippedProgram(path.join(started.directory, 'product')) };
    const measured: Record<string, Measurement> = {};
    for (const { names, measure } of parts) {
      if (!names.some((name) => context.wants(name))) continue;
      try {
        Object.assign(measured, await measure(environment, context));
      } catch (error) {
        context.progress(await lastWords(started.directory));
        context.failed(error);
      }
    }
    return measured;
  } finally {
    await started.stop();
  }
}

/** The ends of the operators' logs, which go with the environment. */
async function lastWords(directory: string): Promise<string> {
  const logs = (await readdir(directory)).filter((name) => name.startsWith('operator-'));
  const ends = logs.map(async (name) => {
    const lines = (await readFile(path.join(directory, name), 'utf8')).trimEnd().split('\n');
    return `the end of ${name}:\n${lines.slice(-10).join('\n')}`;
  });
  return (await Promise.all(ends)).join('\n');
}
