import type { Clock } from '../../base/clock.ts';

/** Below Telegram's 30 a second for a bot, so that answers to customers find room beside notices. */
const perSecond = 25;
const perChatMs = 1000;

export type Turn =
  | { readonly kind: 'now' }
  /** The bot has to wait. */
  | { readonly kind: 'wait'; readonly waitMs: number }
  /** This chat has to wait; others need not. */
  | { readonly kind: 'later'; readonly waitMs: number };

/** How fast one bot may write by itself: a token bucket, a second between two messages to a chat, and what Telegram says. */
export class Pace {
  readonly #clock: Clock;
  readonly #chats = new Map<number, number>();
  #tokens = perSecond;
  #filledAt: number;
  #pausedUntil = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#filledAt = clock.monotonic();
  }

  /** Whether a message to that chat may be sent; `now` counts it as sent. */
  take(chatId: number): Turn {
    const now = this.#clock.monotonic();
    if (now < this.#pausedUntil) return { kind: 'wait', waitMs: this.#pausedUntil - now };
    this.#fill(now);
    const free = (this.#chats.get(chatId) ?? -Infinity) + perChatMs;
    if (now < free) return { kind: 'later', waitMs: free - now };
    if (this.#tokens < 1) return { kind: 'wait', waitMs: ((1 - this.#tokens) * 1000) / perSecond };
    this.#tokens -= 1;
    this.#chats.set(chatId, now);
    return { kind: 'now' };
  }

  /** Telegram asked for silence. */
  pause(forMs: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#clock.monotonic() + forMs);
  }

  #fill(now: number): void {
    this.#tokens = Math.min(perSecond, this.#tokens + ((now - this.#filledAt) * perSecond) / 1000);
    this.#filledAt = now;
    for (const [chatId, at] of this.#chats) {
      // In the order of sending: the first that is recent ends it.
      if (at + perChatMs > now) break;
      this.#chats.delete(chatId);
    }
  }
}
