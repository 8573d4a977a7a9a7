import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { botProcessFailpoints } from '../../src/commands/bot/failpoints.ts';
import { publishReliability } from '../support/money/publish-reliability.ts';
import { examine } from '../support/shop-world/books.ts';
import { Lane, Lanes } from '../support/shop-world/lane.ts';
import { pairs, play, singles, somePairs } from '../support/shop-world/schedules.ts';

/**
 * Every pair of deaths: WAYLEAVE_TEST_ALL_SCHEDULES=1 npm test -- test/chaos/killed-bot
 * WAYLEAVE_TEST_PUBLISH=1 writes the counts into docs/reliability.json.
 */
const isLong = process.env['WAYLEAVE_TEST_ALL_SCHEDULES'] === '1';
const schedules = (process.env['ONLY'] ? [...singles,...somePairs].filter(x=>x.name.includes(process.env['ONLY'] ?? '')) : [...singles, ...(isLong ? pairs : somePairs)]);
const atOnce = 3;

/**
 * Whatever instruction the bot dies at, from a click to a link, the next one ends where it would have ended: one grant for
 * an order, one resource, one client on each panel, one message that says so, and books that agree with Telegram's.
 */
describe('a bot that is killed and started again', () => {
  let lanes: Lanes;

  beforeAll(async () => {
    lanes = new Lanes(await Promise.all(Array.from({ length: atOnce }, () => Lane.open())));
  });
  afterAll(() => Promise.all(lanes.all.map((lane) => lane.end())));

  it('dies at every point in one story or another', () => {
    const reached = new Set(singles.flatMap(({ deaths }) => deaths));
    expect(botProcessFailpoints.filter((point) => !reached.has(point))).toEqual([]);
  });

  it(
    'ends every story as it would have ended',
    async () => {
      const failures: string[] = [];
      let done = 0;
      await Promise.all(
        schedules.map((schedule) =>
          lanes.borrow(async (lane) => {
            try {
              await play(lane, schedule);
              if (isLong) console.error(`${String((done += 1))} of ${String(schedules.length)}: ${schedule.name}`);
            } catch (thrown) {
              failures.push(
                `${schedule.name}: ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}`,
              );
            }
          }),
        ),
      );
      expect(failures).toEqual([]);
    },
    schedules.length * 60_000,
  );

  it('leaves books that agree with everybody', async () => {
    const counts = { paid_not_provisioned: 0, granted_twice: 0, charges_unrecorded: 0, foreign_refunds: 0 };
    for (const lane of lanes.all) {
      await vi.waitFor(async () => expect(await examine(lane.shop, lane.refunded)).toEqual([]), {
        timeout: 60_000,
        interval: 500,
      });
    }
    if (process.env['WAYLEAVE_TEST_PUBLISH'] === '1') {
      await publishReliability({ crash_schedules: schedules.length, ...counts });
    }
  });
});
