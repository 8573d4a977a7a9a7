import { createHash } from 'node:crypto';
// grammy/web speaks by Node's own fetch. The other grammY brings node-fetch 2 with its tables of domain names: 13 MB.
import { Api, GrammyError, HttpError, InputFile, type Transformer } from 'grammy/web';
import { cutText } from '../base/cut-text.ts';
import { sleep, type Clock } from '../base/clock.ts';
import { BotError, TelegramSilent } from './errors.ts';
import type { BotMetrics } from './ports.ts';
import { keyboardOf, type Screen } from './screen.ts';

export interface TelegramOptions {
  readonly token: string;
  /** Without a slash at the end. */
  readonly apiRoot: string;
  readonly clock: Clock;
  readonly metrics: BotMetrics;
}

export type EditOutcome = 'edited' | 'gone';

export interface SentPhoto {
  readonly messageId: number;
  /** What Telegram said when it did not take the picture, and the words went alone. */
  readonly refusal: string | undefined;
}

/** A call that is not answered in this time failed. */
const callSeconds = 10;
/** Longer than Telegram holds an empty poll. */
const pollSeconds = 25;
/** A flood limit that is over sooner is waited for. */
const patienceSeconds = 2;
const tries = 2;

/** Calls that lose their meaning while we wait, or wait by themselves. */
const impatient: ReadonlySet<string> = new Set(['answerPreCheckoutQuery', 'answerCallbackQuery', 'getUpdates']);

/** What the bot says to Telegram, with the answers that are no failures told apart. */
export class Telegram {
  /** Everything else that Telegram can. Flood limits are waited for, errors counted. */
  readonly api: Api;
  readonly #poller: Api;
  readonly #fetchFile: (path: string, signal: AbortSignal) => Promise<Uint8Array>;

  constructor({ token, apiRoot, clock, metrics }: TelegramOptions) {
    // The address holds the token: it is put into no error.
    this.#fetchFile = async (path, signal) => {
      const response = await fetch(`${apiRoot}/file/bot${token}/${path}`, { signal });
      if (response.ok) return response.bytes();
      throw new BotError('BOT_FILE_UNREADABLE', `Telegram answers ${response.status} for a file`, { retry: 'later' });
    };
    this.api = new Api(token, { apiRoot, timeoutSeconds: callSeconds });
    this.api.config.use(waitForFlood(clock), countErrors(metrics));
    this.#poller = new Api(token, { apiRoot, timeoutSeconds: pollSeconds + callSeconds });
    this.#poller.config.use(countErrors(metrics));
  }

  /** Sends a screen as a new message. @returns its id */
  async send(chatId: number, screen: Screen): Promise<number> {
    const { text, photo, silent = false } = screen;
    const options = { parse_mode: 'HTML', reply_markup: keyboardOf(screen), disable_notification: silent } as const;
    const preview = { link_preview_options: { is_disabled: true } };
    const sent =
      photo === undefined
        ? await this.api.sendMessage(chatId, text, { ...options, ...preview })
        : await this.api.sendPhoto(chatId, new InputFile(photo, 'code.png'), { ...options, caption: text });
    return sent.message_id;
  }

  /**
   * Sends a picture that Telegram has already, with a screen as its caption. One that it does not give out any more keeps
   * nothing else back: the screen is sent without it.
   *
   * @param alone the screen then, where it has to say that something is missing
   */
  async sendKnownPhoto(chatId: number, fileId: string, screen: Screen, alone = screen): Promise<SentPhoto> {
    const { text, silent = false } = screen;
    const options = { parse_mode: 'HTML', reply_markup: keyboardOf(screen), disable_notification: silent } as const;
    try {
      const { message_id: messageId } = await this.api.sendPhoto(chatId, fileId, { ...options, caption: text });
      return { messageId, refusal: undefined };
    } catch (thrown) {
      const refusal = refusalOf(thrown);
      if (refusal === undefined) throw thrown;
      const asFile = isOtherType(refusal) ? await this.#sendKnownFile(chatId, fileId, screen) : undefined;
      if (asFile !== undefined) return { messageId: asFile, refusal: undefined };
      return { messageId: await this.send(chatId, alone), refusal };
    }
  }

  /** A picture that was sent as a file stays one: Telegram makes no photo of it. @returns nothing when it is refused as well */
  async #sendKnownFile(chatId: number, fileId: string, screen: Screen): Promise<number | undefined> {
    const { text, silent = false } = screen;
    const options = { parse_mode: 'HTML', reply_markup: keyboardOf(screen), disable_notification: silent } as const;
    try {
      return (await this.api.sendDocument(chatId, fileId, { ...options, caption: text })).message_id;
    } catch (thrown) {
      if (refusalOf(thrown) === undefined) throw thrown;
      return undefined;
    }
  }

  /** Puts a screen in the place of a message with text. @returns `gone` when that is not there any more, or has no text */
  async edit(chatId: number, messageId: number, screen: Screen): Promise<EditOutcome> {
    try {
      const options = { parse_mode: 'HTML', reply_markup: keyboardOf(screen) } as const;
      await this.api.editMessageText(chatId, messageId, screen.text, {
        ...options,
        link_preview_options: { is_disabled: true },
      });
      return 'edited';
    } catch (thrown) {
      const refusal = refusalOf(thrown);
      if (refusal?.includes('message is not modified') === true) return 'edited';
      if (refusal !== undefined && /message (to edit not found|can't be edited)|no text in the message/.test(refusal)) {
        return 'gone';
      }
      throw thrown;
    }
  }

  /** Takes a message away; one that is not there, or too old, stays as it is. */
  async remove(chatId: number, messageId: number): Promise<void> {
    try {
      await this.api.deleteMessage(chatId, messageId);
    } catch (thrown) {
      if (refusalOf(thrown) === undefined) throw thrown;
    }
  }

  /** Takes the buttons of a message away; of an invoice those below its own. One that has none stays as it is. */
  async takeButtons(chatId: number, messageId: number): Promise<void> {
    try {
      await this.api.editMessageReplyMarkup(chatId, messageId);
    } catch (thrown) {
      if (refusalOf(thrown) === undefined) throw thrown;
    }
  }

  /** Ends the waiting of a button. One that was pressed long ago, or answered, needs none. @param text plain */
  async answer(callbackId: string, text?: string): Promise<void> {
    try {
      await this.api.answerCallbackQuery(callbackId, text === undefined ? {} : { text: cutText(text, 200) });
    } catch (thrown) {
      if (refusalOf(thrown) === undefined) throw thrown;
    }
  }

  /** SHA-256 of what somebody sent. @param fileId of a photo or document below 20 MB */
  async digest(fileId: string): Promise<Uint8Array> {
    const { file_path: path = '' } = await this.api.getFile(fileId);
    const response = await this.#fetchFile(path, AbortSignal.timeout(callSeconds * 1000));
    return createHash('sha256').update(response).digest();
  }

  /** Waits for updates from `offset` on, which confirms those before it. */
  async poll(
    wanted: { readonly offset: number; readonly limit: number; readonly seconds?: number },
    signal: AbortSignal,
  ): Promise<Awaited<ReturnType<Api['getUpdates']>>> {
    const { offset, limit, seconds = pollSeconds } = wanted;
    const options = { offset, limit, timeout: seconds, allowed_updates: [...allowedUpdates] };
    // grammY declares the signal of a package for old versions of Node.
    return this.#poller.getUpdates(options, signal as Parameters<Api['getUpdates']>[1]);
  }
}

