import type { Clock } from '../base/clock.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const flushMs = 30_000;
/** A database that hangs keeps nobody from stopping. */
const lastFlushMs = 1000;
/** In one statement. */
const batchSize = 2_000;

export interface UsageOptions {
  readonly clock: Clock;
  /** Writes which addresses were asked for. @param keys SHA-256 of the tokens in base64url */
  readonly writeUses: (keys: readonly string[]) => Promise<void>;
  /** Writes which devices were seen. */
  readonly writeSeen: (deviceIds: readonly string[]) => Promise<void>;
  /** Deletes a batch of what was written long ago. @returns whether there may be more */
  readonly forget: () => Promise<boolean>;
  /** Addresses and devices that are remembered at most: as many as there are documents. */
  readonly mostKeys: number;
  readonly onFailure: (error: unknown) => void;
}

/**
 * Notes coarsely who asks, for warming up and for the age of devices: an address once an hour, a device once a day, in
 * batches. What cannot be written is tried again, until there is too much of it; nobody ever waits for it. What is too old
 * goes once an hour, as long as there is anything to write: else nothing grows.
 */
export class UsageOfTokens {
  readonly #options: UsageOptions;
  readonly #uses: Noted;
  readonly #seen: Noted;
  #cancel: (() => void) | undefined;
  #flushing: Promise<void> | undefined;
  #forgetAtMs = 0;

  constructor(options: UsageOptions) {
    this.#options = options;
    this.#uses = new Noted(hourMs, options.mostKeys);
    this.#seen = new Noted(dayMs, options.mostKeys);
  }

  /** An address was answered. */
  used(key: string): void {
    if (this.#uses.note(key, this.#options.clock.now())) this.#wake();
  }

  /** A counted device asked. */
  seen(deviceId: string, lastSeenMs: number): void {
    const now = this.#options.clock.now();
    if (now - lastSeenMs >= dayMs && this.#seen.note(deviceId, now)) this.#wake();
  }

  /** Writes what is not written yet, if that is quickly done, and nothing after it. Never rejects. */
  async stop(): Promise<void> {
    this.#cancel?.();
    // A timer that nobody starts again.
    this.#cancel = () => undefined;
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const cancel = this.#options.clock.schedule(lastFlushMs, resolve);
    await Promise.race([late, this.#flushAtLast()]);
    cancel();
  }

  async #flushAtLast(): Promise<void> {
    await this.#flushing;
    await this.#flush();
  }

  #wake(): void {
    this.#cancel ??= this.#options.clock.schedule(flushMs, () => {
      this.#cancel = undefined;
      this.#flushing = this.#flush().then(() => this.#forget());
    });
  }

  async #flush(): Promise<void> {
    const { writeUses, writeSeen } = this.#options;
    await this.#writeAll(this.#uses, writeUses);
    await this.#writeAll(this.#seen, writeSeen);
  }

  async #forget(): Promise<void> {
    const { clock, forget, onFailure } = this.#options;
    if (clock.now() < this.#forgetAtMs) return;
    try {
      if (!(await forget())) this.#forgetAtMs = clock.now() + hourMs;
    } catch (error) {
      onFailure(error);
    }
  }

  async #writeAll(noted: Noted, write: (keys: readonly string[]) => Promise<void>): Promise<void> {
    for (let keys = noted.take(); keys.length > 0; keys = noted.take()) {
      try {
        await write(keys);
      } catch (error) {
        noted.putBack(keys);
        this.#options.onFailure(error);
        this.#wake();
        return;
      }
    }
  }
}

/** Keys that were met in the present period, and which of them are still to be written. */
class Noted {
  readonly #periodMs: number;
  readonly #most: number;
  readonly #met = new Set<string>();
  readonly #waiting = new Set<string>();
  #period = 0;

  constructor(periodMs: number, most: number) {
    this.#periodMs = periodMs;
    this.#most = most;
  }

  /** @returns whether it is new, and was taken down */
  note(key: string, nowMs: number): boolean {
    const period = Math.floor(nowMs / this.#periodMs);
    if (period !== this.#period) {
      this.#period = period;
      this.#met.clear();
    }
    if (this.#met.size >= this.#most || this.#waiting.size >= this.#most || this.#met.has(key)) return false;
    this.#met.add(key);
    this.#waiting.add(key);
    return true;
  }

  take(): string[] {
    const keys: string[] = [];
    for (const key of this.#waiting) {
      if (keys.length >= batchSize) break;
      this.#waiting.delete(key);
      keys.push(key);
    }
    return keys;
  }

  putBack(keys: readonly string[]): void {
    for (const key of keys) this.#waiting.add(key);
  }
}
