import { createServer } from 'node:net';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../../test/support/processes.ts';
import { PortBook } from './ports.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wayleave-test-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function hold(port: number): Promise<() => Promise<void>> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  return async () => {
    server.close();
    await once(server, 'close');
  };
}

describe('ports', () => {
  it('are the preferred ones at first and the same ones in the next run', async () => {
    const file = join(folder, 'ports.json');
    const preferred = await freePort();
    expect(await (await PortBook.open(file)).claim('sub', preferred)).toBe(preferred);
    expect(await (await PortBook.open(file)).claim('sub', 1)).toBe(preferred);
  });

  it('move away from one that somebody else holds, stay there, and say so', async () => {
    const file = join(folder, 'ports.json');
    const taken = await freePort();
    await (await PortBook.open(file)).claim('sub', taken);
    const release = await hold(taken);
    const second = await PortBook.open(file);
    const moved = await second.claim('sub', taken);
    await release();
    expect(moved).not.toBe(taken);
    expect(second.moved).toEqual([{ name: 'sub', from: taken, to: moved }]);
    const third = await PortBook.open(file);
    expect(await third.claim('sub', taken)).toBe(moved);
    expect(third.moved).toEqual([]);
  });

  it('are never given to two names', async () => {
    const book = await PortBook.open(join(folder, 'ports.json'));
    const preferred = await freePort();
    const claimed = [
      await book.claim('a', preferred),
      await book.claim('b', preferred),
      await book.claim('c', preferred),
    ];
    expect(new Set(claimed).size).toBe(3);
  });
});
