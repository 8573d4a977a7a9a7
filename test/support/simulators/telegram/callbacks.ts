import { badRequest, staleQuery } from './api-error.ts';
import type { Backend } from './backend.ts';
import type { MessageRow, UserRow } from './state.ts';
import type { Updates } from './updates.ts';

/** What `answerCallbackQuery` said to the person who pressed. */
export interface CallbackAnswer {
  readonly text?: string;
  readonly isAlert: boolean;
  readonly url?: string;
}

/**
 * How long a button waits for its answer. Telegram does not document it; the spinner is gone after about this time, and
 * an answer to a query this old has been seen refused.
 */
const ANSWER_MS = 15_000;

/** Buttons that were pressed and are not answered. */
export class Callbacks {
  readonly #backend: Backend;
  readonly #updates: Updates;
  readonly #queries = new Map<string, (answer: CallbackAnswer | undefined) => void>();

  constructor(backend: Backend, updates: Updates) {
    this.#backend = backend;
    this.#updates = updates;
  }

  /** Resolves with what the bot answers, or with undefined when it does not in time. */
  press(from: UserRow, { message }: MessageRow, data: string): Promise<CallbackAnswer | undefined> {
    const id = this.#backend.id(18);
    return new Promise((resolve) => {
      const settle = (answer: CallbackAnswer | undefined): void => {
        cancel();
        this.#queries.delete(id);
        resolve(answer);
      };
      const cancel = this.#backend.clock.schedule(ANSWER_MS, () => {
        settle(undefined);
      });
      this.#queries.set(id, settle);
      const { id: sender } = from.user;
      const query = { id, from: from.user, message, chat_instance: String(sender), data };
      this.#updates.push('callback_query', sender, query);
    });
  }

  /** @throws ApiError 400 for a text over 200 characters, and when nobody waits any more */
  answer(queryId: string, answer: CallbackAnswer): void {
    if ((answer.text?.length ?? 0) > 200) throw badRequest('MESSAGE_TOO_LONG');
    const settle = this.#queries.get(queryId);
    if (settle === undefined) throw staleQuery();
    settle(answer);
  }
}
