import type { Backend } from './backend.ts';
import type { MessageRow } from './state.ts';
import type { InlineButton, Message } from './wire.ts';

/**
 * What a forwarded copy says. Links stay, callback buttons do not. A copy of an invoice that was sent with an empty
 * `start_parameter` can be paid by whoever has it; any other leads to the bot.
 */
export function forwardedContent(
  { state }: Backend,
  { message, invoiceId }: MessageRow,
): Omit<Message, 'message_id' | 'from' | 'chat' | 'date'> {
  const { text, entities, photo, caption, caption_entities: captionEntities, invoice } = message;
  const rows = message.reply_markup?.inline_keyboard ?? [];
  const keyboard =
    invoiceId === undefined
      ? rows.map((row) => row.filter(({ url }) => url !== undefined)).filter((row) => row.length > 0)
      : [[forwardedPay(state.bot.username, state.invoices[invoiceId]?.startParameter ?? '', rows[0]?.[0])]];
  return {
    ...(text === undefined ? {} : { text }),
    ...(entities === undefined ? {} : { entities }),
    ...(photo === undefined ? {} : { photo }),
    ...(caption === undefined ? {} : { caption }),
    ...(captionEntities === undefined ? {} : { caption_entities: captionEntities }),
    ...(invoice === undefined ? {} : { invoice }),
    ...(keyboard.length === 0 ? {} : { reply_markup: { inline_keyboard: keyboard } }),
  };
}

/** Whether a message may be passed on at all. */
export function isForwardable({ message }: MessageRow): boolean {
  const isService = message.successful_payment !== undefined || message.refunded_payment !== undefined;
  return !isService && message.has_protected_content !== true;
}

function forwardedPay(bot: string, startParameter: string, original: InlineButton | undefined): InlineButton {
  const text = original?.text ?? 'Pay';
  return startParameter === ''
    ? { text, pay: true }
    : { text, url: `https://t.me/${bot}?start=${encodeURIComponent(startParameter)}` };
}
