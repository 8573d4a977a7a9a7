import { expect, it } from 'vitest';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { watchForSetBack } from './clock-watch.ts';

it('tells each time that the wall clock was set back, and nothing else', () => {
  const clock = new ManualClock();
  let told = 0;
  const end = watchForSetBack(clock, () => {
    told += 1;
  });
  clock.advance(600_000);
  clock.stepWall(-2000);
  clock.advance(60_000);
  clock.stepWall(86_400_000);
  clock.advance(60_000);
  expect(told).toBe(0);
  clock.stepWall(-86_400_000);
  clock.advance(180_000);
  expect(told).toBe(1);
  end();
  clock.stepWall(-86_400_000);
  clock.advance(180_000);
  expect(told).toBe(1);
  expect(clock.timers).toBe(0);
});
