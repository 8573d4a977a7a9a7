import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { guardWindowMs, judgeRevocations, type GuardedRevocation, type RevocationReason } from './revocation-guard.ts';

const now = 1_800_000_000_000;

function revocations(count: number, reason: RevocationReason, agoMs = 60_000): GuardedRevocation[] {
  const one = { reason, createdAtMs: now - agoMs, held: false, permitted: false, settled: true };
  return Array.from({ length: count }, () => ({ ...one }));
}

describe('the guard of removals', () => {
  it.each([
    ['20 of 100 clients', 20, 100, 20, 0],
    ['21 of 100 clients', 21, 100, 0, 21],
    ['50 of 1,000 clients', 50, 1000, 50, 0],
    ['51 of 1,000 clients', 51, 1000, 0, 51],
    ['everybody of 5', 5, 5, 5, 0],
  ])('%s', (_case, count, clients, permitted, held) => {
    const verdict = judgeRevocations(revocations(count, 'Deleted'), 0, clients, 0, now);
    expect([verdict.permitted.length, verdict.held.length]).toEqual([permitted, held]);
  });

  it('counts what was carried out within ten minutes', () => {
    expect(judgeRevocations(revocations(1, 'Deleted'), 20, 100, 0, now).held).toHaveLength(1);
  });

  it('waits a moment before it takes one for single', () => {
    const fresh = revocations(1, 'Deleted', 10).map((one) => ({ ...one, settled: false }));
    expect(judgeRevocations(fresh, 0, 100, 0, now)).toMatchObject({
      permitted: [],
      settling: [{}],
    });
  });

  it('never holds what a person ordered on the panel, nor keys that were replaced', () => {
    const open = [...revocations(500, 'PanelDraining', 0), ...revocations(500, 'KeysRotated', 0)];
    expect(judgeRevocations(open, 0, 1000, 0, now).permitted).toHaveLength(1000);
  });

  it('does not count single removals that only wait for a dead panel', () => {
    const waiting = revocations(40, 'Deleted', guardWindowMs + 1).map((one) => ({ ...one, permitted: true }));
    expect(judgeRevocations(waiting, 0, 100, 0, now).permitted).toHaveLength(40);
  });

  it('holds a wave that nobody has judged, however long ago it was recorded', () => {
    expect(judgeRevocations(revocations(40, 'Deleted', guardWindowMs * 10), 0, 100, 0, now).held).toHaveLength(40);
  });

  it('lets go exactly what was recorded up to the instant that a person allowed', () => {
    const wave = revocations(30, 'Deleted', 60_000);
    const next = revocations(30, 'Deleted', 10_000);
    const verdict = judgeRevocations([...wave, ...next], 0, 100, now - 30_000, now);
    expect(verdict.permitted).toEqual(wave);
    expect(verdict.held).toEqual(next);
  });

  it('keeps holding what was held when the window has passed', () => {
    const [one] = revocations(1, 'Deleted', guardWindowMs * 10);
    const held = one === undefined ? [] : [{ ...one, held: true }];
    expect(judgeRevocations(held, 0, 1000, 0, now).held).toEqual(held);
  });

  it('sorts every open revocation into exactly one group', () => {
    const revocation = fc.record({
      reason: fc.constantFrom<RevocationReason>('Deleted', 'KeysRotated', 'Deselected', 'PanelDraining', 'Expired'),
      createdAtMs: fc.integer({ min: now - 2 * guardWindowMs, max: now }),
      held: fc.boolean(),
      permitted: fc.boolean(),
      settled: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(revocation, { maxLength: 80 }), fc.nat(50), fc.nat(2000), (open, done, clients) => {
        const { permitted, held, settling } = judgeRevocations(open, done, clients, 0, now);
        expect(new Set([...permitted, ...held, ...settling]).size).toBe(open.length);
        expect(permitted.length + held.length + settling.length).toBe(open.length);
        const guarded = permitted.filter(
          ({ reason }) => reason === 'Deleted' || reason === 'Deselected' || reason === 'Expired',
        );
        const recent = guarded.filter(({ createdAtMs }) => createdAtMs > now - guardWindowMs).length;
        expect(recent + (recent > 0 ? done : 0)).toBeLessThanOrEqual(Math.max(20, clients * 0.05));
      }),
    );
  });
});
