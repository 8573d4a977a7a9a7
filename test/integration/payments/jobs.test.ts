import { Registry } from 'prom-client';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { silentLog } from '../../../src/base/log.ts';
import { jobsOf } from '../../../src/ledger/index.ts';
import { runJobs, type Job } from '../../../src/payments/jobs.ts';
import { ManualProvider } from '../../../src/payments/manual/provider.ts';
import { PaymentMetrics } from '../../../src/payments/metrics.ts';
import { shopJobs } from '../../../src/payments/shop-jobs.ts';
import type { StarsApi } from '../../../src/payments/stars/api.ts';
import { StarsProvider } from '../../../src/payments/stars/provider.ts';
import { newCustomer, openTestShop, type TestShop } from '../../support/money/shop.ts';

let shop: TestShop;
let registry: Registry;
let metrics: PaymentMetrics;

beforeEach(async () => {
  shop = await openTestShop();
  registry = new Registry();
  metrics = new PaymentMetrics(registry);
});

/** @returns stops them, and waits for that */
function start(jobs: readonly Job[]): () => Promise<void> {
  const controller = new AbortController();
  const { signal } = controller;
  const options = { ...shop, metrics, clock: systemClock, random: () => 0, log: silentLog, signal };
  const ended = runJobs(jobs, options);
  const stop = async (): Promise<void> => {
    controller.abort();
    await ended;
  };
  onTestFinished(stop);
  return stop;
}

function job(name: string, run: Job['run'], changes: Partial<Job> = {}): Job {
  return { name, everyMs: 20, timeoutMs: 50, run, ...changes };
}

async function metric(name: string, label: string): Promise<number> {
  const [, value] =
    new RegExp(`^${name}\\{shop="shop/main",task="${label}"\\} (\\S+)$`, 'm').exec(await registry.metrics()) ?? [];
  return Number(value);
}

test('a job that fails and one that hangs stop no other, and are counted and recorded', async () => {
  let good = 0;
  let hung = 0;
  start([
    job('good', () => {
      good += 1;
      return Promise.resolve('done');
    }),
    job('bad', () => Promise.reject(new Error('broken'))),
    job('hung', () => {
      hung += 1;
      return new Promise<never>(() => undefined);
    }),
  ]);
  await expect.poll(() => good).toBeGreaterThan(5);
  await expect.poll(() => hung).toBeGreaterThan(2);
  await expect.poll(() => metric('wayleave_job_failures_total', 'bad')).toBeGreaterThan(2);
  expect(await metric('wayleave_job_failures_total', 'hung')).toBeGreaterThan(1);
  expect(await metric('wayleave_job_failures_total', 'good')).toBe(0);
  expect(await metric('wayleave_job_last_success_timestamp_seconds', 'bad')).toBe(0);
  expect(await metric('wayleave_job_last_success_timestamp_seconds', 'good')).toBeCloseTo(Date.now() / 1000, -1);
  const records = Object.fromEntries((await jobsOf(shop.store, shop.shop.id)).map((record) => [record.name, record]));
  expect(records['good']).toMatchObject({ lastError: undefined, lastSuccessAtMs: expect.any(Number) as number });
  expect(records['bad']).toMatchObject({ lastError: 'broken', lastSuccessAtMs: undefined });
  expect(records['hung']?.lastError).toContain('hung');
});

test('a job never overlaps itself, and goes on at once while there is more', async () => {
  let running = 0;
  let most = 0;
  let runs = 0;
  const stop = start([
    job(
      'busy',
      async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => {
          setImmediate(resolve);
        });
        running -= 1;
        runs += 1;
        return runs < 50 ? 'more' : 'done';
      },
      { everyMs: 600_000, timeoutMs: 600_000 },
    ),
  ]);
  await expect.poll(() => runs).toBe(50);
  await stop();
  expect(most).toBe(1);
});

test('a doorbell brings a job forward, also one that rings while it runs', async () => {
  let ring = (): void => undefined;
  let runs = 0;
  const run: Job['run'] = () => {
    runs += 1;
    if (runs === 2) ring();
    return Promise.resolve('done');
  };
  const listen = (given: () => void): (() => void) => {
    ring = given;
    return () => undefined;
  };
  start([job('belled', run, { everyMs: 600_000, listen })]);
  await expect.poll(() => runs).toBe(1);
  ring();
  await expect.poll(() => runs, { timeout: 10_000 }).toBe(3);
});

