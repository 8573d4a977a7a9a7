import { badRequest } from './api-error.ts';
import type { Params } from './params.ts';
import type { InlineButton, InlineKeyboard, ReplyKeyboard } from './wire.ts';

/** What a button may do, one of them at a time. */
const ACTIONS = [
  'callback_data',
  'url',
  'copy_text',
  'pay',
  'web_app',
  'login_url',
  'switch_inline_query',
  'switch_inline_query_current_chat',
] as const;

export interface Markup {
  readonly inline?: InlineKeyboard;
  /** Texts of a keyboard under the message field. */
  readonly reply?: readonly (readonly string[])[];
}

/** Reads `reply_markup` and refuses what Telegram refuses. */
export function readMarkup(params: Params, { isInvoice = false } = {}): Markup {
  const markup = params.json('reply_markup');
  if (markup === undefined || markup === null) return {};
  if (typeof markup !== 'object') throw badRequest('object expected as reply markup');
  if ('inline_keyboard' in markup) return { inline: readInline(markup as InlineKeyboard, isInvoice) };
  if ('keyboard' in markup) return { reply: readReply(markup as ReplyKeyboard) };
  if ('remove_keyboard' in markup) return { reply: [] };
  if ('force_reply' in markup) return {};
  throw badRequest('unsupported reply markup');
}

function readInline({ inline_keyboard: rows }: InlineKeyboard, isInvoice: boolean): InlineKeyboard {
  const isGrid = Array.isArray(rows) && rows.every((row) => Array.isArray(row));
  if (!isGrid) throw badRequest('field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays');
  const grid: readonly (readonly InlineButton[])[] = rows;
  for (const [rowIndex, row] of grid.entries()) {
    for (const [index, button] of row.entries()) checkButton(button, isInvoice && rowIndex === 0 && index === 0);
  }
  const isUnpayable = isInvoice && grid.length > 0 && grid[0]?.[0]?.pay !== true;
  if (isUnpayable) throw badRequest('the first button of an invoice must be a Pay button');
  return { inline_keyboard: grid.filter((row) => row.length > 0) };
}

function checkButton(button: InlineButton, canPay: boolean): void {
  if (typeof button.text !== 'string' || button.text.trim() === '') {
    throw badRequest("can't parse inline keyboard button: Text must be non-empty");
  }
  const actions = ACTIONS.filter((action) => button[action] !== undefined);
  if (actions.length === 0) throw badRequest('Text buttons are unallowed in the inline keyboard');
  if (actions.length > 1) throw badRequest(`inline keyboard button has several actions: ${actions.join(', ')}`);
  if (button.pay !== undefined && !canPay) throw badRequest('BUTTON_TYPE_INVALID');
  const { callback_data: data, copy_text: copy, url, web_app: app } = button;
  if (data !== undefined && !isWithin(Buffer.byteLength(data), 1, 64)) throw badRequest('BUTTON_DATA_INVALID');
  if (copy !== undefined && !isWithin(copy.text.length, 1, 256)) throw badRequest('BUTTON_COPY_TEXT_INVALID');
  if (url !== undefined) checkLink(url);
  if (app !== undefined && !app.url.startsWith('https://')) throw badRequest('BUTTON_WEB_APP_URL_INVALID');
}

/**
 * Telegram opens web pages and its own links. An app's scheme such as `happ://` is refused: a page that redirects is the
 * way to an app.
 */
function checkLink(link: string): void {
  const refuse = (reason: string): Error => badRequest(`inline keyboard button URL '${link}' is invalid: ${reason}`);
  if (!URL.canParse(link)) throw refuse('Wrong HTTP URL');
  const { protocol, hostname } = new URL(link);
  if (protocol === 'tg:') return;
  if (protocol !== 'http:' && protocol !== 'https:') throw refuse('Unsupported URL protocol');
  if (!hostname.includes('.') && !hostname.startsWith('[')) throw refuse('Wrong HTTP URL');
}

function readReply({ keyboard }: ReplyKeyboard): string[][] {
  if (!Array.isArray(keyboard)) throw badRequest('field "keyboard" of the ReplyKeyboardMarkup must be an Array');
  return keyboard.map((row: readonly ({ readonly text: string } | string)[]) =>
    row.map((button) => (typeof button === 'string' ? button : button.text)),
  );
}

function isWithin(value: number, least: number, most: number): boolean {
  return value >= least && value <= most;
}
