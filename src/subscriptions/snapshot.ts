import { setImmediate } from 'node:timers/promises';

import { type Clock, sleep } from '../base/clock.ts';
import { describeError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { CachedDocument, DocumentCache } from './document-cache.ts';
import { openSnapshot, sealSnapshot, type SnapshotEntry } from './snapshot-codec.ts';
import { readWhole, replaceFile, setAside } from './snapshot-file.ts';
import type { SnapshotMetrics } from './snapshot-metrics.ts';
import type { SubscriptionDocument } from './source.ts';
import { standingOf } from './standing.ts';

const everyMs = 60_000;

export interface SnapshotSettings {
  readonly file: string;
  /** 32 bytes. */
  readonly key: Buffer;
}

export interface SnapshotOptions extends SnapshotSettings {
  readonly cache: Pick<DocumentCache<CachedDocument>, 'documents' | 'prime'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: SnapshotMetrics;
}

/**
 * What is in memory, kept on disk as well, so that a process that starts while the database is away knows whom it knew.
 * Encrypted: it holds client UUIDs. Tokens are in it as hashes only.
 */
export class Snapshot {
  readonly #options: SnapshotOptions;

  constructor(options: SnapshotOptions) {
    this.#options = options;
  }

  /**
   * Puts the file's documents into memory, to be used only while the database fails. A file that cannot be used is set
   * aside with a warning, and the service starts without it.
   *
   * @returns how many
   */
  async load(): Promise<number> {
    const { file, log } = this.#options;
    let content: Buffer | undefined;
    try {
      content = await readWhole(file);
    } catch (error) {
      log.warn({ file, err: error }, 'the snapshot cannot be read: starting without it');
      return 0;
    }
    if (content === undefined) {
      log.info({ file }, 'there is no snapshot yet');
      return 0;
    }
    try {
      return await this.#prime(content);
    } catch (error) {
      await this.#refuse(error);
      return 0;
    }
  }

  /** Writes once a minute until the signal aborts, and once more then. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await sleep(this.#options.clock, everyMs, signal);
      await this.write();
    }
  }

  /** Writes what is in memory now. An empty memory writes nothing: it knows less than the file. Never rejects. */
  async write(): Promise<void> {
    const { file, key, clock, log, metrics } = this.#options;
    const startedMs = clock.monotonic();
    let documents = 0;
    const count = function* (entries: Iterable<SnapshotEntry>): Generator<SnapshotEntry> {
      for (const entry of entries) {
        documents += 1;
        yield entry;
      }
    };
    const [first] = this.#entries();
    if (first === undefined) return;
    try {
      const bytes = await replaceFile(file, unhurried(sealSnapshot(count(this.#entries()), key)));
      metrics.written(documents, bytes, clock.now() / 1000);
      log.debug({ documents, bytes, tookMs: Math.round(clock.monotonic() - startedMs) }, 'snapshot written');
    } catch (error) {
      metrics.failed();
      log.warn({ file, err: error }, 'the snapshot cannot be written: after a restart without a database it is old');
    }
  }

  async #prime(content: Buffer): Promise<number> {
    const { cache, clock, key, file, log, metrics } = this.#options;
    const intern = internShops();
    let [documents, oldestMs, unusable, isFull] = [0, clock.now(), 0, false];
    for await (const entries of openSnapshot(content, key)) {
      for (const { key: token, document, readAtMs } of entries) {
        if (isFull) continue;
        try {
          if (standingOf(document, clock.now()) === 'unknown') continue;
          isFull = !cache.prime(token, intern(document), Math.max(0, clock.now() - readAtMs));
          documents += isFull ? 0 : 1;
          oldestMs = Math.min(oldestMs, readAtMs);
        } catch (error) {
          // Written by another version, or shown by none: whoever it belongs to gets an answer when the database is back.
          if (unusable === 0) log.warn({ err: error }, 'a document of the snapshot cannot be shown');
          unusable += 1;
        }
      }
      await setImmediate();
    }
    const oldestSeconds = Math.round((clock.now() - oldestMs) / 1000);
    log.info({ file, documents, unusable, oldestSeconds }, 'the snapshot is in memory');
    metrics.loaded(documents);
    return documents;
  }

  async #refuse(error: unknown): Promise<void> {
    const { file, log } = this.#options;
    try {
      const keptAt = await setAside(file);
      log.warn({ file, keptAt, err: error }, `the snapshot is of no use, starting without it: ${describeError(error)}`);
    } catch (cause) {
      log.warn({ file, err: cause }, `the snapshot is of no use and cannot be set aside: ${describeError(error)}`);
    }
  }

  *#entries(): Generator<SnapshotEntry> {
    const { cache, clock } = this.#options;
    for (const { key, document, ageMs } of cache.documents()) {
      const now = clock.now();
      // Revoked, or replaced and forgotten: nobody may get it back by pulling a plug.
      if (standingOf(document, now) === 'unknown') continue;
      yield { key, document, readAtMs: Math.round(now - ageMs) };
    }
  }
}

/** Gives all customers of a shop one object, as reading them from the database does. */
function internShops(): (document: SubscriptionDocument) => SubscriptionDocument {
  const known = new Map<string, NonNullable<SubscriptionDocument['shop']>>();
  return (document) => {
    if (document.shop === undefined) return document;
    const text = JSON.stringify(document.shop);
    const shop = known.get(text) ?? document.shop;
    known.set(text, shop);
    return { ...document, shop };
  };
}

/** Requests come first. */
async function* unhurried(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    yield chunk;
    await setImmediate();
  }
}
