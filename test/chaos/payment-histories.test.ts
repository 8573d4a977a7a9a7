import { describe, expect, it } from 'vitest';
import { runHistories } from '../support/money/history/run-many.ts';
import { publishReliability } from '../support/money/publish-reliability.ts';

/**
 * Long: WAYLEAVE_TEST_HISTORIES=100000 npm test -- test/chaos/payment-histories
 * A failure prints its seed: WAYLEAVE_TEST_SEED=<seed> WAYLEAVE_TEST_HISTORIES=1 plays it again.
 * WAYLEAVE_TEST_PUBLISH=1 writes the counts into docs/reliability.json.
 */
const count = Number(process.env['WAYLEAVE_TEST_HISTORIES'] ?? 300);
const seed = Number(process.env['WAYLEAVE_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const hours = 3_600_000;

describe('whatever happens to payments', () => {
  it(
    `${String(count)} histories from seed ${String(seed)} end with every charge on record and every order granted once`,
    async () => {
      const summary = await runHistories({ count, seed, say: console.error });
      expect(summary.failures).toEqual([]);
      // Histories in which nothing happens would prove nothing.
      if (count >= 100) {
        for (const disposition of ['granted', 'surplus', 'mismatch', 'orphan', 'foreign', 'blocked']) {
          expect(summary.charges[disposition], disposition).toBeGreaterThan(0);
        }
        expect(summary.refunds).toBeGreaterThan(0);
        expect(summary.restored).toBeGreaterThan(0);
      }
      if (process.env['WAYLEAVE_TEST_PUBLISH'] === '1') {
        await publishReliability({ payment_histories: count, ...summary.crimes });
      }
    },
    Math.max(300_000, (count / 10_000) * hours),
  );
});
