import { Bell, workUntil } from '../../base/bell.ts';
import { sleep } from '../../base/clock.ts';
import { describeError } from '../../base/errors.ts';
import {
  beginSending,
  claimNotices,
  concludeNotice,
  markUnreachable,
  postponeNotice,
  retryDelayMs,
  type ClaimedNotice,
  type NoticeOutcome,
} from '../../ledger/index.ts';
import type { Shop } from '../context.ts';
import { speakerFor } from '../visit.ts';
import type { NoticeMetrics } from './metrics.ts';
import { Pace } from './pace.ts';
import { renderNotice, type RenderedNotice } from './render.ts';
import { judgeSendFailure } from './send-failure.ts';

export interface NoticeWorkerOptions {
  readonly shop: Shop;
  readonly metrics: NoticeMetrics;
  /** How long a claimed notice is ours; longer than the slowest call of Telegram. */
  readonly leaseMs?: number;
}

const batch = 20;
const pollMs = 1000;
/** About two hours: long enough to mend a text of the shop, short enough not to be news from another year. */
const mostRefusals = 30;

/**
 * Tells customers what waits in the queue. Any number of replicas may do it: each notice is claimed. Whatever happens
 * here changes no entitlement; the queue is where it is until a notice is sent or cannot be.
 */
export class NoticeWorker {
  readonly #shop: Shop;
  readonly #metrics: NoticeMetrics;
  readonly #leaseMs: number;
  readonly #pace: Pace;
  readonly #bell = new Bell();

  constructor({ shop, metrics, leaseMs = 60_000 }: NoticeWorkerOptions) {
    this.#shop = shop;
    this.#metrics = metrics;
    this.#leaseMs = leaseMs;
    this.#pace = new Pace(shop.clock);
  }

  /** Something may be due before the next look. */
  ring(): void {
    this.#bell.ring();
  }

  /** Works until the signal aborts. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#shop;
    await workUntil(signal, this.#bell, {
      pollMs,
      workOnce: () => this.workOnce(signal),
      isMore: (done) => done >= batch,
      clock,
      log,
      what: 'notices are not sent',
    });
  }

  /** One batch of what is due. @returns how many notices it had */
  async workOnce(signal?: AbortSignal): Promise<number> {
    const { store, view } = this.#shop;
    const { notices, dropped } = await claimNotices(store, view.shop.id, { limit: batch, leaseMs: this.#leaseMs });
    for (const { kind, outcome } of dropped) this.#metrics.noticed(kind, outcome);
    for (const notice of notices) await this.#deal(notice, signal);
    return notices.length + dropped.length;
  }

  async #deal(notice: ClaimedNotice, signal: AbortSignal | undefined): Promise<void> {
    const { store, clock } = this.#shop;
    for (;;) {
      const turn = this.#pace.take(notice.telegramId);
      if (turn.kind === 'now') break;
      // Long silences and shutdown are waited for in the queue, where any replica finds it.
      if (turn.kind === 'later' || turn.waitMs > 1000 || signal?.aborted === true) {
        return postponeNotice(store, notice, { afterMs: turn.waitMs, failed: false });
      }
      await sleep(clock, turn.waitMs, signal);
    }
    const rendered = await this.#render(notice);
    if (rendered === undefined || !(await beginSending(store, notice, this.#leaseMs))) return;
    try {
      await this.#send(notice.telegramId, rendered);
      this.#shop.failpoint('bot.after-notice-send');
    } catch (thrown) {
      return this.#fail(notice, thrown);
    }
    await this.#conclude(notice, 'sent');
  }

  /** What cannot be written now, for example because a text is broken, keeps nobody else waiting. */
  async #render(notice: ClaimedNotice): Promise<RenderedNotice | undefined> {
    try {
      return await renderNotice(this.#shop, speakerFor(this.#shop, notice), notice);
    } catch (thrown) {
      await this.#retry(notice, thrown);
      return undefined;
    }
  }

  async #send(chatId: number, rendered: RenderedNotice): Promise<void> {
    const { telegram, log } = this.#shop;
    const { photo, ...screen } = rendered;
    if (photo === undefined) {
      await telegram.send(chatId, screen);
      return;
    }
    const alone = { ...screen, text: photo.textAlone };
    const { refusal } = await telegram.sendKnownPhoto(chatId, photo.fileId, screen, alone);
    if (refusal !== undefined) log.warn({ refusal }, 'the photo of a notice is refused, its text is sent alone');
  }

  async #fail(notice: ClaimedNotice, thrown: unknown): Promise<void> {
    const { store, log } = this.#shop;
    const failure = judgeSendFailure(thrown);
    const isOnce = notice.delivery === 'at-most-once';
    if (failure.kind === 'unreachable') {
      await markUnreachable(store, notice.customerId);
      return this.#conclude(notice, 'unreachable');
    }
    if (failure.kind === 'flood') {
      this.#pace.pause(failure.waitMs);
      this.#metrics.noticed(notice.kind, 'flood');
      return postponeNotice(store, notice, { afterMs: failure.waitMs, failed: false });
    }
    if (isOnce && failure.kind === 'doubt') return this.#conclude(notice, 'in doubt');
    if (failure.kind === 'refused' && (isOnce || notice.attempts >= mostRefusals)) {
      log.error({ err: describeError(thrown), kind: notice.kind }, 'a notice is given up: Telegram does not take it');
      return this.#conclude(notice, 'refused');
    }
    return this.#retry(notice, thrown);
  }

  async #retry(notice: ClaimedNotice, thrown: unknown): Promise<void> {
    const { store, random, log } = this.#shop;
    const afterMs = retryDelayMs(notice.attempts, random);
    log.warn({ err: describeError(thrown), kind: notice.kind, afterMs }, 'a notice could not be sent');
    this.#metrics.noticed(notice.kind, 'retried');
    await postponeNotice(store, notice, { afterMs, failed: true });
  }

  async #conclude(notice: ClaimedNotice, outcome: NoticeOutcome): Promise<void> {
    await concludeNotice(this.#shop.store, notice, outcome);
    this.#metrics.noticed(notice.kind, outcome);
  }
}
