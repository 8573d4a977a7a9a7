import { KubeError } from './errors.ts';

/** An object is at most 1.5 MiB in etcd; a longer line is not the API server's. */
const lineLimitBytes = 16 * 1024 * 1024;
const newline = 10;

/** Cuts a byte stream into lines. A character may be split over chunks, so bytes are joined before they are decoded. */
export class LineSplitter {
  readonly #what: string;
  #pieces: Uint8Array[] = [];
  #length = 0;

  constructor(what: string) {
    this.#what = what;
  }

  /** Whether the stream so far ends inside a line. */
  get partial(): boolean {
    return this.#length > 0;
  }

  /** The lines that `chunk` completes, without empty ones. */
  push(chunk: Uint8Array): string[] {
    const last = chunk.lastIndexOf(newline);
    if (last < 0) {
      this.#keep(chunk);
      return [];
    }
    const whole = Buffer.concat([...this.#pieces, chunk.subarray(0, last)]);
    this.#pieces = [];
    this.#length = 0;
    if (last + 1 < chunk.length) {
      this.#keep(chunk.subarray(last + 1));
    }
    return whole
      .toString('utf8')
      .split('\n')
      .filter((line) => line.trim() !== '');
  }

  #keep(piece: Uint8Array): void {
    this.#pieces.push(piece);
    this.#length += piece.length;
    if (this.#length > lineLimitBytes) {
      throw new KubeError('KUBE_NONSENSE', `${this.#what}: a line exceeds ${lineLimitBytes} bytes`);
    }
  }
}
