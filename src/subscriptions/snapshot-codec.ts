import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { constants, deflateRaw, inflateRaw } from 'node:zlib';

import { SubscriptionServiceError } from './errors.ts';
import type { SubscriptionDocument } from './source.ts';

/** One document as it was known. */
export interface SnapshotEntry {
  /** SHA-256 of the token in base64url. */
  readonly key: string;
  readonly document: SubscriptionDocument;
  /** Epoch milliseconds. */
  readonly readAtMs: number;
}

/*
 * The file: 8 bytes that name the format and its version, 16 bytes of salt, then blocks. A block: its length (4 bytes, of
 * what follows), ciphertext, 16 bytes of tag. Cipher: AES-256-GCM under a key of its own for each file (HKDF of the given
 * key with the salt), the block's number as nonce, and whether it is the last as additional data, so that blocks cannot be
 * left out, put elsewhere or cut off. The first block is empty: if that does not open, the key is another one. Inside of
 * the others: JSON, deflated.
 */
const magic = Buffer.from('WLSNAP\x00\x01', 'latin1');
const saltBytes = 16;
const tagBytes = 16;
const longestBlock = 64 * 1024 * 1024;
/** Documents in a block: about 5 ms of the event loop. */
const blockSize = 100;

export const snapshotKeyBytes = 32;

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

/** Seals entries block by block, letting others run in between. @param key 32 bytes */
export async function* sealSnapshot(entries: Iterable<SnapshotEntry>, key: Buffer): AsyncGenerator<Buffer> {
  const salt = randomBytes(saltBytes);
  const fileKey = deriveKey(key, salt);
  yield Buffer.concat([magic, salt]);
  yield sealBlock(fileKey, 0, Buffer.alloc(0), false);
  let number = 1;
  let batch: SnapshotEntry[] = [];
  for (const entry of entries) {
    batch.push(entry);
    if (batch.length < blockSize) continue;
    yield sealBlock(fileKey, number, await pack(batch), false);
    number += 1;
    batch = [];
  }
  yield sealBlock(fileKey, number, await pack(batch), true);
}

/**
 * Opens a file. Nothing is given out before every block was checked: half a snapshot is none.
 *
 * @throws SubscriptionServiceError SUB_SNAPSHOT_FOREIGN, SUB_SNAPSHOT_KEY, SUB_SNAPSHOT_DAMAGED
 */
export async function* openSnapshot(file: Buffer, key: Buffer): AsyncGenerator<readonly SnapshotEntry[]> {
  for (const packed of openBlocks(file, key)) {
    // They are ours, but maybe of another version of this program; what is missing in them is found when they are prepared.
    yield JSON.parse((await inflate(packed)).toString('utf8')) as readonly SnapshotEntry[];
  }
}

function openBlocks(file: Buffer, key: Buffer): Buffer[] {
  if (file.length < magic.length + saltBytes || !file.subarray(0, magic.length).equals(magic)) {
    throw new SubscriptionServiceError('SUB_SNAPSHOT_FOREIGN', 'it is no snapshot of this version', { retry: 'never' });
  }
  let at = magic.length + saltBytes;
  const fileKey = deriveKey(key, file.subarray(magic.length, at));
  const blocks: Buffer[] = [];
  for (let number = 0; ; number += 1) {
    const length = at + 4 <= file.length ? file.readUInt32BE(at) : 0;
    const end = at + 4 + length;
    if (length < tagBytes || length > longestBlock || end > file.length) throw damaged('it ends too early');
    const sealed = file.subarray(at + 4, end);
    const isLast = end === file.length;
    if (number === 0 && isLast) throw damaged('it ends too early');
    const opened = openBlock(fileKey, number, sealed, isLast);
    if (number === 0 && opened === undefined) {
      const message = 'it was written under another key than WAYLEAVE_SNAPSHOT_KEY';
      throw new SubscriptionServiceError('SUB_SNAPSHOT_KEY', message, { retry: 'never' });
    }
    if (opened === undefined) throw damaged(`block ${number} does not open`);
    if (number > 0) blocks.push(opened);
    if (isLast) return blocks;
    at = end;
  }
}

function sealBlock(key: Buffer, number: number, plain: Buffer, isLast: boolean): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonceOf(number), { authTagLength: tagBytes });
  cipher.setAAD(Buffer.from([isLast ? 1 : 0]));
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(sealed.length + tagBytes);
  return Buffer.concat([length, sealed, cipher.getAuthTag()]);
}

/** @returns nothing when it is not what was sealed under this key at this place */
function openBlock(key: Buffer, number: number, sealed: Buffer, isLast: boolean): Buffer | undefined {
  const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(number), { authTagLength: tagBytes });
  decipher.setAAD(Buffer.from([isLast ? 1 : 0]));
  decipher.setAuthTag(sealed.subarray(-tagBytes));
  const plain = decipher.update(sealed.subarray(0, -tagBytes));
  try {
    return Buffer.concat([plain, decipher.final()]);
  } catch {
    // `final` says only that the tag does not fit; what that means depends on the place.
    return undefined;
  }
}

function deriveKey(key: Buffer, salt: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', key, salt, 'wayleave subscriptions snapshot 1', snapshotKeyBytes));
}

function nonceOf(number: number): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUInt32BE(number, 8);
  return nonce;
}

function pack(entries: readonly SnapshotEntry[]): Promise<Buffer> {
  return deflate(JSON.stringify(entries), { level: constants.Z_BEST_SPEED });
}

function damaged(why: string): SubscriptionServiceError {
  return new SubscriptionServiceError('SUB_SNAPSHOT_DAMAGED', why, { retry: 'never' });
}