test('a run is told to stop, and ends in time when the shop goes to another replica', async () => {
  let isStopped = false;
  let isRunning = false;
  const stop = start([
    job(
      'long',
      (signal) => {
        isRunning = true;
        return new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            isStopped = true;
            resolve('more');
          });
        });
      },
      { timeoutMs: 600_000 },
    ),
  ]);
  await expect.poll(() => isRunning).toBe(true);
  await stop();
  expect(isStopped).toBe(true);
  expect(await registry.metrics()).not.toContain('task="long"');
});

test('jobs outlive a database that takes nothing, and say so', async () => {
  let runs = 0;
  await shop.owner.query('alter table wayleave.jobs rename to jobs_away');
  start([
    job('good', () => {
      runs += 1;
      return Promise.resolve('done');
    }),
  ]);
  await expect.poll(() => runs).toBeGreaterThan(1);
  await shop.owner.query('alter table wayleave.jobs_away rename to jobs');
  await expect.poll(() => metric('wayleave_job_last_success_timestamp_seconds', 'good')).toBeGreaterThan(0);
});

test('a shop for transfers alone has no books to read, and one with Stars reads them once', async () => {
  const { store } = shop;
  const options = { store, shopId: shop.shop.id, metrics, log: silentLog, failpoint: () => undefined };
  const books: StarsApi = {
    getStarTransactions: () => Promise.resolve([]),
    refundStarPayment: () => Promise.resolve(),
  };
  const stars = [new StarsProvider(books, { live: true }), new StarsProvider(books, { live: true })];
  const card = new ManualProvider({ instructions: 'to 1234' });
  const always = ['note-provisioned', 'extend-surplus', 'retention'];
  expect(shopJobs({ ...options, providers: [card] }).map(({ name }) => name)).toStrictEqual(always);
  const jobs = shopJobs({ ...options, providers: [...stars, card] });
  expect(jobs.map(({ name }) => name)).toStrictEqual(['reconcile-stars', ...always]);
  for (const one of jobs) expect(await one.run(new AbortController().signal)).toBe('done');
});

test('retention deletes all there is, a batch after the other, and counts it', async () => {
  const { store, owner } = shop;
  const { id: customerId } = await newCustomer(shop);
  await owner.query(
    `insert into wayleave.notices (id, shop_id, customer_id, kind, dedupe, delivery, state, closed_at)
     select gen_random_uuid(), $1, $2, 'paid', n::text, 'at-least-once', 'sent', now() - interval '91 days'
     from generate_series(1, 2500) as n`,
    [shop.shop.id, customerId],
  );
  const options = { store, shopId: shop.shop.id, providers: [], metrics, log: silentLog, failpoint: () => undefined };
  start(shopJobs(options).filter(({ name }) => name === 'retention'));
  await expect.poll(() => metric('wayleave_job_last_success_timestamp_seconds', 'retention')).toBeGreaterThan(0);
  expect(await registry.metrics()).toContain('wayleave_forgotten_rows_total{table="notices"} 2500');
  const { rowCount } = await owner.query('select from wayleave.notices');
  expect(rowCount).toBe(0);
});

test('what payments count is there from the start', async () => {
  const text = await registry.metrics();
  expect(text).toContain('wayleave_charges_total{provider="manual",disposition="orphan"} 0');
  expect(text).toContain('wayleave_reconciliation_findings_total{provider="stars",finding="refund"} 0');
  expect(text).toContain('wayleave_refunds_total{provider="stars",outcome="refused"} 0');
  expect(text).toContain('wayleave_forgotten_rows_total{table="orders"} 0');
  const failing = job('failing', () => Promise.reject(new Error('no')), { everyMs: 600_000 });
  start([failing]);
  await expect.poll(() => metric('wayleave_job_failures_total', 'failing')).toBe(1);
  expect(await metric('wayleave_job_last_success_timestamp_seconds', 'failing')).toBe(0);
});
