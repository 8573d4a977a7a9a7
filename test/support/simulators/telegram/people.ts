import { ApiError, badRequest } from './api-error.ts';
import type { Backend } from './backend.ts';
import type { UserRow } from './state.ts';
import type { Chat, User } from './wire.ts';

export interface PersonOptions {
  /** Default: a new one above 5,000,000,000, which does not fit into 32 bits. */
  readonly id?: number;
  readonly firstName: string;
  readonly lastName?: string;
  readonly username?: string;
  /** Default `en`. */
  readonly languageCode?: string;
  /** In Stars. Default: endless. */
  readonly balance?: number;
}

/** Who is there: people, each with a private chat with the bot, and channels that they may join. */
export class People {
  readonly #backend: Backend;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  all(): readonly UserRow[] {
    return Object.values(this.#backend.state.users);
  }

  /** The person with this id, made if there is none. */
  add(options: PersonOptions): UserRow {
    const { state } = this.#backend;
    const id = options.id ?? this.#backend.next('user');
    const existing = state.users[id];
    if (existing !== undefined) return existing;
    const { firstName, lastName, username, languageCode = 'en', balance = null } = options;
    const user: User = {
      id,
      is_bot: false,
      first_name: firstName,
      ...(lastName === undefined ? {} : { last_name: lastName }),
      ...(username === undefined ? {} : { username }),
      language_code: languageCode,
    };
    const row: UserRow = {
      user,
      hasStarted: false,
      hasBlockedBot: false,
      balance,
      channels: [],
      actedAt: state.sequences.version,
      readId: 0,
    };
    state.users[id] = row;
    this.#backend.changed();
    return row;
  }

  find(id: number): UserRow | undefined {
    return this.#backend.state.users[id];
  }

  /** @throws Error when a test or the page names nobody */
  get(id: number): UserRow {
    const row = this.find(id);
    if (row === undefined) throw new Error(`there is no user ${id}`);
    return row;
  }

  /** A channel by name, made if there is none. @param name with its @ */
  channel(name: string): Chat {
    const { channels } = this.#backend.state;
    const id = -1_001_000_000_000 - Object.keys(channels).length;
    return (channels[name] ??= { id, type: 'channel', title: name.slice(1), username: name.slice(1) });
  }

  channelNames(): readonly string[] {
    return Object.keys(this.#backend.state.channels);
  }

  /** @throws ApiError 400 for a channel that does not exist */
  findChannel(chatId: string): Chat {
    const { channels } = this.#backend.state;
    const channel = Object.entries(channels).find(([name, { id }]) => name === chatId || String(id) === chatId)?.[1];
    if (channel === undefined) throw badRequest('chat not found');
    return channel;
  }

  /**
   * The person to whom the bot may write.
   *
   * @throws ApiError 400 for somebody who has never written to it, 403 for somebody who has blocked it
   */
  recipient(chatId: string): UserRow {
    const row = this.known(chatId);
    if (row.hasBlockedBot) throw new ApiError(403, 'Forbidden: bot was blocked by the user');
    return row;
  }

  /** The person, if the bot has met them. @throws ApiError 400 otherwise */
  known(chatId: string): UserRow {
    if (chatId === '') throw badRequest('chat_id is empty');
    const row = this.find(Number(chatId));
    if (row?.hasStarted !== true) throw badRequest('chat not found');
    return row;
  }
}

/** The private chat that a person has with the bot, as the bot sees it. */
export function privateChat({ id, first_name, last_name, username }: User): Chat {
  return {
    id,
    type: 'private',
    first_name,
    ...(last_name === undefined ? {} : { last_name }),
    ...(username === undefined ? {} : { username }),
  };
}
