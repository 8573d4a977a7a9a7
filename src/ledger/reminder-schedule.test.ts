import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dueReminders, latestSeconds, parseMoment, type ReminderFacts } from './reminder-schedule.ts';

const hour = 3600;
const expiresAt = 1_000 * hour;
const moments = ['-72h', '-24h', '0h', '24h'].map(parseMoment);

function at(hoursFromExpiry: number, changed: Partial<ReminderFacts> = {}): ReminderFacts {
  return {
    expiresAt,
    moments,
    now: expiresAt + hoursFromExpiry * hour,
    grantedAt: 0,
    sent: new Set(all(expiresAt).filter((key) => Number(key.split(':')[0]) < hoursFromExpiry * hour)),
    ...changed,
  };
}

function all(expiry: number): string[] {
  return moments.map((moment) => `${String(moment)}:${String(expiry)}`);
}

describe('reminders', () => {
  it.each([
    // hours from expiry, sent before, told now (hours), next (hours)
    [-100, 'all before', [], -72],
    [-72, 'all before', [-72], -24],
    [-71, 'nothing', [-72], -24],
    [-59, 'nothing', [], -24],
    [-24, 'nothing', [-24], 0],
    [0, 'nothing', [0], 24],
    [11, 'nothing', [0], 24],
    [12, 'nothing', [], 24],
    [24, 'nothing', [24], undefined],
    [37, 'nothing', [], undefined],
  ] as const)('%s h from expiry with %s told before', (hours, before, told, next) => {
    const sent = before === 'nothing' ? new Set<string>() : at(hours).sent;
    const plan = dueReminders(at(hours, { sent }));
    expect(plan.notices.map(({ moment }) => moment / hour)).toEqual(told);
    expect(plan.nextAt).toBe(next === undefined ? undefined : expiresAt + next * hour);
  });

  it('are not repeated', () => {
    const first = dueReminders(at(0, { sent: new Set() }));
    const sent = new Set(first.notices.map(({ dedupe }) => dedupe));
    expect(dueReminders(at(1, { sent })).notices).toEqual([]);
  });

  it('begin anew with another expiry', () => {
    const renewed = dueReminders(at(-72, { expiresAt: expiresAt + 720 * hour, sent: new Set(all(expiresAt)) }));
    expect(renewed.notices).toEqual([]);
    expect(renewed.nextAt).toBe(expiresAt + (720 - 72) * hour);
  });

  it('do not follow a purchase that is shorter than they are early', () => {
    const bought = expiresAt - 24 * hour;
    const plan = dueReminders(at(-24, { grantedAt: bought, sent: new Set() }));
    expect(plan.notices).toEqual([]);
    expect(plan.skipped).toEqual([]);
    expect(plan.nextAt).toBe(expiresAt);
  });

  it('never say that it ends after it has ended', () => {
    const plan = dueReminders(at(1, { moments: [-2 * hour], sent: new Set() }));
    expect(plan.notices).toEqual([]);
    expect(plan.skipped).toHaveLength(1);
  });

  it('are told at most once each, in time, whenever the worker looks', () => {
    const some = fc.uniqueArray(fc.integer({ min: -100, max: 100 }), { maxLength: 8 });
    const looks = fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 40 });
    fc.assert(
      fc.property(some, looks, (hours, steps) => {
        const sent = new Set<string>();
        let now = expiresAt - 200 * hour;
        for (const step of steps) {
          now += step * hour;
          const plan = dueReminders({ expiresAt, moments: hours.map((one) => one * hour), now, grantedAt: 0, sent });
          for (const { dedupe, dueAt, usefulUntil } of plan.notices) {
            expect(sent.has(dedupe)).toBe(false);
            expect(now - dueAt).toBeLessThan(latestSeconds);
            expect(now).toBeLessThan(usefulUntil);
            sent.add(dedupe);
          }
          expect(plan.notices.length).toBeLessThanOrEqual(1);
          expect(plan.nextAt ?? Infinity).toBeGreaterThan(now);
        }
      }),
    );
  });
});
