import type { InlineKeyboardButton, InlineKeyboardMarkup } from 'grammy/types';

/** A button below a message. Its text is plain. */
export type Button =
  /** Does something; `data` is of `writeCallback`. */
  | { readonly text: string; readonly data: string; readonly style?: 'primary' | 'success' | 'danger' }
  | { readonly text: string; readonly url: string }
  /** Puts up to 256 characters into the clipboard. */
  | { readonly text: string; readonly copy: string };

/** What the customer sees: one message. */
export interface Screen {
  /** HTML as Telegram reads it; of a photo its caption. */
  readonly text: string;
  readonly buttons?: readonly (readonly Button[])[];
  /** A PNG. */
  readonly photo?: Buffer;
  /** Without sound. */
  readonly silent?: boolean;
}

const longestCopy = 256;

/** Buttons that Telegram would refuse are left out: a text too long to copy is in the message as well. */
export function keyboardOf({ buttons = [] }: Screen): InlineKeyboardMarkup {
  const rows = buttons.map((row) => row.filter(isPossible).map(toTelegram));
  return { inline_keyboard: rows.filter((row) => row.length > 0) };
}

/** Buttons two, or so many, to a row. */
export function inRows(buttons: readonly Button[], perRow = 2): Button[][] {
  return Array.from({ length: Math.ceil(buttons.length / perRow) }, (_, row) =>
    buttons.slice(row * perRow, (row + 1) * perRow),
  );
}

function isPossible(button: Button): boolean {
  return !('copy' in button) || (button.copy.length > 0 && button.copy.length <= longestCopy);
}

function toTelegram(button: Button): InlineKeyboardButton {
  if ('url' in button) return { text: button.text, url: button.url };
  if ('copy' in button) return { text: button.text, copy_text: { text: button.copy } };
  const { text, data, style } = button;
  return { text, callback_data: data, ...(style === undefined ? {} : { style }) };
}
