import { asObject, asText } from './json.ts';

/** What every route under `panel/api` answers, with HTTP 200, success or not. */
export interface Envelope {
  readonly success: boolean;
  /** The English error, or the whole message where there is none in parentheses. */
  readonly message: string;
  readonly obj: unknown;
}

/** @returns undefined for anything that is not the panel's envelope */
export function parseEnvelope(body: string): Envelope | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    // Not JSON is an ordinary answer here: an empty 404, or a page of something that is no panel.
    return undefined;
  }
  const envelope = asObject(parsed);
  if (typeof envelope?.['success'] !== 'boolean') return undefined;
  return { success: envelope['success'], message: englishPart(asText(envelope['msg'])), obj: envelope['obj'] };
}

/**
 * `Localised text (English error\n)`: the localised part follows the panel's language and may even claim success, so
 * only what stands in the parentheses counts. They follow a space: `client(s)` is part of a text. Service errors end in
 * a newline, database errors do not.
 */
export function englishPart(message: string): string {
  const inner = /(?:^|\s)\(([^]*)\)\s*$/.exec(message)?.[1] ?? message;
  return inner.replaceAll(/\s+/g, ' ').trim().slice(0, 300);
}

/** The only answer that proves that a client is not there; an HTTP 404 never does. */
export const saysNotFound = ({ success, message }: Envelope): boolean =>
  !success && message.includes('record not found');
