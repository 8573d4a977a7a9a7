import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../base/clock.ts';
import { Pace } from './pace.ts';

function handClock(): { readonly clock: Clock; readonly advance: (ms: number) => void } {
  let now = 0;
  const clock: Clock = { now: () => now, monotonic: () => now, schedule: () => () => undefined };
  return {
    clock,
    advance: (ms) => {
      now += ms;
    },
  };
}

describe('the pace of notices', () => {
  it('lets at most 25 a second and a burst through, and a chat once a second', () => {
    const steps = fc.array(fc.record({ chat: fc.integer({ min: 1, max: 40 }), ms: fc.integer({ min: 0, max: 60 }) }), {
      minLength: 1,
      maxLength: 400,
    });
    fc.assert(
      fc.property(steps, (all) => {
        const { clock, advance } = handClock();
        const pace = new Pace(clock);
        const sent: { readonly at: number; readonly chat: number }[] = [];
        for (const { chat, ms } of all) {
          advance(ms);
          if (pace.take(chat).kind === 'now') sent.push({ at: clock.monotonic(), chat });
        }
        expect(sent.length).toBeLessThanOrEqual(25 + (clock.monotonic() * 25) / 1000 + 1);
        for (const [index, { at, chat }] of sent.entries()) {
          const before = sent.slice(0, index).findLast((one) => one.chat === chat);
          expect(at - (before?.at ?? -Infinity)).toBeGreaterThanOrEqual(1000);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('says after which wait there is room, and there is', () => {
    const { clock, advance } = handClock();
    const pace = new Pace(clock);
    for (let chat = 0; chat < 25; chat += 1) expect(pace.take(chat)).toEqual({ kind: 'now' });
    const full = pace.take(100);
    expect(full.kind).toBe('wait');
    advance('waitMs' in full ? full.waitMs : 0);
    expect(pace.take(100)).toEqual({ kind: 'now' });
    expect(pace.take(100).kind).toBe('later');
  });

  it('keeps silent when it is told to', () => {
    const { clock, advance } = handClock();
    const pace = new Pace(clock);
    pace.pause(5000);
    expect(pace.take(1)).toEqual({ kind: 'wait', waitMs: 5000 });
    advance(5000);
    expect(pace.take(1)).toEqual({ kind: 'now' });
  });
});
