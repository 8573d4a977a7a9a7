import { badRequest } from './api-error.ts';
import type { Backend } from './backend.ts';
import { privateChat } from './people.ts';
import type { MessageRow, UserRow } from './state.ts';
import type { Message } from './wire.ts';

export type MessageContent = Omit<Message, 'message_id' | 'from' | 'chat' | 'date'>;

type RowExtras = Pick<MessageRow, 'invoiceId' | 'forwardedBy' | 'keyboard'>;

/** The messages of every private chat with the bot, in the order in which they were sent. */
export class Chats {
  readonly #backend: Backend;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  of(userId: number): MessageRow[] {
    return (this.#backend.state.chats[userId] ??= []);
  }

  /** Adds what the bot says. */
  addFromBot(to: UserRow, content: MessageContent, extras: RowExtras = {}): MessageRow {
    return this.#add(to, { from: publicBot(this.#backend), ...content }, extras);
  }

  /** Adds what the person does or says; telling the bot is another matter. */
  addFromUser(from: UserRow, content: MessageContent, extras: RowExtras = {}): MessageRow {
    return this.#add(from, { from: from.user, ...content }, extras);
  }

  /** Adds what somebody else passed on; it keeps its author. */
  addForwarded(to: UserRow, content: MessageContent & Pick<Message, 'from'>, extras: RowExtras): MessageRow {
    return this.#add(to, content, extras);
  }

  /** A message that the bot can see, by number. */
  find(userId: number, messageId: number): MessageRow | undefined {
    return this.of(userId).find((row) => row.message.message_id === messageId && row.forwardedBy === undefined);
  }

  /**
   * A message that the bot wants to edit.
   *
   * @throws ApiError 400 when there is none, or it is somebody else's
   */
  editable(userId: number, messageId: number): MessageRow {
    const row = this.find(userId, messageId);
    if (row === undefined) throw badRequest('message to edit not found');
    if (!row.message.from.is_bot) throw badRequest("message can't be edited");
    return row;
  }

  /**
   * Replaces what a message of the bot says. Without a keyboard in `content`, it loses the one it had.
   *
   * @throws ApiError 400 when nothing would change
   */
  edit(row: MessageRow, content: MessageContent): Message {
    const { message_id, from, chat, date, edit_date: editedAt, reply_to_message: reply, ...old } = row.message;
    if (JSON.stringify(sorted(old)) === JSON.stringify(sorted(content))) {
      throw badRequest(
        'message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message',
      );
    }
    const kept = { message_id, from, chat, date, ...(reply === undefined ? {} : { reply_to_message: reply }) };
    row.message = { ...kept, edit_date: Math.max(this.#backend.nowSeconds(), editedAt ?? 0), ...content };
    row.edits += 1;
    this.touch(row);
    return row.message;
  }

  /** Makes a changed message news. */
  touch(row: MessageRow): void {
    row.version = this.#backend.next('version');
    this.#backend.changed();
  }

  remove(userId: number, row: MessageRow): void {
    this.#backend.state.chats[userId] = this.of(userId).filter((it) => it !== row);
    this.#backend.changed();
  }

  #add(person: UserRow, content: MessageContent & Pick<Message, 'from'>, extras: RowExtras): MessageRow {
    const { from, ...rest } = content;
    const message: Message = {
      message_id: this.#backend.next('message'),
      from,
      chat: privateChat(person.user),
      date: this.#backend.nowSeconds(),
      ...rest,
    };
    const row: MessageRow = { message, version: this.#backend.next('version'), edits: 0, ...extras };
    this.of(person.user.id).push(row);
    this.#backend.changed();
    return row;
  }
}

function publicBot({ state }: Backend): Message['from'] {
  const { id, is_bot, first_name, username } = state.bot;
  return { id, is_bot, first_name, username };
}

/** With its members in order, so that two contents can be compared as texts. */
function sorted(content: object): object {
  return Object.fromEntries(Object.entries(content).toSorted(([a], [b]) => a.localeCompare(b)));
}
