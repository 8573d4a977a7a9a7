import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PanelError } from '../../panels/errors.ts';
import { DeliveryQueue, type DesiredEntry, type Urgency } from './delivery-queue.ts';

function entry(email: string, hash: string): DesiredEntry {
  const desired = {
    subscriptionId: email,
    email,
    uuid: '',
    enabled: true,
    expiresAtMs: 0,
    quotaBytes: 0,
    inbounds: [],
  };
  return { desired, generation: 1, subscription: `ns/${email}`, hash };
}

function queueAt(time: { ms: number }): DeliveryQueue {
  const clock = { now: () => time.ms, monotonic: () => time.ms, schedule: () => () => undefined };
  return new DeliveryQueue(clock, () => 0.5);
}

const refused = new PanelError('PANEL_REFUSED', 'no', { retry: 'later' });
const emails = (batch: readonly DesiredEntry[]): string[] => batch.map(({ desired }) => desired.email);

describe('the delivery queue of a panel', () => {
  it('does nothing for what is confirmed already', () => {
    const queue = queueAt({ ms: 0 });
    queue.desire(entry('a', 'h1'), 'fresh', 'h1');
    expect(queue.take(10)).toEqual([]);
    expect(queue.pending).toBe(0);
  });

  it('lets fresh work overtake mass work, and never mixes them', () => {
    const queue = queueAt({ ms: 0 });
    queue.desire(entry('mass', 'h'), 'mass', undefined);
    queue.desire(entry('fresh', 'h'), 'fresh', undefined);
    expect(emails(queue.take(10))).toEqual(['fresh']);
    queue.confirm('fresh', 'h');
    expect(emails(queue.take(10))).toEqual(['mass']);
  });

  it('keeps what was desired while the older state was under way', () => {
    const queue = queueAt({ ms: 0 });
    queue.desire(entry('a', 'old'), 'fresh', undefined);
    const [taken] = queue.take(1);
    queue.desire(entry('a', 'new'), 'fresh', undefined);
    queue.confirm('a', taken?.hash ?? '');
    expect(queue.take(1)[0]?.hash).toBe('new');
  });

  it('tries what failed later and later, at most every five minutes, and at once when the panel is back', () => {
    const time = { ms: 0 };
    const queue = queueAt(time);
    queue.desire(entry('a', 'h'), 'fresh', undefined);
    const waits: number[] = [];
    for (let attempt = 0; attempt < 12; attempt += 1) {
      expect(emails(queue.take(1))).toEqual(['a']);
      queue.fail('a', 'h', refused);
      expect(queue.take(1)).toEqual([]);
      const waitMs = queue.dueInMs() ?? 0;
      waits.push(waitMs);
      time.ms += waitMs;
    }
    expect(waits.slice(0, 4)).toEqual([1000, 2000, 4000, 8000]);
    expect(Math.max(...waits)).toBe(300_000);
    queue.take(1);
    queue.fail('a', 'h', refused);
    queue.retryAll();
    expect(queue.dueInMs()).toBe(0);
    expect(queue.problem('a')).toBe(refused);
    queue.confirm('a', 'h');
    expect(queue.problem('a')).toBeUndefined();
  });

  it('says how long the one that waits longest has waited, whatever was tried or desired meanwhile', () => {
    const time = { ms: 0 };
    const queue = queueAt(time);
    expect(queue.oldestSeconds()).toBe(0);
    queue.desire(entry('a', 'old'), 'fresh', undefined);
    time.ms = 60_000;
    queue.desire(entry('b', 'h'), 'mass', undefined);
    queue.fail('a', 'old', refused);
    queue.desire(entry('a', 'new'), 'fresh', undefined);
    time.ms = 90_000;
    expect(queue.oldestSeconds()).toBe(90);
    queue.confirm('a', 'new');
    expect(queue.oldestSeconds()).toBe(30);
    queue.confirm('b', 'h');
    expect(queue.oldestSeconds()).toBe(0);
    queue.repair('a');
    time.ms = 95_000;
    expect(queue.oldestSeconds()).toBe(5);
  });

  it('delivers the newest state of everybody, whatever order things happen in', () => {
    const step = fc.record({
      email: fc.constantFrom('a', 'b', 'c', 'd'),
      hash: fc.constantFrom('1', '2', '3'),
      urgency: fc.constantFrom<Urgency>('fresh', 'mass'),
      act: fc.constantFrom('desire', 'take-and-confirm', 'take-and-fail', 'repair', 'forget'),
      size: fc.integer({ min: 1, max: 3 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const time = { ms: 0 };
        const queue = queueAt(time);
        const wanted = new Map<string, string>();
        const onPanel = new Map<string, string>();
        for (const { email, hash, urgency, act, size } of steps) {
          time.ms += 1000;
          if (act === 'desire') {
            queue.desire(entry(email, hash), urgency, onPanel.get(email));
            wanted.set(email, hash);
          } else if (act === 'repair') {
            if (wanted.has(email) && !queue.isPending(email)) onPanel.delete(email);
            queue.repair(email);
          } else if (act === 'forget') {
            queue.forget(email);
            wanted.delete(email);
            onPanel.delete(email);
          } else {
            for (const taken of queue.take(size)) {
              if (act === 'take-and-confirm') {
                onPanel.set(taken.desired.email, taken.hash);
                queue.confirm(taken.desired.email, taken.hash);
              } else queue.fail(taken.desired.email, taken.hash, refused);
            }
          }
        }
        for (let turn = 0; turn < 100 && queue.pending > 0; turn += 1) {
          time.ms += 400_000;
          for (const taken of queue.take(2)) {
            onPanel.set(taken.desired.email, taken.hash);
            queue.confirm(taken.desired.email, taken.hash);
          }
        }
        expect(queue.pending).toBe(0);
        for (const [email, hash] of wanted) expect(onPanel.get(email)).toBe(hash);
      }),
    );
  });
});
