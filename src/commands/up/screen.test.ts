import { describe, expect, it } from 'vitest';
import type { Clock } from '../../base/clock.ts';
import { formatElapsed, Screen } from './screen.ts';

function steppedClock(): Clock & { advance: (ms: number) => void } {
  let now = 0;
  let due: { at: number; action: () => void }[] = [];
  return {
    now: () => now,
    monotonic: () => now,
    schedule: (delayMs, action) => {
      const entry = { at: now + delayMs, action };
      due.push(entry);
      return () => {
        due = due.filter((other) => other !== entry);
      };
    },
    advance: (ms) => {
      now += ms;
      const ready = due.filter(({ at }) => at <= now);
      due = due.filter(({ at }) => at > now);
      for (const { action } of ready) action();
    },
  };
}

function screenOn(isTTY: boolean) {
  let out = '';
  const clock = steppedClock();
  const screen = new Screen({ write: (text) => (out += text), isTTY, columns: 40 }, clock, {});
  return { screen, clock, out: () => out };
}

describe('the screen of up', () => {
  it('writes plain lines without escape sequences when it is not a terminal', () => {
    const { screen, clock, out } = screenOn(false);
    const step = screen.step('Postgres');
    clock.advance(1500);
    step.done('embedded, port 5432');
    expect(out()).toBe('✓ Postgres         embedded, port 5432 (1.5 s)\n');
  });

  it('repeats the progress of a long step only now and then when it is not a terminal', () => {
    const { screen, clock, out } = screenOn(false);
    const step = screen.step('Programs');
    step.progress('building 1%');
    step.progress('building 2%');
    clock.advance(30_000);
    step.progress('building 50%');
    expect(out().split('\n')).toEqual(['… Programs         building 1%', '… Programs         building 50%', '']);
  });

  it('redraws one line on a terminal, never wider than it is', () => {
    const { screen, clock, out } = screenOn(true);
    const step = screen.step('Programs');
    step.progress('x'.repeat(100));
    clock.advance(100);
    const lines = out().split('\r\u001b[2K');
    for (const line of lines) expect(line.replaceAll(/\u001b\[[0-9;]*m/g, '').length).toBeLessThan(40);
    step.done('built');
    expect(out()).toMatch(/built .*\n$/);
    const before = out();
    clock.advance(1000);
    expect(out()).toBe(before);
  });

  it.each([
    [400, '0.4 s'],
    [12_300, '12 s'],
    [185_000, '3 min 05 s'],
  ])('says %d ms as %s', (ms, text) => {
    expect(formatElapsed(ms)).toBe(text);
  });
});
