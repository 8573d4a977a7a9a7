import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ObjectCache } from './cache.ts';
import { type KubeObject, keyOf, splitKey } from './objects.ts';

interface Thing extends KubeObject {
  readonly panels: readonly string[];
}

const thing = (name: string, panels: readonly string[]): Thing => ({
  apiVersion: 'v1',
  kind: 'Thing',
  metadata: { namespace: 'ns', name },
  panels,
});

const panelNames = ['p1', 'p2', 'p3'];

describe('the object cache', () => {
  it('finds by index exactly what a scan finds, after any history', () => {
    const step = fc.record({
      name: fc.constantFrom('a', 'b', 'c', 'd'),
      panels: fc.option(fc.uniqueArray(fc.constantFrom(...panelNames)), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const cache = new ObjectCache<Thing>({ panel: ({ panels }) => panels });
        const plain = new Map<string, Thing>();
        for (const { name, panels } of steps) {
          const key = `ns/${name}`;
          if (panels === undefined) {
            expect(cache.delete(key)).toBe(plain.get(key));
            plain.delete(key);
          } else {
            const next = thing(name, panels);
            expect(cache.set(next)).toBe(plain.get(key));
            plain.set(key, next);
          }
        }
        expect(new Set(cache.values())).toEqual(new Set(plain.values()));
        for (const panel of panelNames) {
          const scanned = [...plain.values()].filter(({ panels }) => panels.includes(panel));
          expect(new Set(cache.byIndex('panel', panel))).toEqual(new Set(scanned));
        }
      }),
    );
  });

  it('refuses an index that does not exist', () => {
    const cache = new ObjectCache<Thing>({ panel: ({ panels }) => panels });
    expect(() => cache.byIndex('panels', 'p1')).toThrow(RangeError);
  });

  it('keys objects by what identifies them, both ways', () => {
    expect(splitKey(keyOf(thing('a', [])))).toEqual({ namespace: 'ns', name: 'a' });
    expect(splitKey(keyOf({ metadata: { name: 'node' } }))).toEqual({ name: 'node' });
  });
});
