import { sleep, type Clock } from '../../base/clock.ts';
import { describeError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { FinishedTrace } from '../../base/trace.ts';
import type { TraceMetrics } from './metrics.ts';

export interface TraceSenderOptions {
  /** Sends them in one request, or rejects. It is waited for no longer than {@link longestSendMs}. */
  readonly send: (traces: readonly FinishedTrace[]) => Promise<undefined>;
  readonly metrics: TraceMetrics;
  readonly clock: Clock;
  readonly log: Log;
}

/** A few megabytes when it is full. */
export const mostWaiting = 1_000;

/** So many go in one request: some hundred kilobytes, far below what collectors take. */
const mostAtOnce = 100;

/** The exporter gives up by itself after 10 s, unless it is told otherwise; a collector that trickles holds it longer. */
export const longestSendMs = 60_000;

/** Whoever asks the process to stop waits for no collector. */
export const longestCloseMs = 2_000;

/** A collector that is away for a day is a line every so often, and not one for each order. */
const tellAgainMs = 300_000;

/**
 * Hands finished traces to the collector, one request at a time, and never lets anybody wait for it: there is room for a
 * number of them, and what does not fit, or cannot be sent, is counted and forgotten.
 */
export class TraceSender {
  readonly #options: TraceSenderOptions;
  #waiting: FinishedTrace[] = [];
  /** How many are on their way. */
  #sent = 0;
  #sending: Promise<void> | undefined;
  #isClosed = false;
  /** Lost since that was told last. */
  #lost = 0;
  #toldAtMs = -Infinity;
  #isTroubled = false;

  constructor(options: TraceSenderOptions) {
    this.#options = options;
  }

  /** Takes a trace, or drops it where there is no room. Returns at once. */
  take(trace: FinishedTrace): void {
    if (this.#isClosed || this.#waiting.length >= mostWaiting) {
      this.#lose('dropped', 1);
      return;
    }
    this.#waiting.push(trace);
    this.#sending ??= this.#sendAll();
  }

  /** Sends what waits, for at most {@link longestCloseMs}; the rest is dropped. Never rejects. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const over = new AbortController();
    await Promise.race([this.#sending, sleep(this.#options.clock, longestCloseMs, over.signal)]);
    over.abort();
    const rest = this.#waiting.length + this.#sent;
    this.#waiting = [];
    this.#sent = 0;
    if (rest > 0) this.#lose('dropped', rest);
    if (this.#lost > 0) this.#tell({});
  }

  async #sendAll(): Promise<void> {
    // What is taken in one go is sent in one go.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const traces = this.#waiting.splice(0, mostAtOnce);
      this.#sent = traces.length;
      const failure = await this.#send(traces);
      // Closing has given up what was still on its way.
      if (this.#sent === 0) return;
      this.#sent = 0;
      if (failure === undefined) this.#succeed(traces.length);
      else this.#lose('failed', traces.length, failure);
    }
    this.#sending = undefined;
  }

  async #send(traces: readonly FinishedTrace[]): Promise<Error | undefined> {
    const over = new AbortController();
    const tooLong = sleep(this.#options.clock, longestSendMs, over.signal).then(
      () => new Error(`no answer within ${String(longestSendMs / 1000)} s`),
    );
    try {
      return await Promise.race([this.#options.send(traces), tooLong]);
    } catch (thrown) {
      return thrown instanceof Error ? thrown : new Error(describeError(thrown));
    } finally {
      over.abort();
    }
  }

  #lose(outcome: 'failed' | 'dropped', traces: number, failure?: Error): void {
    const { metrics, clock } = this.#options;
    metrics.ended(outcome, traces);
    this.#lost += traces;
    if (clock.monotonic() - this.#toldAtMs < tellAgainMs) return;
    this.#toldAtMs = clock.monotonic();
    this.#isTroubled = true;
    this.#tell(failure === undefined ? {} : { err: failure.message });
  }

  #succeed(traces: number): void {
    this.#options.metrics.ended('sent', traces);
    if (!this.#isTroubled) return;
    this.#isTroubled = false;
    this.#options.log.info({ lost: this.#lost }, 'the collector takes traces again');
    this.#lost = 0;
  }

  #tell(fields: object): void {
    this.#options.log.warn(
      { ...fields, lost: this.#lost },
      'traces did not reach the collector and are lost; nothing else waits for it',
    );
    this.#lost = 0;
  }
}
