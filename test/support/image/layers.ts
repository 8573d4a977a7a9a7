import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGzip } from 'node:zlib';

/** A file of an image, by its checksum. */
export interface Blob {
  readonly file: string;
  readonly digest: string;
  readonly size: number;
}

export interface Layer extends Blob {
  /** Of what is inside of the compression: by it the configuration lists layers. */
  readonly diffId: string;
}

/** Everything that differs between two machines or two moments and is not in the files: order, owners, times. */
const sameEverywhere = ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', '--mode=u+rw,go-w,a+rX'];

/**
 * Packs a folder as a layer. The same files give the same bytes.
 *
 * @param folder its content becomes the root
 * @param seconds time of every file, as epoch seconds
 */
export async function packLayer(folder: string, target: string, seconds: number): Promise<Layer> {
  const plain = `${target}.tar`;
  const times = [`--mtime=@${seconds}`, '--format=ustar'];
  await promisify(execFile)('tar', ['-C', folder, ...sameEverywhere, ...times, '-cf', plain, '.']);
  const inside = new Meter();
  const outside = new Meter();
  const compress = createGzip({ level: 6 });
  await pipeline(
    createReadStream(plain),
    (source) => inside.pass(source),
    compress,
    (source) => outside.pass(source),
    createWriteStream(target),
  );
  await rm(plain);
  return { file: path.resolve(target), digest: outside.digest(), size: outside.size, diffId: inside.digest() };
}

/** Measures what passes. */
class Meter {
  readonly #hash = createHash('sha256');
  size = 0;

  async *pass(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of source) {
      this.#hash.update(chunk);
      this.size += chunk.length;
      yield chunk;
    }
  }

  digest(): string {
    return `sha256:${this.#hash.digest('hex')}`;
  }
}
