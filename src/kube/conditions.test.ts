import { describe, expect, it } from 'vitest';
import { type Condition, setCondition } from './conditions.ts';

const early = new Date('2026-01-01T00:00:00.500Z');
const late = new Date('2026-01-02T00:00:00.500Z');
const ready = { type: 'Ready', status: 'True', reason: 'AllGood', message: '' } as const;
const known: Condition[] = [
  { type: 'Reachable', status: 'True', reason: 'Answered', message: '', lastTransitionTime: '2025-01-01T00:00:00Z' },
  { ...ready, lastTransitionTime: '2025-01-01T00:00:00Z' },
];

describe('setCondition', () => {
  it('appends a new type, in whole seconds', () => {
    expect(setCondition([], ready, early)).toEqual([{ ...ready, lastTransitionTime: '2026-01-01T00:00:00Z' }]);
  });

  it('keeps order and time when only words and generation change', () => {
    const next = setCondition(known, { ...ready, reason: 'Better', message: 'now', observedGeneration: 2 }, late);
    expect(next.map(({ type }) => type)).toEqual(['Reachable', 'Ready']);
    expect(next[1]).toMatchObject({
      reason: 'Better',
      observedGeneration: 2,
      lastTransitionTime: '2025-01-01T00:00:00Z',
    });
  });

  it('moves the time when the status flips', () => {
    const next = setCondition(known, { ...ready, status: 'Unknown' }, late);
    expect(next[1]?.lastTransitionTime).toBe('2026-01-02T00:00:00Z');
    expect(known[1]?.status).toBe('True');
  });

  it('drops an observedGeneration that the next one does not claim', () => {
    const observed = setCondition(known, { ...ready, observedGeneration: 1 }, early);
    expect(setCondition(observed, ready, late)[1]).not.toHaveProperty('observedGeneration');
  });
});
