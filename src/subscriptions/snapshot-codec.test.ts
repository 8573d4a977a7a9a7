import fc from 'fast-check';
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';

import { openSnapshot, sealSnapshot, type SnapshotEntry } from './snapshot-codec.ts';

const key = randomBytes(32);

const entry = (at: number): SnapshotEntry => ({
  key: `key ${at}`,
  readAtMs: at,
  document: {
    subscriptionId: `s ${at}`,
    title: 'Пятёрка 🇳🇱',
    token: { revoked: false },
    suspended: false,
    access: 'granted',
    limited: false,
    usage: { uploadBytes: at, downloadBytes: 0 },
    servers: [{ endpoint: { address: 'nl.example.com' }, clientUuid: '5783a3e7-e373-51cd-8642-c83782b807c5' }],
  },
});

const entries = (count: number): SnapshotEntry[] => Array.from({ length: count }, (_, at) => entry(at));

async function seal(count: number, under = key): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of sealSnapshot(entries(count), under)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function open(file: Buffer, under = key): Promise<SnapshotEntry[]> {
  const all: SnapshotEntry[] = [];
  for await (const block of openSnapshot(file, under)) all.push(...block);
  return all;
}

describe('a snapshot', () => {
  it.each([0, 1, 100, 101, 1234])('of %i documents comes back as it was', async (count) => {
    expect(await open(await seal(count))).toEqual(entries(count));
  });

  it('shows nothing of what is in it', async () => {
    const file = await seal(3);
    for (const secret of ['5783a3e7', 'nl.example.com', 'key 1', 'subscriptionId'])
      expect(file.includes(secret)).toBe(false);
    expect((await seal(3)).equals(file)).toBe(false);
  });

  it('is of no use under another key, and says so', async () => {
    await expect(open(await seal(3), randomBytes(32))).rejects.toMatchObject({ code: 'SUB_SNAPSHOT_KEY' });
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['something else', Buffer.from('{"not":"a snapshot at all, but long enough for one"}')],
  ])('is not taken for one when it is %s', async (_, file) => {
    await expect(open(file)).rejects.toMatchObject({ code: 'SUB_SNAPSHOT_FOREIGN' });
  });

  it('is refused as a whole wherever it is cut, and whichever bit is turned', async () => {
    const file = await seal(250);
    const refused = async (broken: Buffer): Promise<void> => {
      await expect(open(broken)).rejects.toMatchObject({ code: expect.stringMatching(/^SUB_SNAPSHOT_/) as unknown });
    };
    await fc.assert(fc.asyncProperty(fc.nat(file.length - 1), (length) => refused(file.subarray(0, length))));
    await fc.assert(
      fc.asyncProperty(fc.nat(file.length * 8 - 1), (bit) => {
        const broken = Buffer.from(file);
        const at = bit >> 3;
        broken.writeUInt8(broken.readUInt8(at) ^ (1 << (bit & 7)), at);
        return refused(broken);
      }),
    );
    await refused(Buffer.concat([file, Buffer.alloc(1)]));
  });

  it('is refused when blocks were left out or changed places', async () => {
    const file = await seal(350);
    const blocks: Buffer[] = [];
    for (let at = 24; at < file.length;) {
      const end = at + 4 + file.readUInt32BE(at);
      blocks.push(file.subarray(at, end));
      at = end;
    }
    const head = file.subarray(0, 24);
    const [first, one, two, ...rest] = blocks;
    if (first === undefined || one === undefined || two === undefined) throw new Error('too few blocks');
    for (const order of [
      [first, two, one, ...rest],
      [first, one, ...rest],
      [first, one, two],
    ]) {
      await expect(open(Buffer.concat([head, ...order]))).rejects.toMatchObject({ code: 'SUB_SNAPSHOT_DAMAGED' });
    }
  });
});
