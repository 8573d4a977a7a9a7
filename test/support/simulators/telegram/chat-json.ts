import { replyKeyboard, viewMessage } from './chat-view.ts';
import type { Calls } from './calls.ts';
import type { Services } from './method.ts';
import type { CommandsRow, MessageRow, UserRow } from './state.ts';

/** How many failed calls the page shows. */
const FAILURES_SHOWN = 50;

/** A person as the list shows them. */
export function personJson({ chats }: Services, person: UserRow): object {
  const { user, hasStarted, hasBlockedBot, balance, channels, readId } = person;
  const rows = chats.of(user.id);
  const last = rows.at(-1);
  return {
    id: user.id,
    firstName: user.first_name,
    lastName: user.last_name ?? '',
    username: user.username ?? '',
    languageCode: user.language_code ?? 'en',
    hasStarted,
    hasBlockedBot,
    balance,
    channels,
    unread: rows.filter(
      ({ message, forwardedBy }) => isTheirs(message.from.is_bot, forwardedBy) && message.message_id > readId,
    ).length,
    last: last === undefined ? null : { preview: preview(last), atMs: last.message.date * 1000 },
  };
}

/** A whole chat. */
export function chatJson(services: Services, person: UserRow): object {
  const { backend, chats, typing } = services;
  const rows = chats.of(person.user.id);
  return {
    person: personJson(services, person),
    messages: rows.map((row) => messageJson(services, row)),
    replyKeyboard: replyKeyboard(rows),
    commands: commandsFor(backend.state.commands, person),
    isTyping: (typing.get(person.user.id) ?? 0) > backend.clock.now(),
  };
}

/** What the Telegram drawer shows. */
export function telegramJson({ stars, people, updates }: Services, calls: Calls): object {
  const refunded = new Set(stars.transactions.filter(({ receiver }) => receiver !== undefined).map(({ id }) => id));
  return {
    isPaused: updates.isPaused,
    pendingUpdates: updates.pending().length,
    balance: stars.balance,
    channels: people.channelNames(),
    transactions: stars.transactions
      .map(({ id, amount, date, source, receiver }) => ({
        id,
        amount: source === undefined ? -amount : amount,
        atMs: date * 1000,
        name: (source ?? receiver)?.user.first_name ?? '',
        canRefund: source !== undefined && !refunded.has(id),
      }))
      .toReversed(),
    failures: calls.log
      .filter(({ status }) => status !== undefined && status !== 200)
      .slice(-FAILURES_SHOWN)
      .map(({ method, status, error = '', atMs }) => ({ method, status, error, atMs }))
      .toReversed(),
  };
}

/** The commands that a person is offered: those for their chat before those for all, their language before any. */
export function commandsFor(all: readonly CommandsRow[], { user }: UserRow): CommandsRow['commands'] {
  const rank = ({ scope, languageCode }: CommandsRow): number => {
    const place = ['default', 'all_private_chats', 'chat'].indexOf(scope.type);
    const isOther = scope.type === 'chat' && String(scope.chat_id) !== String(user.id);
    const isForeign = languageCode !== '' && languageCode !== user.language_code;
    return place === -1 || isOther || isForeign ? -1 : place * 2 + (languageCode === '' ? 0 : 1);
  };
  const fitting = all.filter((row) => rank(row) >= 0).toSorted((a, b) => rank(b) - rank(a));
  return fitting[0]?.commands ?? [];
}

function messageJson({ backend }: Services, row: MessageRow): object {
  const { photo, ...view } = viewMessage(backend, row);
  const size = photo === undefined ? null : { fileId: photo.fileId, width: photo.width, height: photo.height };
  return { ...view, photo: size, version: row.version, chargeId: row.chargeId ?? null };
}

function preview({ message, forwardedBy }: MessageRow): string {
  const { text, caption, photo, invoice, successful_payment: paid, refunded_payment: refunded } = message;
  const service =
    paid === undefined ? refunded && `Refunded ⭐ ${refunded.total_amount}` : `Paid ⭐ ${paid.total_amount}`;
  const content = service ?? text ?? (invoice && `🧾 ${invoice.title}`) ?? (photo && `🖼 ${caption ?? 'Photo'}`) ?? '';
  const isOwn = !isTheirs(message.from.is_bot, forwardedBy) && service === undefined;
  return `${isOwn ? 'You: ' : ''}${content.slice(0, 120)}`;
}

function isTheirs(isFromBot: boolean, forwardedBy: string | undefined): boolean {
  return isFromBot || forwardedBy !== undefined;
}
