import type { Store } from '../../../src/store/index.ts';
import { quantile } from '../measurement.ts';
import { explain, rehearse } from './rehearsal.ts';
import { whileAllIsDue, whileDue } from './seed-due.ts';
import type { SeedTarget } from './seed.ts';
import { works, type Work } from './works.ts';

/** One question at one size. */
export interface DueWorkSample {
  readonly work: Work;
  /** Subscriptions that were sold. */
  readonly rows: number;
  /** As much is due as there are subscriptions, instead of a hundred. */
  readonly isBacklog: boolean;
  /** Median, in milliseconds, as the product sees it. */
  readonly ms: number;
  /** Of 8 kB, that were looked at: what a busy machine does not change. */
  readonly pages: number;
  readonly plan: readonly string[];
}

const rounds = 31;

/** Asks every question of the product at one size, with a hundred of everything due, and then with everything due. */
export async function measureDueWork(store: Store, target: SeedTarget, rows: number): Promise<DueWorkSample[]> {
  const samples: DueWorkSample[] = [];
  await whileDue(target, rows, async () => {
    for (const work of works) samples.push(await sample(store, target, work, { rows, isBacklog: false }));
  });
  await whileAllIsDue(target, rows, async () => {
    for (const work of works) {
      if (work.hasBacklog === true) samples.push(await sample(store, target, work, { rows, isBacklog: true }));
    }
  });
  return samples;
}

async function sample(
  store: Store,
  { shopId }: SeedTarget,
  work: Work,
  about: Pick<DueWorkSample, 'rows' | 'isBacklog'>,
): Promise<DueWorkSample> {
  const ask = () => rehearse(store, (rehearsal) => work.run(rehearsal, shopId), work.statement ?? 0);
  // The first reads pages, the next ones mend what the hint bits of dead rows say.
  let last = await ask();
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    last = await ask();
    times.push(last.ms);
  }
  const plan = await explain(store, last);
  return { work, ...about, ms: quantile(times, 0.5), pages: pagesOf(plan), plan };
}

/** The first such line is that of the whole statement. */
function pagesOf(plan: readonly string[]): number {
  const buffers = plan.find((line) => line.includes('Buffers: shared')) ?? '';
  return ['hit', 'read'].reduce((sum, kind) => sum + Number(new RegExp(`${kind}=(\\d+)`).exec(buffers)?.[1] ?? 0), 0);
}
