import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { silentLog } from '../../../src/base/log.ts';
import { migrate } from '../../../src/store/index.ts';
import { type Postgres, startPostgres } from '../../support/postgres.ts';
import { type BenchContext, type Measurement, rounded } from '../measurement.ts';
import { cpuSeconds } from '../operator/process-figures.ts';
import { formats, type MillionFigure, millionFigures } from './figures.ts';
import { load, type LoadResult, requestText } from './load.ts';
import { seedCustomers, tokenAt } from './seed-million.ts';
import { BenchService, type BenchServiceOptions } from './service-process.ts';

export const names = Object.keys(millionFigures) as readonly MillionFigure[];

/** How many customers there are, and how many of them a part is about, for each of the objects that were asked for. */
const customersOf = (objects: number): Sizes => ({
  all: 100 * objects,
  // Each app has customers of its own, few enough that all they are given stays in memory.
  warm: objects / 2,
  cold: 3 * objects,
  // Four times as many as there is room for by default.
  churn: 13 * objects,
});

interface Sizes {
  readonly all: number;
  readonly warm: number;
  readonly cold: number;
  readonly churn: number;
}

/** Fewer than an address may ask for at once, the round that makes it known included. */
const mostFromOne = 50;
const connections = 32;
const durationMs = 4000;
const database = 'bench';

