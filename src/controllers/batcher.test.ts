import { describe, expect, it } from 'vitest';
import { WayleaveError } from '../base/errors.ts';
import { Batcher } from './batcher.ts';

describe('a batcher', () => {
  it('gathers what arrives while a batch is under way, and answers each in its own place', async () => {
    const sizes: number[] = [];
    const batcher = new Batcher<number, number>(100, async (items) => {
      sizes.push(items.length);
      await new Promise((resolve) => setImmediate(resolve));
      return items.map((item) => item * 2);
    });
    const answers = await Promise.all(Array.from({ length: 250 }, (_, item) => batcher.add(item)));
    expect(answers).toEqual(Array.from({ length: 250 }, (_, item) => item * 2));
    expect(sizes).toEqual([100, 100, 50]);
  });

  it('fails the items of a failed batch only, and goes on', async () => {
    let calls = 0;
    const batcher = new Batcher<string, string>(1, (items) => {
      calls += 1;
      return calls === 1 ? Promise.reject(new Error('lost')) : Promise.resolve(items);
    });
    const [first, second] = await Promise.allSettled([batcher.add('a'), batcher.add('b')]);
    expect(first.status).toBe('rejected');
    expect(second).toEqual({ status: 'fulfilled', value: 'b' });
  });

  it('refuses an answer that does not fit the question', async () => {
    const batcher = new Batcher<number, number>(10, () => Promise.resolve([]));
    await expect(batcher.add(1)).rejects.toThrow(RangeError);
  });

  it('lets one item that cannot be written spoil nobody else', async () => {
    const batcher = new Batcher<number, number>(10, (items) => {
      if (items.includes(3)) return Promise.reject(new WayleaveError('BAD', 'three', { retry: 'never' }));
      return Promise.resolve(items.map((item) => item * 2));
    });
    const settled = await Promise.allSettled([1, 2, 3, 4].map((item) => batcher.add(item)));
    expect(settled.map((one) => (one.status === 'fulfilled' ? one.value : 'failed'))).toEqual([2, 4, 'failed', 8]);
  });

  it('does not ask again for each item when nobody answers', async () => {
    let calls = 0;
    const batcher = new Batcher<number, number>(10, () => {
      calls += 1;
      return Promise.reject(new WayleaveError('AWAY', 'nobody', { retry: 'later' }));
    });
    const settled = await Promise.allSettled([1, 2, 3].map((item) => batcher.add(item)));
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(calls).toBe(1);
  });
});