/** Every kind that the bot deals with; Telegram sends no other. */
export const allowedUpdates = [
  'message',
  'callback_query',
  'pre_checkout_query',
  'my_chat_member',
  'subscription',
] as const;

/** What Telegram said when it refused a call as such (400); undefined for everything else. */
export function refusalOf(thrown: unknown): string | undefined {
  return thrown instanceof GrammyError && thrown.error_code === 400 ? thrown.description : undefined;
}

/** `can't use file of type Document as Photo`, and the words of older servers. */
function isOtherType(refusal: string): boolean {
  return /file of type|type of file mismatch/i.test(refusal);
}

/** What Telegram said when it forbade a call (403); undefined for everything else. */
export function forbiddenOf(thrown: unknown): string | undefined {
  return thrown instanceof GrammyError && thrown.error_code === 403 ? thrown.description : undefined;
}

/**
 * The customer blocked the bot, deleted the account, or never wrote to this bot.
 *
 * @param chatId his; without it any chat. A channel that the bot may not look into says 403 as well.
 */
export function isUnreachable(thrown: unknown, chatId?: number): boolean {
  if (!(thrown instanceof GrammyError) || thrown.error_code !== 403) return false;
  const asked = thrown.payload['chat_id'];
  return chatId === undefined || asked === undefined || Number(asked) === chatId;
}

/** Seconds to wait after a flood limit; undefined for everything else. */
export function floodSeconds(thrown: unknown): number | undefined {
  return thrown instanceof GrammyError && thrown.error_code === 429 ? (thrown.parameters.retry_after ?? 1) : undefined;
}

function waitForFlood(clock: Clock): Transformer {
  return async (call, method, payload, signal) => {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await call(method, payload, signal);
      const seconds = answer.ok ? undefined : answer.parameters?.retry_after;
      const isWorthIt = seconds !== undefined && seconds <= patienceSeconds && !impatient.has(method);
      if (!isWorthIt || attempt >= tries) return answer;
      await sleep(clock, seconds * 1000);
    }
  };
}

/** Errors of the network hold the bot's token in their address: nothing of them but their kind gets out. */
function countErrors(metrics: BotMetrics): Transformer {
  return async (call, method, payload, signal) => {
    try {
      const answer = await call(method, payload, signal);
      if (!answer.ok) metrics.telegramError(method, answer.error_code);
      return answer;
    } catch (thrown) {
      if (!(thrown instanceof HttpError)) throw thrown;
      if (signal?.aborted !== true) metrics.telegramError(method, 0);
      // fetch says only that it failed, and why in the cause.
      const { cause } = thrown.error as { readonly cause?: { readonly code?: string } };
      throw new TelegramSilent(method, cause?.code ?? 'no answer');
    }
  };
}
