import { createHash } from 'node:crypto';
import { BotError } from './errors.ts';

/** What a button carries: what it does, and to what. All of its meaning is in here, none in memory. */
export interface CallbackData {
  readonly action: string;
  readonly args: readonly string[];
}

const version = '1';
const mostBytes = 64;
const uuidForm = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const packedForm = /^~[A-Za-z0-9_-]{22}$/;
const plainForm = /^[A-Za-z0-9_.@/+-]*$/;

/**
 * Writes a button's data: version, action and arguments, between colons. A UUID among the arguments takes 23 characters.
 *
 * @param args letters, digits and `_.@/+-`; anything else, such as a name of a resource, goes through {@link shortKey}
 * @throws BotError BOT_BUTTON_INVALID when it is more than Telegram's 64 bytes
 */
export function writeCallback(action: string, ...args: readonly (string | number)[]): string {
  const parts = [action, ...args.map(String)];
  const written = [version, ...parts.map(packUuid)].join(':');
  if (Buffer.byteLength(written) <= mostBytes && parts.every((part) => plainForm.test(part))) return written;
  throw new BotError('BOT_BUTTON_INVALID', `the data of button "${action}" cannot be written: ${written}`, {
    retry: 'never',
  });
}

/** @returns nothing for what no version of this program that is still understood has written */
export function readCallback(written: string): CallbackData | undefined {
  const [first, action, ...args] = written.split(':');
  if (first !== version || action === undefined || action === '') return undefined;
  if (!args.every((arg) => plainForm.test(arg) || packedForm.test(arg))) return undefined;
  return { action, args: args.map(unpackUuid) };
}

/** Eight characters that stand for a name of any length: plans and payment methods are looked up by it. */
export function shortKey(name: string): string {
  return createHash('sha256').update(name).digest('base64url').slice(0, 8);
}

export function isUuid(text: string | undefined): text is string {
  return text !== undefined && uuidForm.test(text);
}

function packUuid(text: string): string {
  if (!uuidForm.test(text)) return text;
  return `~${Buffer.from(text.replaceAll('-', ''), 'hex').toString('base64url')}`;
}

function unpackUuid(text: string): string {
  if (!packedForm.test(text)) return text;
  const hex = Buffer.from(text.slice(1), 'base64url').toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
