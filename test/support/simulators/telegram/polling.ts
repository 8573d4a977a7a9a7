import { ApiError } from './api-error.ts';
import type { Backend } from './backend.ts';
import type { Updates } from './updates.ts';
import type { Update } from './wire.ts';

const MOST_SECONDS = 50;

export interface PollRequest {
  readonly offset: number;
  readonly limit: number;
  readonly timeoutSeconds: number;
  /** Aborted when the client is gone. */
  readonly signal: AbortSignal;
}

/** `getUpdates`, of which one may wait at a time: the later ends the earlier. */
export class Polling {
  readonly #backend: Backend;
  readonly #updates: Updates;
  #interrupt: ((error: ApiError) => void) | undefined;

  constructor(backend: Backend, updates: Updates) {
    this.#backend = backend;
    this.#updates = updates;
  }

  /** @throws ApiError 409 when a webhook is set, and for the earlier of two */
  async poll({ offset, limit, timeoutSeconds, signal }: PollRequest): Promise<Update[]> {
    if (this.#backend.state.webhook !== undefined) {
      throw conflict(
        "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
      );
    }
    this.interrupt('terminated by other getUpdates request; make sure that only one bot instance is running');
    this.#updates.confirmBelow(offset);
    const find = (): Update[] => this.#updates.due(limit);
    const found = find();
    if (found.length > 0 || timeoutSeconds <= 0) return found;
    return this.#wait(find, Math.min(timeoutSeconds, MOST_SECONDS) * 1000, signal);
  }

  /** Ends the call that waits, if there is one. */
  interrupt(reason: string): void {
    this.#interrupt?.(conflict(reason));
  }

  #wait(find: () => Update[], timeoutMs: number, signal: AbortSignal): Promise<Update[]> {
    return new Promise((resolve, reject) => {
      const cleanUp = (): void => {
        cancel();
        unsubscribe();
        signal.removeEventListener('abort', giveUp);
        if (this.#interrupt === interrupt) this.#interrupt = undefined;
      };
      const finish = (updates: Update[]): void => {
        cleanUp();
        resolve(updates);
      };
      const giveUp = (): void => {
        finish([]);
      };
      const interrupt = (error: ApiError): void => {
        cleanUp();
        reject(error);
      };
      const cancel = this.#backend.clock.schedule(timeoutMs, giveUp);
      const unsubscribe = this.#backend.subscribe(() => {
        const updates = find();
        if (updates.length > 0) finish(updates);
      });
      signal.addEventListener('abort', giveUp, { once: true });
      this.#interrupt = interrupt;
    });
  }
}

function conflict(reason: string): ApiError {
  return new ApiError(409, `Conflict: ${reason}`);
}
