import { mkdtemp, rm, chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { silentLog } from '../../src/base/log.ts';
import { migrate, Store } from '../../src/store/index.ts';
import { connectionConfig } from '../../src/store/connection.ts';
import { startPostgres, type Postgres } from '../support/postgres.ts';
import { dueAtATime, fillShop } from './due-work/fill.ts';
import { Recorder, type RecordedStatement } from './due-work/recorder.ts';
import { dueWork, type DueWork } from './due-work/work.ts';
import { quantile, rounded, type BenchContext, type Measurement } from './measurement.ts';

const runs = 40;
/** Subscriptions: what a shop begins with, and more than any has. */
const small = 1_000;

/**
 * What the shop's jobs ask Postgres all the time, with 20 things of each kind due, at 1,000 subscriptions and at a
 * thousand times as many. The plans are printed as well: an index answers each, whatever the size of the tables.
 */
export async function bench({ objects, progress }: BenchContext): Promise<Record<string, Measurement>> {
  const directory = await mkdtemp(path.join(tmpdir(), 'wayleave-bench-due-work-'));
  // Postgres runs as another user when we are root and must pass through.
  await chmod(directory, 0o711);
  const settings = { shared_buffers: '512MB', jit: 'off', max_wal_size: '4GB' };
  const postgres = await startPostgres({ directory, settings });
  try {
    const few = await measure(postgres, 'few', small, progress);
    const many = await measure(postgres, 'many', objects * 100, progress);
    return Object.fromEntries(
      dueWork.flatMap(({ name }) => [
        [`due_${name}_1k_ms`, { value: few.get(name) ?? Number.NaN, unit: 'ms' }],
        [
          `due_${name}_1m_ms`,
          { value: many.get(name) ?? Number.NaN, unit: 'ms', target: `< ${String(limitMs(name))}` },
        ],
      ]),
    );
  } finally {
    await postgres.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

/** Twenty notices are written beside one of them, two statements each. */
function limitMs(name: DueWork['name']): number {
  return name === 'note_provisioned' ? 40 : 10;
}

async function measure(
  postgres: Postgres,
  database: string,
  subscriptions: number,
  progress: (line: string) => void,
): Promise<Map<string, number>> {
  await postgres.createDatabase(database);
  const databaseUrl = postgres.urlOf(database);
  await migrate({ databaseUrl, log: silentLog });
  const client = new pg.Client(connectionConfig({ databaseUrl, applicationName: 'bench', statementTimeoutMs: 0 }));
  await client.connect();
  try {
    progress(`stores ${subscriptions.toLocaleString('en')} subscriptions`);
    const shopId = await fillShop(client, subscriptions);
    await client.query('begin');
    const medians = new Map<string, number>();
    for (const work of dueWork) {
      const { medianMs, statements } = await repeat(client, work, shopId);
      medians.set(work.name, medianMs);
      progress(`${work.name} at ${subscriptions.toLocaleString('en')}: ${String(medianMs)} ms`);
      for (const line of await explain(client, statements)) progress(`  ${line}`);
    }
    await client.query('rollback');
    return medians;
  } finally {
    await client.end();
  }
}

async function repeat(
  client: pg.Client,
  { name, look }: DueWork,
  shopId: string,
): Promise<{ readonly medianMs: number; readonly statements: readonly RecordedStatement[] }> {
  const elapsed: number[] = [];
  let statements: readonly RecordedStatement[] = [];
  for (let run = 0; run < runs; run += 1) {
    const recorder = new Recorder(client);
    await client.query('savepoint work');
    const store = new Store(recorder.pool() as pg.Pool, 'bench', silentLog);
    const startedMs = performance.now();
    const found = await look(store, shopId);
    elapsed.push(performance.now() - startedMs);
    await client.query('rollback to work');
    if (found !== dueAtATime) throw new Error(`${name} found ${String(found)} of ${String(dueAtATime)}`);
    ({ statements } = recorder);
  }
  return { medianMs: rounded(quantile(elapsed, 0.5)), statements };
}

/** The plan of the statement that looks for what is due: the first that the work asks. */
async function explain(client: pg.Client, [first]: readonly RecordedStatement[]): Promise<string[]> {
  if (first === undefined) return [];
  await client.query('savepoint work');
  const { rows } = await client.query<{ 'QUERY PLAN': string }>(
    `explain (analyze, buffers, costs off, timing off, summary off) ${first.text}`,
    [...first.values],
  );
  await client.query('rollback to work');
  return rows.map((row) => row['QUERY PLAN']).filter((line) => /Scan|Buffers/.test(line));
}
