import type { Environment } from '../../support/environment.ts';
import { quantile, rounded, type BenchContext, type Measurement } from '../measurement.ts';
import { cpuSeconds } from '../operator/process-figures.ts';
import { dueWorkPage } from './due-work-page.ts';
import { measureDueWork, type DueWorkSample } from './due-work.ts';
import { sellThroughLedger } from './orders.ts';
import { placePayable } from './payable.ts';
import { seedCustomers, seedSubscriptions } from './seed.ts';
import { ShopSite } from './site.ts';
import { BenchTelegram } from './telegram-process.ts';
import { deliverPayments } from './webhook-load.ts';
import { works } from './works.ts';

/** Subscriptions in Postgres, and how figures name that. */
const sizes = [
  { rows: 100, label: '100' },
  { rows: 10_000, label: '10k' },
  { rows: 1_000_000, label: '1m' },
] as const;
type Size = (typeof sizes)[number];

/** As many as a shop of a million sells on its best day, in the hour in which most buy. */
const steady = { perSecond: 20, count: 300 };
const burst = { connections: 16, count: 800 };
const soldThroughLedger = 800;
const people = Math.max(steady.count, burst.count);
/** Who buys while it is measured, however few have bought before. */
const buyers = Math.max(people, soldThroughLedger * sizes.length);

export const names: readonly string[] = [
  ...sizes.flatMap(({ label }) => sellingFigures(label)),
  ...works.map(({ name }) => growthOf(name)),
  ...works.filter(({ hasBacklog }) => hasBacklog).map(({ name }) => `${growthOf(name)}_all_due`),
];

/** One database that grows: what is compared shares a machine, a minute and a history. */
export async function measure(environment: Environment, context: BenchContext): Promise<Record<string, Measurement>> {
  const site = await ShopSite.open(environment, context, 'shop');
  const telegram = await BenchTelegram.start(people);
  const measured: Record<string, Measurement> = {};
  const samples: DueWorkSample[] = [];
  const isAsked = works.some(({ name }) => context.wants(growthOf(name)));
  try {
    await site.openShop(telegram.token);
    await seedCustomers(site.target({ isProjected: false }), buyers);
    let seeded = 0;
    for (const [series, size] of sizes.entries()) {
      const { rows, label } = size;
      if (!isAsked && !sizes.slice(series).some((one) => sells(one, context))) break;
      // While a bench is developed a thousandth of a million tells as much.
      const wanted = Math.min(rows, context.objects * 100);
      if (wanted <= seeded) continue;
      const target = site.target({ isProjected: false });
      const startedMs = performance.now();
      await seedSubscriptions(target, seeded + 1, wanted);
      seeded = wanted;
      context.progress(
        `${label} subscriptions, the last ones in ${String(rounded((performance.now() - startedMs) / 1000))} s`,
      );
      if (isAsked) samples.push(...(await measureDueWork(site.store, target, wanted)));
      if (sells(size, context)) {
        Object.assign(
          measured,
          await throughLedger(site, size, series),
          await throughWebhook(site, telegram, size, series),
        );
      }
      context.progress(`${label} is measured`);
    }
  } finally {
    await telegram.stop();
    await site.close();
  }
  if (isAsked) context.page('due-work', (machine) => dueWorkPage(machine, samples));
  return { ...measured, ...growth(samples) };
}

async function throughLedger(
  { store, shop }: ShopSite,
  { label }: Size,
  series: number,
): Promise<Record<string, Measurement>> {
  const first = 1 + series * soldThroughLedger;
  const perSecond = await sellThroughLedger(store, shop.id, { first, count: soldThroughLedger });
  return { [`ledger_orders_per_s_${label}`]: { value: rounded(perSecond), unit: 'orders/s' } };
}

async function throughWebhook(
  site: ShopSite,
  telegram: BenchTelegram,
  { label }: Size,
  series: number,
): Promise<Record<string, Measurement>> {
  const target = site.target({ isProjected: false });
  const bot = await site.startBot(telegram.url);
  try {
    const url = bot.webhookUrl(site.shop.id);
    const place = (step: number, count: number) => placePayable(target, 1 + series * 3 + step, count);
    // Until the just-in-time compiler has seen the code.
    await deliverPayments({ url, orders: await place(0, 300), connections: burst.connections });
    await site.settle();
    const calm = await deliverPayments({ ...steady, url, orders: await place(1, steady.count), connections: 40 });
    const waiting = await place(2, burst.count);
    const cpuBefore = await cpuSeconds(bot.pid);
    const busy = await deliverPayments({ ...burst, url, orders: waiting });
    const cpuMs = ((await cpuSeconds(bot.pid)) - cpuBefore) * 1000;
    return {
      [`webhook_hold_p50_ms_${label}`]: { value: rounded(quantile(calm.heldMs, 0.5)), unit: 'ms' },
      [`webhook_hold_p99_ms_${label}`]: { value: rounded(quantile(calm.heldMs, 0.99)), unit: 'ms', target: '< 100' },
      [`webhook_orders_per_s_${label}`]: { value: rounded(busy.heldMs.length / busy.seconds), unit: 'orders/s' },
      [`webhook_bot_cpu_ms_${label}`]: { value: rounded(cpuMs / busy.heldMs.length), unit: 'ms of CPU' },
    };
  } finally {
    await bot.stop();
  }
}

function sells({ label }: Size, context: BenchContext): boolean {
  return sellingFigures(label).some((name) => context.wants(name));
}

function sellingFigures(label: Size['label']): string[] {
  return [
    `webhook_hold_p50_ms_${label}`,
    `webhook_hold_p99_ms_${label}`,
    `webhook_orders_per_s_${label}`,
    `webhook_bot_cpu_ms_${label}`,
    `ledger_orders_per_s_${label}`,
  ];
}

function growthOf(work: string): string {
  return `due_${work}_growth`;
}

/** How many times longer the same question takes at the largest size than at the smallest. */
function growth(samples: readonly DueWorkSample[]): Record<string, Measurement> {
  const figures: Record<string, Measurement> = {};
  for (const isBacklog of [false, true]) {
    for (const work of works) {
      const of = samples.filter((one) => one.work === work && one.isBacklog === isBacklog);
      const [smallest, largest] = [of[0], of.at(-1)];
      if (smallest === undefined || largest === undefined) continue;
      const name = `${growthOf(work.name)}${isBacklog ? '_all_due' : ''}`;
      figures[name] = {
        value: rounded(largest.ms / smallest.ms),
        unit: 'times',
        ...(isBacklog ? {} : { target: '<= 2' }),
      };
    }
  }
  return figures;
}
