import { GrammyError } from 'grammy/web';
import { TelegramSilent } from '../errors.ts';
import { floodSeconds, isUnreachable } from '../telegram.ts';

/** What a failed sending means for the message. */
export type SendFailure =
  /** It was surely not sent, and another time may help. */
  | { readonly kind: 'unsent' }
  | { readonly kind: 'flood'; readonly waitMs: number }
  /** The customer cannot be written to. */
  | { readonly kind: 'unreachable' }
  /** Telegram does not take this message. */
  | { readonly kind: 'refused' }
  /** It may have been sent. */
  | { readonly kind: 'doubt' };

/** No connection came about, so nothing was sent. */
const beforeConnecting: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENETUNREACH',
  'EHOSTUNREACH',
]);

/** Telegram's words for accounts that are gone, or never wrote to this bot. */
const gone = /chat not found|user is deactivated|PEER_ID_INVALID|bot was blocked/i;

export function judgeSendFailure(thrown: unknown): SendFailure {
  const seconds = floodSeconds(thrown);
  if (seconds !== undefined) return { kind: 'flood', waitMs: seconds * 1000 };
  if (isUnreachable(thrown)) return { kind: 'unreachable' };
  if (thrown instanceof GrammyError) {
    if (thrown.error_code >= 500) return { kind: 'doubt' };
    if (thrown.error_code !== 400) return { kind: 'unsent' };
    return { kind: gone.test(thrown.description) ? 'unreachable' : 'refused' };
  }
  return { kind: thrown instanceof TelegramSilent && beforeConnecting.has(thrown.network) ? 'unsent' : 'doubt' };
}