/** What the apps of each format ask with. */
const apps: Readonly<Record<(typeof formats)[number], { readonly query?: string; readonly headers: Headers }>> = {
  links: { headers: { 'user-agent': 'v2rayNG/2.3.5' } },
  plain: { query: '?format=plain', headers: { 'user-agent': 'v2rayNG/2.3.5' } },
  mihomo: { headers: { 'user-agent': 'ClashMetaForAndroid/2.11.5.Meta' } },
  sing_box: { headers: { 'user-agent': 'SFA/1.12.2 (Build 510; sing-box 1.12.2; language en)' } },
  sing_box_legacy: { headers: { 'user-agent': 'SFI/1.11.4 (Build 1; sing-box 1.11.4; language en)' } },
  xray: { query: '?format=xray', headers: { 'user-agent': 'v2rayNG/2.3.5' } },
  page: { headers: { 'user-agent': 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X)', accept: 'text/html' } },
};

type Headers = Readonly<Record<string, string>>;

/** A million customers in Postgres, and the service as a process beside it. */
export async function measure(context: BenchContext): Promise<Record<string, Measurement>> {
  const directory = await mkdtemp(path.join(tmpdir(), 'wayleave-bench-'));
  const postgres = await startPostgres({ directory, settings: { shared_buffers: '1GB', max_wal_size: '8GB' } });
  try {
    await postgres.createDatabase(database);
    const databaseUrl = postgres.urlOf(database);
    await migrate({ databaseUrl, log: silentLog });
    const sizes = customersOf(context.objects);
    context.progress(`writes ${sizes.all.toLocaleString('en')} customers into Postgres`);
    await seedCustomers(databaseUrl, sizes.all);
    const { profileDirectory } = context;
    const start = (more: Pick<BenchServiceOptions, 'heapMib'> = {}): Promise<BenchService> =>
      BenchService.start(databaseUrl, { directory, profileDirectory, ...more });
    return {
      ...(await measureFormats(start, postgres, sizes, context)),
      ...(await measureTwo(start, sizes, context)),
      ...(await measureChurn(start, sizes, context)),
    };
  } finally {
    await postgres.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

type Start = (more?: Pick<BenchServiceOptions, 'heapMib'>) => Promise<BenchService>;
type Figures = Partial<Record<MillionFigure, Measurement>>;

async function measureFormats(
  start: Start,
  postgres: Postgres,
  { all, warm: warmCount, cold: coldCount }: Sizes,
  context: BenchContext,
): Promise<Figures> {
  const figures: Figures = {};
  const service = await start();
  try {
    // Once, so that no format pays for what all have to learn.
    await load({ port: service.port, connections, durationMs, requestAt: asking('links', all - coldCount, coldCount) });
    for (const [at, format] of formats.entries()) {
      context.progress(`${format}: cold, then warm`);
      const postgresBefore = await cpuSeconds(postgres.pid, { withChildren: true });
      const firstCold = formats.length * warmCount + at * coldCount;
      const cold = await timed([service], asking(format, firstCold, coldCount), coldCount);
      const postgresSeconds = (await cpuSeconds(postgres.pid, { withChildren: true })) - postgresBefore;
      if (format === 'links') {
        figures.sub_cold_postgres_cpu_ms = {
          value: rounded((postgresSeconds * 1000) / cold.requests),
          unit: 'ms of CPU',
        };
      }
      const warm = await timedWarm([service], asking(format, at * warmCount, warmCount), warmCount);
      figures[`sub_${format}_rps_per_core`] = { value: Math.round(warm.perCore), unit: 'requests/s' };
      figures[`sub_${format}_p50_ms`] = { value: rounded(warm.p50), unit: 'ms' };
      figures[`sub_${format}_p99_ms`] = { value: rounded(warm.p99), unit: 'ms' };
      figures[`sub_${format}_cold_rps_per_core`] = { value: Math.round(cold.perCore), unit: 'requests/s' };
      figures[`sub_${format}_cold_p99_ms`] = { value: rounded(cold.p99), unit: 'ms' };
    }
  } finally {
    await service.stop();
  }
  return figures;
}

/** Two processes, as two replicas on two cores, each under its own load. */
async function measureTwo(start: Start, { warm: count }: Sizes, context: BenchContext): Promise<Figures> {
  context.progress('two processes');
  const services = await Promise.all([start(), start()]);
  try {
    const warm = await timedWarm(services, asking('links', 0, count), count);
    return {
      sub_two_processes_rps: { value: Math.round(warm.perSecond), unit: 'requests/s' },
      sub_two_processes_rps_per_core: { value: Math.round(warm.perCore), unit: 'requests/s', target: '>= 20000' },
      sub_two_processes_p99_ms: { value: rounded(warm.p99), unit: 'ms' },
    };
  } finally {
    await Promise.all(services.map((service) => service.stop()));
  }
}

/** What V8 takes in the container of the chart, whose limit is 1 GiB. Without a limit it lets garbage lie, and nothing would be shown. */
const heapOfContainerMib = 512;

/** Far more customers than there is room for, each of them once. */
async function measureChurn(start: Start, { all, churn }: Sizes, context: BenchContext): Promise<Figures> {
  context.progress(`${churn.toLocaleString('en')} customers in turn through one memory`);
  const service = await start({ heapMib: heapOfContainerMib });
  try {
    const requestAt = asking('links', all / 2, churn);
    const { refused } = await load({
      port: service.port,
      connections,
      durationMs: Number.POSITIVE_INFINITY,
      mostRequests: churn,
      requestAt,
    });
    // On a machine that is busy with other things some are told that the database is too slow; that takes no memory.
    if (refused > churn / 50) throw new Error(`${String(refused)} of the customers in turn got no document`);
    return {
      sub_churn_peak_rss_mib: { value: Math.round(await service.peakMib()), unit: 'MiB', target: '< 1024' },
    };
  } finally {
    await service.stop();
  }
}

/** @returns the requests of `count` customers from `first` on, each from an address of its own */
function asking(format: (typeof formats)[number], first: number, count: number): (number: number) => string {
  const { query = '', headers } = apps[format];
  return (number) => {
    const customer = first + (number % count);
    const client = `10.${String(customer >> 16)}.${String((customer >> 8) & 255)}.${String(customer & 255)}`;
    return requestText(`/sub/${tokenAt(customer)}${query}`, { ...headers, 'x-forwarded-for': client });
  };
}

interface Timed extends LoadResult {
  readonly perCore: number;
  readonly perSecond: number;
}

/** Once everybody was seen. */
async function timedWarm(
  services: readonly BenchService[],
  requestAt: (number: number) => string,
  customers: number,
): Promise<Timed> {
  for (const { port } of services) {
    await load({ port, connections, durationMs: Number.POSITIVE_INFINITY, mostRequests: customers, requestAt });
  }
  return timed(services, requestAt, customers * mostFromOne);
}

async function timed(
  services: readonly BenchService[],
  requestAt: (number: number) => string,
  mostRequests: number,
): Promise<Timed> {
  const cpu = async (): Promise<number> => {
    const seconds = await Promise.all(services.map((service) => service.cpuSeconds()));
    return seconds.reduce((sum, one) => sum + one, 0);
  };
  const before = await cpu();
  const results = await Promise.all(
    services.map(({ port }) => load({ port, connections, durationMs, requestAt, mostRequests })),
  );
  const used = (await cpu()) - before;
  const sum = (of: (result: LoadResult) => number): number => results.reduce((total, one) => total + of(one), 0);
  const refused = sum((one) => one.refused);
  if (refused > 0) throw new Error(`${String(refused)} answers were not 200`);
  const requests = sum((one) => one.requests);
  return {
    requests,
    refused,
    seconds: Math.max(...results.map(({ seconds }) => seconds)),
    p50: Math.max(...results.map(({ p50 }) => p50)),
    p99: Math.max(...results.map(({ p99 }) => p99)),
    perCore: requests / used,
    perSecond: sum((one) => one.requests / one.seconds),
  };
}
