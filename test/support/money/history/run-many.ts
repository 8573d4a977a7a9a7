import { availableParallelism } from 'node:os';
import { openLane, type Lane } from '../lane.ts';
import { historyOf } from './acts.ts';
import { runHistory, type Outcome } from './run.ts';
import { shrink } from './shrink.ts';
import { crimes, type Crime } from './verdict.ts';

export interface Summary {
  /** One for each history that failed: its seed, what was found, and the shortest history that fails likewise. */
  readonly failures: readonly string[];
  /** Findings by name; `other` is not published. */
  readonly crimes: Readonly<Record<Exclude<Crime, 'other'>, number>>;
  /** Charges by disposition, over all histories. */
  readonly charges: Readonly<Record<string, number>>;
  readonly refunds: number;
  /** Histories in which a backup was restored. */
  readonly restored: number;
}

/** While one lane waits for Postgres another one computes. */
const lanesPerCore = 2;
const failuresAtMost = 5;
const sayEveryMs = 10_000;

/** Plays histories of consecutive seeds, on as many lanes as keep the machine busy. */
export async function runHistories(options: {
  readonly count: number;
  readonly seed: number;
  readonly say: (line: string) => void;
}): Promise<Summary> {
  const { count, seed, say } = options;
  const tally = new Tally();
  const startedMs = performance.now();
  let next = 0;
  const lanes = Math.min(count, Math.max(2, availableParallelism() * lanesPerCore));
  let saidMs = startedMs;
  const work = async (): Promise<void> => {
    const lane = await openLane();
    try {
      while (next < count && tally.failures.length < failuresAtMost) {
        const own = seed + next;
        next += 1;
        const outcome = await runHistory(lane, historyOf(own));
        tally.add(outcome);
        if (outcome.violations.length > 0) tally.failures.push(await describeFailure(lane, own, outcome));
        const nowMs = performance.now();
        if (nowMs - saidMs < sayEveryMs) continue;
        saidMs = nowMs;
        const perSecond = tally.played / ((nowMs - startedMs) / 1000);
        say(`${String(tally.played)} of ${String(count)} histories, ${perSecond.toFixed(0)}/s, seed ${String(seed)}`);
      }
    } finally {
      await lane.close();
    }
  };
  await Promise.all(Array.from({ length: lanes }, work));
  const seconds = (performance.now() - startedMs) / 1000;
  say(
    `${String(tally.played)} histories in ${seconds.toFixed(1)} s, ${(tally.played / seconds).toFixed(0)}/s, seed ${String(seed)}`,
  );
  say(
    `charges: ${JSON.stringify(tally.charges)}; refunds: ${String(tally.refunds)}; restored: ${String(tally.restored)}`,
  );
  return tally;
}

class Tally implements Summary {
  readonly failures: string[] = [];
  readonly crimes = Object.fromEntries(
    crimes.filter((crime) => crime !== 'other').map((crime) => [crime, 0]),
  ) as Record<Exclude<Crime, 'other'>, number>;
  readonly charges: Record<string, number> = {};
  refunds = 0;
  restored = 0;
  played = 0;

  add({ violations, charges, refunds, restored }: Outcome): void {
    this.played += 1;
    this.refunds += refunds;
    if (restored) this.restored += 1;
    for (const { crime } of violations) if (crime !== 'other') this.crimes[crime] += 1;
    for (const [disposition, n] of Object.entries(charges))
      this.charges[disposition] = (this.charges[disposition] ?? 0) + n;
  }
}

async function describeFailure(lane: Lane, seed: number, outcome: Outcome): Promise<string> {
  const kinds = new Set(outcome.violations.map(({ crime }) => crime));
  const shortest = await shrink(historyOf(seed), async (shorter) => {
    const { violations } = await runHistory(lane, shorter);
    return violations.some(({ crime }) => kinds.has(crime));
  });
  const again = await runHistory(lane, shortest);
  const found = [...outcome.violations, ...again.violations].map(({ crime, what }) => `${crime}: ${what}`);
  const acts = shortest.acts.map((act) => JSON.stringify(act));
  return [`seed ${String(seed)}, a shop of mode ${shortest.mode}`, ...found, ...acts].join('\n');
}
