import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { botProcessFailpoints } from '../../src/commands/bot/failpoints.ts';
import { publishReliability } from '../support/money/publish-reliability.ts';
import { examine } from '../support/shop-world/books.ts';
import { Lane, Lanes } from '../support/shop-world/lane.ts';
import { pairs, play, singles, somePairs } from '../support/shop-world/schedules.ts';
import { soon } from '../support/shop-world/stories.ts';

/**
 * Every pair of deaths: WAYLEAVE_TEST_ALL_SCHEDULES=1 npm test -- test/chaos/killed-bot
 * WAYLEAVE_TEST_PUBLISH=1 writes the counts into docs/reliability.json.
 */
const isLong = process.env['WAYLEAVE_TEST_ALL_SCHEDULES'] === '1';
const schedules = [...singles, ...(isLong ? pairs : somePairs)];
const atOnce = 3;
const nothingWrong = { paid_not_provisioned: 0, granted_twice: 0, charges_unrecorded: 0, foreign_refunds: 0 };

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
    'ends every story as it would have ended, and the books agree with everybody',
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
              const why = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
              failures.push(`${schedule.name}: ${why}\n${lane.log().slice(-4000)}`);
              // What it leaves behind must not spoil the next one.
              await lane.kill();
            }
          }),
        ),
      );
      expect(failures).toEqual([]);
      for (const lane of lanes.all) {
        await vi.waitFor(async () => expect(await examine(lane.shop, lane.refunded)).toEqual([]), soon);
      }
      if (process.env['WAYLEAVE_TEST_PUBLISH'] === '1') {
        await publishReliability({ crash_schedules: schedules.length, ...nothingWrong });
      }
    },
    schedules.length * 60_000,
  );
});
