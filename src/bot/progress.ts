import { LRUCache } from 'lru-cache';
import { Bell, workUntil } from '../base/bell.ts';
import type { Clock, Random } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import {
  claimWork,
  handleWork,
  markUnreachable,
  progressOf,
  setOrderMessage,
  type ClaimedWork,
  type OrderProgress,
  type WorkHandling,
} from '../ledger/index.ts';
import type { Store } from '../store/index.ts';
import { endChoices } from './attempt-message.ts';
import type { Shop } from './context.ts';
import { isComplete, progressScreen, seeProgress } from './progress-screen.ts';
import type { Screen } from './screen.ts';
import { floodSeconds, isUnreachable } from './telegram.ts';
import { speakerFor } from './visit.ts';

export interface ProgressOptions {
  readonly store: Store;
  /** The shops whose bots run here. Orders of any other are left to whoever runs it. */
  readonly shopOf: (shopId: string) => Shop | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

const batch = 20;
/** Longer than the slowest call of Telegram, so that nobody else sends the same message meanwhile. */
const leaseMs = 60_000;
const pollMs = 1000;
const elsewhereMs = 2000;
/** Whoever waits so long looks now and then: edits of thousands of stuck orders must not use up what Telegram allows. */
const longestDelayMs = 120_000;
/** Of so many orders that still wait it is remembered what their messages show. */
const remembered = 10_000;
/** Others edit the same message: another replica, and screens that take its place. What it shows is not believed for longer. */
const believedMs = 600_000;
/** What is not complete by then is not waited for in a chat any more. */
const mostSeconds = 86_400;
/** A trial's message is the one whose button was pressed: whoever dealt with the button says which. */
const trialHeadStartSeconds = 3;

/** What a message was made to show, and what for. */
interface Shown {
  /** Names the message, what it says, and the asking that it answers: whoever asks anew may have changed the message. */
  readonly what: string;
  /** On the monotonic clock. */
  readonly atMs: number;
}

/**
 * Keeps the one message of each order as the order is. Safe with any number of replicas: each order is claimed. A message
 * whose sending is in doubt is sent again, everything else is an edit.
 */
export class ProgressWorker {
  readonly #options: ProgressOptions;
  readonly #bell = new Bell();
  /**
   * What the message of an order was made to show here, so that an order that waits costs Telegram next to nothing. Only a
   * saving: who does not remember edits once more, and Telegram says that nothing differs.
   */
  readonly #shown = new LRUCache<string, Shown>({ max: remembered });

  constructor(options: ProgressOptions) {
    this.#options = options;
  }

  /** Something may be due before the next look. */
  ring(): void {
    this.#bell.ring();
  }

  /** Works until the signal aborts, and resolves when nothing is under way any more. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options;
    await workUntil(signal, this.#bell, {
      pollMs,
      workOnce: () => this.workOnce(),
      isMore: (done) => done >= batch,
      clock,
      log,
      what: 'the progress of orders is not shown',
    });
  }

  /** What is due now, a batch at most. @returns how much that was */
  async workOnce(): Promise<number> {
    const { store, random, log } = this.#options;
    const claimed = await claimWork(store, 'progress', { limit: batch, leaseMs });
    const handling: Omit<WorkHandling, 'attempt'> = {
      store,
      topic: 'progress',
      pauseMs: (thrown, usualMs) => (floodSeconds(thrown) ?? 0) * 1000 + usualMs,
      random,
      log,
      what: 'the progress of an order could not be shown',
    };
    await Promise.all(claimed.map((work) => handleWork(work, { ...handling, attempt: () => this.#advance(work) })));
    return claimed.length;
  }

  /** @returns after how many milliseconds to look again; undefined: never, unless something happens */
  async #advance(work: ClaimedWork): Promise<number | undefined> {
    const { key: orderId } = work;
    const progress = await progressOf(this.#options.store, orderId);
    if (progress?.telegramId === undefined || !progress.isReachable) return undefined;
    const shop = this.#options.shopOf(progress.shopId);
    if (shop === undefined) return progress.ageSeconds > mostSeconds ? undefined : elsewhereMs;
    const { isTrial, message, ageSeconds, state } = progress;
    if (isTrial && message === undefined && ageSeconds < trialHeadStartSeconds) return 1000;
    // What was never shown and is not paid has a message of its own: the invoice.
    if (state !== 'paid' && message === undefined) return undefined;
    const seen = await seeProgress(shop, progress);
    const screen = await progressScreen(shop, speakerFor(shop, progress), seen);
    try {
      await this.#show(shop, { work, progress, chatId: progress.telegramId, screen });
    } catch (thrown) {
      if (!isUnreachable(thrown)) throw thrown;
      await markUnreachable(shop.store, progress.customerId);
      return undefined;
    }
    if (isComplete(seen) || ageSeconds > mostSeconds) {
      this.#shown.delete(orderId);
      return undefined;
    }
    return Math.min(longestDelayMs, Math.max(1000, (ageSeconds * 1000) / 6));
  }

  async #show(
    shop: Shop,
    {
      work,
      progress,
      chatId,
      screen,
    }: {
      readonly work: ClaimedWork;
      readonly progress: OrderProgress;
      readonly chatId: number;
      readonly screen: Screen;
    },
  ): Promise<void> {
    const { orderId, message } = progress;
    const nowMs = this.#options.clock.monotonic();
    if (message !== undefined) {
      const before = this.#shown.get(orderId);
      const what = describeShown(work, message.messageId, screen);
      if (before?.what === what && nowMs - before.atMs < believedMs) return;
      if ((await shop.telegram.edit(message.chatId, message.messageId, screen)) === 'edited') {
        this.#shown.set(orderId, { what, atMs: nowMs });
        return;
      }
    }
    const messageId = await shop.telegram.send(chatId, screen);
    shop.failpoint('bot.after-progress-send');
    await setOrderMessage(shop.store, orderId, { chatId, messageId });
    this.#shown.set(orderId, { what: describeShown(work, messageId, screen), atMs: nowMs });
    if (message === undefined && progress.state === 'paid') await endChoices(shop, orderId);
  }
}

function describeShown({ createdAtMs, version }: ClaimedWork, messageId: number, { text, buttons }: Screen): string {
  return JSON.stringify([messageId, createdAtMs, String(version), text, buttons]);
}
