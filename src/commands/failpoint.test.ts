import { describe, expect, it } from 'vitest';
import { silentLog } from '../base/log.ts';
import { createFailpoint } from './failpoint.ts';
import { UsageError } from './usage-error.ts';

const points = ['panel.before-ensure', 'bot.after-charge'];

/** At which of the passed points, by number, the process would have ended. */
function killedAt(armed: string | undefined, passed: readonly string[]): number[] {
  const kills: number[] = [];
  let at = 0;
  const failpoint = createFailpoint(armed, points, silentLog, () => kills.push(at));
  for (const name of passed) {
    at += 1;
    failpoint(name);
  }
  return kills;
}

const life = ['panel.before-ensure', 'bot.after-charge', 'bot.after-charge', 'bot.after-charge'];

describe('a failpoint', () => {
  it.each([
    [undefined, []],
    ['', []],
    ['panel.before-ensure', [1]],
    ['bot.after-charge', [2]],
    ['bot.after-charge:1', [2]],
    ['bot.after-charge:3', [4]],
    ['bot.after-charge:4', []],
  ])('armed as %j kills at %j', (armed, expected) => {
    expect(killedAt(armed, life)).toEqual(expected);
  });

  it.each(['nowhere', 'bot.after-charge:0', 'bot.after-charge:x', 'bot.after-charge:', ':1'])(
    'refuses %j, and says which points there are',
    (armed) => {
      expect(() => createFailpoint(armed, points, silentLog)).toThrow(UsageError);
      expect(() => createFailpoint(armed, points, silentLog)).toThrow(/panel\.before-ensure, bot\.after-charge/);
    },
  );
});
