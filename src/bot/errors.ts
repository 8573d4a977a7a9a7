import { WayleaveError } from '../base/errors.ts';

export const botErrorCodes = {
  BOT_TEXTS_INVALID: 'a folder of texts that is missing, or a text in no syntax',
  BOT_BUTTON_INVALID: 'a button whose data Telegram would refuse',
  BOT_BUTTON_STALE: 'a button of a message that has been overtaken',
  BOT_MODULES_CLASH: 'two modules that claim the same button, command or dialog',
  BOT_TELEGRAM_UNREACHABLE: 'Telegram does not answer, or its answer did not arrive',
  BOT_FILE_UNREADABLE: 'Telegram does not give out a file that somebody sent',
} as const;

export type BotErrorCode = keyof typeof botErrorCodes;

export class BotError extends WayleaveError<BotErrorCode> {}

/** There was no answer. Whether the call arrived depends on how far the connection came. */
export class TelegramSilent extends BotError {
  /** Of the network, such as `ECONNREFUSED`. */
  readonly network: string;

  constructor(method: string, network: string) {
    super('BOT_TELEGRAM_UNREACHABLE', `Telegram does not answer ${method}: ${network}`, { retry: 'later' });
    this.network = network;
  }
}

/** What the button stands for is no more. The customer is told so, and gets the menu. */
export function staleButton(why: string): BotError {
  return new BotError('BOT_BUTTON_STALE', why, { retry: 'never' });
}
