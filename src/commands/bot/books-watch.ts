import { annotations } from '../../api/index.ts';
import { sleep } from '../../base/clock.ts';
import { type Lease, leaseResource } from '../../kube/index.ts';
import { pauseRefundsByPerson, readBooks } from '../../ledger/index.ts';
import type { BotParts } from './parts.ts';
import { judgeBooks } from './restored-books.ts';

/** A shop, and the Lease that its books are noted on. */
export interface WatchedBooks {
  readonly shopId: string;
  /** `namespace/name` of the VPNShop. */
  readonly key: string;
  readonly shopUid: string;
  readonly leaseName: string;
}

/** What it needs of the bot. */
type Parts = Pick<BotParts, 'client' | 'store' | 'namespace' | 'version' | 'clock' | 'log'>;

const everyMs = 10_000;

/**
 * Notices that the database of a shop went back to a backup, also where nobody says so: until a person has looked, no
 * refund goes out, because what was sent since the backup is not on record.
 */
export class BooksWatch {
  readonly #parts: Parts;
  readonly #watched: WatchedBooks;
  #untilMs: number | undefined;

  constructor(parts: Parts, watched: WatchedBooks) {
    this.#parts = parts;
    this.#watched = watched;
  }

  /** To be called before anything of the shop runs here: any replica may send refunds. */
  async pauseIfRestored(): Promise<void> {
    const { client, store, namespace, log } = this.#parts;
    const { shopId, key, shopUid, leaseName } = this.#watched;
    const lease = await client.find<Lease>(leaseResource, namespace, leaseName);
    const restored = judgeBooks(lease, await readBooks(store, shopId), shopUid);
    if (restored === undefined) return;
    const { cause, reason } = restored;
    const act = { author: 'wayleave', reason, requestId: cause };
    if (!(await pauseRefundsByPerson(store, shopId, 'pause', act))) return;
    log.warn({ shop: key }, `refunds are paused until a person resumes them: ${reason}`);
  }

  /** For the Lease of the shop. */
  readonly notes = (): Readonly<Record<string, string>> => ({
    [annotations.version]: this.#parts.version,
    ...(this.#untilMs === undefined ? {} : { [annotations.booksUntil]: new Date(this.#untilMs).toISOString() }),
  });

  /** Keeps the notes in step until the signal aborts. Never rejects. */
  async follow(signal: AbortSignal): Promise<void> {
    const { store, clock, log } = this.#parts;
    while (!signal.aborted) {
      try {
        this.#untilMs = (await readBooks(store, this.#watched.shopId)).untilMs;
      } catch (err) {
        log.warn({ err, shop: this.#watched.key }, 'how far the books go is not known now, the last note stays');
      }
      await sleep(clock, everyMs, signal);
    }
  }
}
