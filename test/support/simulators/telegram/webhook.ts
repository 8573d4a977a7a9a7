import type { Backend } from './backend.ts';
import type { PendingUpdate, WebhookRow } from './state.ts';
import type { Updates } from './updates.ts';

const ANSWER_TIMEOUT_MS = 60_000;
const MOST_RETRY_AFTER_S = 3600;

export interface WebhookTiming {
  /** How long a second of Telegram's delays between attempts lasts, for tests that will not wait. Default 1000. */
  readonly retryUnitMs?: number;
}

/** One try to deliver, that failed. */
class DeliveryError extends Error {
  readonly retryAfterS: number;

  constructor(message: string, retryAfterS = 0, options?: ErrorOptions) {
    super(message, options);
    this.retryAfterS = retryAfterS;
  }
}

/**
 * Posts updates to the bot's webhook: one at a time in each queue, again until it is taken or too old. A message that the
 * bot refuses holds up its chat, payments included, and nobody else.
 */
export class Webhook {
  readonly #backend: Backend;
  readonly #updates: Updates;
  readonly #retryUnitMs: number;
  readonly #onReply: (method: string, params: Record<string, unknown>) => Promise<void>;
  readonly #busy = new Set<string>();
  readonly #stop = new AbortController();
  readonly #unsubscribe: () => void;

  constructor(
    backend: Backend,
    updates: Updates,
    timing: WebhookTiming,
    onReply: (method: string, params: Record<string, unknown>) => Promise<void>,
  ) {
    this.#backend = backend;
    this.#updates = updates;
    this.#retryUnitMs = timing.retryUnitMs ?? 1000;
    this.#onReply = onReply;
    this.#unsubscribe = backend.subscribe(() => {
      this.#deliver();
    });
  }

  /** Ends what is under way; what was not taken stays pending. */
  stop(): void {
    this.#unsubscribe();
    this.#stop.abort();
  }

  /** Starts every queue that has something and is not at work. */
  #deliver(): void {
    const { webhook } = this.#backend.state;
    if (webhook === undefined || this.#updates.isPaused || this.#stop.signal.aborted) return;
    for (const { queue } of this.#updates.pending()) {
      if (this.#busy.has(queue) || this.#busy.size >= webhook.maxConnections) continue;
      this.#busy.add(queue);
      void this.#work(queue).finally(() => {
        this.#busy.delete(queue);
        this.#deliver();
      });
    }
  }

  async #work(queue: string): Promise<void> {
    let failures = 0;
    for (;;) {
      const { webhook } = this.#backend.state;
      const next = this.#updates.pending().find((update) => update.queue === queue);
      if (webhook === undefined || next === undefined || this.#updates.isPaused || this.#stop.signal.aborted) return;
      try {
        await this.#post(webhook, next);
        failures = 0;
        this.#updates.confirm(next);
      } catch (error) {
        if (!(error instanceof DeliveryError)) throw error;
        if (this.#stop.signal.aborted) return;
        failures += 1;
        webhook.lastErrorAt = this.#backend.nowSeconds();
        webhook.lastErrorMessage = error.message;
        this.#backend.changed();
        await this.#pause(this.#delaySeconds(failures, error.retryAfterS));
      }
    }
  }

  /** At once, then 1, 2, 4 … seconds, never more than a random minute or two. */
  #delaySeconds(failures: number, retryAfterS: number): number {
    if (retryAfterS > 0) return Math.min(retryAfterS, MOST_RETRY_AFTER_S);
    if (failures === 1) return 0;
    return Math.min(2 ** (failures - 2), 60 + this.#backend.random() * 60);
  }

  async #post({ url, secretToken }: WebhookRow, { update }: PendingUpdate): Promise<void> {
    const timeout = new AbortController();
    const cancel = this.#backend.clock.schedule(ANSWER_TIMEOUT_MS, () => {
      timeout.abort();
    });
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(secretToken === undefined ? {} : { 'x-telegram-bot-api-secret-token': secretToken }),
        },
        body: JSON.stringify(update),
        redirect: 'manual',
        signal: AbortSignal.any([this.#stop.signal, timeout.signal]),
      });
      const body = await response.text();
      if (response.ok) return await this.#reply(body);
      const retryAfter = Number(response.headers.get('retry-after') ?? 0);
      const reason = `Wrong response from the webhook: ${response.status} ${response.statusText}`;
      throw new DeliveryError(reason, Number.isFinite(retryAfter) ? retryAfter : 0);
    } catch (error) {
      if (error instanceof DeliveryError) throw error;
      const reason = timeout.signal.aborted ? 'Read timeout expired' : 'Connection failed';
      throw new DeliveryError(reason, 0, { cause: error });
    } finally {
      cancel();
    }
  }

  /** A webhook's answer may call one method; its result is lost. */
  async #reply(body: string): Promise<void> {
    if (!body.trimStart().startsWith('{')) return;
    let reply: unknown;
    try {
      reply = JSON.parse(body);
    } catch {
      // Telegram takes any 2xx; what is no JSON is no call.
      return;
    }
    const { method, ...params } = reply as Record<string, unknown>;
    if (typeof method === 'string') await this.#onReply(method, params);
  }

  #pause(seconds: number): Promise<void> {
    return new Promise((resolve) => {
      const { signal } = this.#stop;
      const finish = (): void => {
        cancel();
        signal.removeEventListener('abort', finish);
        resolve();
      };
      const cancel = this.#backend.clock.schedule(seconds * this.#retryUnitMs, finish);
      signal.addEventListener('abort', finish, { once: true });
    });
  }
}
