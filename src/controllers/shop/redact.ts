import { describeError } from '../../base/errors.ts';
import { maskText } from '../../base/mask.ts';
import { ShopError } from './errors.ts';
import type { BotProbe, ShopSettings } from './ports.ts';

const masked = '[masked]';
/** Shorter values are no secrets, and would be found inside of words. */
const shortestSecret = 4;

/** What must not reach a status, an Event or a log: values of Secrets, line by line, for a message may fold them. */
export function secretsOf({ token, webhookSecret, methods }: ShopSettings): readonly string[] {
  const ofMethods = methods.flatMap(({ secret }) => Object.values(secret));
  return [token, webhookSecret ?? '', ...ofMethods]
    .flatMap((value) => value.split('\n').map(fold))
    .filter(({ length }) => length >= shortestSecret);
}

/** Text that came from elsewhere, on one line, without these values and without what looks like a credential. */
export function redact(text: string, secrets: readonly string[]): string {
  return maskText(without(fold(text), secrets));
}

/** The same error where its words may be logged, with its stack and cause; else one that says as much as may be said. */
export function redactError(thrown: unknown, secrets: readonly string[]): Error {
  const words = describeError(thrown);
  const shown = redact(words, secrets);
  if (shown === words && thrown instanceof Error) return thrown;
  return new ShopError('SHOP_RUNNER_FAILED', shown, { retry: 'later' });
}

function without(text: string, secrets: readonly string[]): string {
  return secrets.reduce((rest, secret) => rest.replaceAll(secret, masked), text);
}

function fold(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

/** Telegram repeats addresses, and many a program puts its token into the address of its webhook. */
export function redactProbe(probe: BotProbe, secrets: readonly string[]): BotProbe {
  if (probe.outcome !== 'Answers') return { ...probe, message: redact(probe.message, secrets) };
  const { webhook } = probe.bot;
  const { url, lastErrorMessage } = webhook;
  const words = lastErrorMessage === undefined ? {} : { lastErrorMessage: redact(lastErrorMessage, secrets) };
  // Not masked further, since it is compared with ours; what is shown of it is.
  return { ...probe, bot: { ...probe.bot, webhook: { ...webhook, ...words, url: without(url, secrets) } } };
}
