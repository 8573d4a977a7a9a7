import { WayleaveError } from '../base/errors.ts';

interface Waiting<I, O> {
  readonly item: I;
  readonly resolve: (output: O) => void;
  readonly reject: (thrown: unknown) => void;
}

/**
 * Gathers what many reconciles want from Postgres at the same moment into one statement: whatever arrives while a
 * statement is under way goes into the next one, so an idle system waits for nothing and a busy one fills its batches.
 *
 * `flush` answers for each item in the order given. If it fails, every item of that batch fails with the same error; but
 * where trying again cannot help, one item may be what spoils the batch, so each is flushed alone.
 */
export class Batcher<I, O> {
  readonly #flush: (items: readonly I[]) => Promise<readonly O[]>;
  readonly #maxBatch: number;
  #waiting: Waiting<I, O>[] = [];
  #running = false;

  constructor(maxBatch: number, flush: (items: readonly I[]) => Promise<readonly O[]>) {
    this.#maxBatch = maxBatch;
    this.#flush = flush;
  }

  add(item: I): Promise<O> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      if (!this.#running) {
        this.#running = true;
        queueMicrotask(() => void this.#run());
      }
    });
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      await this.#settle(this.#waiting.splice(0, this.#maxBatch));
    }
    this.#running = false;
  }

  async #settle(batch: readonly Waiting<I, O>[]): Promise<void> {
    try {
      const outputs = await this.#flush(batch.map(({ item }) => item));
      if (outputs.length !== batch.length) {
        throw new RangeError(`a batch of ${String(batch.length)} was answered with ${String(outputs.length)} items`);
      }
      for (const [at, output] of outputs.entries()) batch[at]?.resolve(output);
    } catch (thrown) {
      const concernsAll = thrown instanceof WayleaveError && thrown.retry === 'later';
      if (concernsAll || batch.length === 1) for (const { reject } of batch) reject(thrown);
      else for (const one of batch) await this.#settle([one]);
    }
  }
}
