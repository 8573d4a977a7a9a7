import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  backstopQuotaBytes,
  choosePanels,
  clientEmail,
  generationOf,
  judgeAccess,
  type AccessInput,
  type PanelCandidate,
} from './desired.ts';

const now = 1_800_000_000_000;
const granted: AccessInput = {
  suspended: false,
  denied: false,
  expiresAtMs: undefined,
  limitBytes: undefined,
  usedBytes: 0n,
};

describe('access', () => {
  it.each([
    ['nothing stands against it', {}, 'Ready'],
    ['it expires in the next millisecond', { expiresAtMs: now + 1 }, 'Ready'],
    ['it expires now', { expiresAtMs: now }, 'Expired'],
    ['one byte is left', { limitBytes: 10n, usedBytes: 9n }, 'Ready'],
    ['the limit is reached', { limitBytes: 10n, usedBytes: 10n }, 'Limited'],
    ['it is not paid for', { denied: true, expiresAtMs: now - 1 }, 'AccessDenied'],
    ['a person stopped it', { suspended: true, denied: true }, 'Suspended'],
  ])('when %s', (_case, change, reason) => {
    const access = judgeAccess({ ...granted, ...change }, now);
    expect(access.reason).toBe(reason);
    expect(access.enabled).toBe(reason === 'Ready');
  });
});

const candidate = (name: string, change: Partial<PanelCandidate> = {}): PanelCandidate => ({
  name,
  keeps: true,
  closure: undefined,
  ready: true,
  clients: 0,
  ...change,
});

describe('placement', () => {
  it('leaves everybody where he is and fills up with the emptiest', () => {
    const candidates = [candidate('a', { clients: 9 }), candidate('b', { clients: 5 }), candidate('c', { clients: 1 })];
    expect(choosePanels(candidates, new Set(['a']), 2)).toEqual(['a', 'c']);
  });

  it('keeps whom a cordoned or dead panel has, and adds nobody to it', () => {
    const candidates = [
      candidate('cordoned', { closure: 'Cordoned' }),
      candidate('dead', { ready: false }),
      candidate('well'),
    ];
    expect(choosePanels(candidates, new Set(['cordoned']), 20)).toEqual(['cordoned', 'dead', 'well']);
    expect(choosePanels(candidates, new Set(), 1)).toEqual(['well']);
  });

  it('is stable: choosing again from what was chosen changes nothing', () => {
    const panel = fc.record({
      name: fc.string({ minLength: 1, maxLength: 3 }),
      keeps: fc.boolean(),
      ready: fc.boolean(),
      clients: fc.nat(100),
      takes: fc.boolean(),
    });
    const panels = fc.uniqueArray(panel, { selector: ({ name }) => name, maxLength: 30 });
    fc.assert(
      fc.property(panels, fc.integer({ min: 1, max: 20 }), (list, maxPanels) => {
        const candidates = list.map(({ takes, ...rest }) => ({
          ...rest,
          closure: rest.keeps && takes ? undefined : ('full' as const),
        }));
        const chosen = choosePanels(candidates, new Set(), maxPanels);
        expect(chosen.length).toBeLessThanOrEqual(maxPanels);
        expect(choosePanels(candidates, new Set(chosen), maxPanels)).toEqual(chosen);
      }),
    );
  });
});

it('an e-mail tells its generation of keys', () => {
  fc.assert(
    fc.property(
      fc.stringMatching(/^[a-z0-9]{8,16}$/),
      fc.integer({ min: 1, max: 1_000_000 }),
      (shortId, generation) => {
        expect(generationOf(clientEmail(shortId, generation))).toBe(generation);
      },
    ),
  );
});

it("the panel's own quota never comes before ours", () => {
  fc.assert(
    fc.property(fc.bigInt(1n, 2n ** 50n), fc.bigInt(0n, 2n ** 50n), (limit, baseline) => {
      expect(BigInt(backstopQuotaBytes(limit, baseline))).toBeGreaterThan(limit + baseline);
    }),
  );
  expect(backstopQuotaBytes(undefined, 5n)).toBe(0);
});
