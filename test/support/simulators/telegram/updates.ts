import type { Backend } from './backend.ts';
import type { PendingUpdate } from './state.ts';
import { UpdateFaults } from './update-faults.ts';
import type { Update, UpdateContents, UpdateType } from './wire.ts';

const DAY_MS = 86_400_000;

/** Queries wait for an answer on somebody's screen, so they are worth little later (Bot API server, Client.cpp). */
const LIFETIMES_MS: Readonly<Record<UpdateType, number>> = {
  message: DAY_MS,
  my_chat_member: DAY_MS,
  subscription: DAY_MS,
  callback_query: 150_000,
  pre_checkout_query: 150_000,
};

const TYPES = Object.keys(LIFETIMES_MS) as UpdateType[];

/** What waits to be told to the bot. Polling and the webhook take from here; only confirmed updates leave. */
export class Updates {
  readonly faults = new UpdateFaults();
  readonly #backend: Backend;
  #isPaused = false;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** An outage between Telegram and the bot: updates are kept and not delivered. */
  set isPaused(isPaused: boolean) {
    this.#isPaused = isPaused;
    this.#backend.changed();
  }

  /** @param from whose queue it stands in: the chat's for messages, the sender's own for each kind of query */
  push<T extends UpdateType>(type: T, from: number, content: UpdateContents[T]): void {
    const { state, clock } = this.#backend;
    const isWanted = state.allowedUpdates?.includes(type) ?? true;
    if (!isWanted) return;
    const queue = `${type === 'message' ? 'chat' : type}:${from}`;
    const body = { [type]: content } as Omit<Update, 'update_id'>;
    const expiresAtMs = clock.now() + LIFETIMES_MS[type];
    const fault = this.faults.take(type, body);
    if (fault?.kind === 'drop') return;
    const copies = fault?.kind === 'duplicate' ? (fault.copies ?? 2) : 1;
    const enqueue = (): void => {
      // Numbered when it arrives: a number below one that is confirmed already would never be delivered.
      const update = { update_id: this.#backend.next('update'), ...body };
      state.pending.push({ update, type, queue, expiresAtMs, copies });
      this.#backend.changed();
    };
    if (fault?.kind === 'delay') clock.schedule(fault.delayMs, enqueue);
    else enqueue();
  }

  /** All that is neither confirmed nor expired, the oldest first. */
  pending(): readonly PendingUpdate[] {
    const { state, clock } = this.#backend;
    const now = clock.now();
    if (state.pending.some(({ expiresAtMs }) => expiresAtMs <= now)) {
      state.pending = state.pending.filter(({ expiresAtMs }) => expiresAtMs > now);
    }
    return state.pending;
  }

  /** The oldest ones, as a bot is shown them; none during an outage. */
  due(limit: number): Update[] {
    if (this.#isPaused) return [];
    return this.pending()
      .slice(0, limit)
      .map(({ update }) => update);
  }

  /** Forgets all below `offset`, as every `getUpdates` does. A negative offset keeps that many. */
  confirmBelow(offset: number): void {
    const pending = this.pending();
    const from = offset < 0 ? (pending.at(offset)?.update.update_id ?? 0) : offset;
    for (const update of pending.filter(({ update: { update_id: id } }) => id < from)) this.confirm(update);
  }

  /** Forgets an update, or leaves one copy less of it. */
  confirm(update: PendingUpdate): void {
    update.copies -= 1;
    if (update.copies > 0) return;
    const { state } = this.#backend;
    state.pending = state.pending.filter((it) => it !== update);
    this.#backend.changed();
  }

  dropAll(): void {
    this.#backend.state.pending = [];
    this.#backend.changed();
  }

  /** Remembers `allowed_updates`; an empty list means all, undefined means as before. */
  allow(types: unknown): void {
    if (!Array.isArray(types)) return;
    const { state } = this.#backend;
    const known = TYPES.filter((type) => types.includes(type));
    if (types.length === 0) delete state.allowedUpdates;
    else state.allowedUpdates = known;
  }
}
