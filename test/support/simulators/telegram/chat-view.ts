import type { Backend } from './backend.ts';
import type { MessageRow, UserRow } from './state.ts';
import type { Entity, InlineButton } from './wire.ts';

export interface PhotoView {
  readonly fileId: string;
  readonly width: number;
  readonly height: number;
  readonly bytes: Buffer;
}

export interface InvoiceView {
  readonly title: string;
  readonly description: string;
  readonly payload: string;
  /** In Stars. */
  readonly amount: number;
  readonly isPaid: boolean;
}

/** A message as the person sees it in the chat with the bot. */
export interface ChatMessage {
  readonly id: number;
  readonly from: 'bot' | 'customer' | 'other';
  /** Of a photo its caption; without markup. */
  readonly text: string;
  readonly entities: readonly Entity[];
  readonly keyboard: readonly (readonly InlineButton[])[];
  /** The texts of all buttons, row by row. */
  readonly buttons: readonly string[];
  readonly photo?: PhotoView;
  readonly invoice?: InvoiceView;
  /** Lines that nobody wrote: Stars that went one way or the other. */
  readonly service?: { readonly kind: 'paid' | 'refunded'; readonly amount: number; readonly chargeId: string };
  /** How often the bot changed it. */
  readonly edits: number;
  readonly forwardedBy?: string;
  readonly isProtected: boolean;
  readonly atMs: number;
}

/** A row as the person sees it who has it in the chat. */
export function viewMessage({ state }: Backend, row: MessageRow): ChatMessage {
  const { message, edits, forwardedBy } = row;
  const { text, caption = '', entities, caption_entities: captionEntities } = message;
  const keyboard = visibleKeyboard(row);
  const file = state.files[message.photo?.at(-1)?.file_id ?? ''];
  const invoice = state.invoices[row.invoiceId ?? ''];
  const service = viewService(row);
  return {
    id: message.message_id,
    from: forwardedBy !== undefined ? 'other' : message.from.is_bot ? 'bot' : 'customer',
    text: text ?? caption,
    entities: entities ?? captionEntities ?? [],
    keyboard,
    buttons: keyboard.flat().map((button) => button.text),
    ...(file === undefined
      ? {}
      : {
          photo: { fileId: file.id, width: file.width, height: file.height, bytes: Buffer.from(file.base64, 'base64') },
        }),
    ...(invoice === undefined ? {} : { invoice: { ...pick(invoice), isPaid: row.chargeId !== undefined } }),
    ...(service === undefined ? {} : { service }),
    edits,
    ...(forwardedBy === undefined ? {} : { forwardedBy }),
    isProtected: message.has_protected_content === true,
    atMs: message.date * 1000,
  };
}

/** The texts of the keyboard under the message field, which stays until it is replaced. */
export function replyKeyboard(rows: readonly MessageRow[]): readonly (readonly string[])[] {
  return rows.findLast(({ keyboard }) => keyboard !== undefined)?.keyboard ?? [];
}

/** Messages that a person has got or seen changed since they last did something. */
export function isNews(person: UserRow, { version, message, forwardedBy }: MessageRow): boolean {
  const isOwn = !message.from.is_bot && forwardedBy === undefined;
  const isService = message.successful_payment !== undefined || message.refunded_payment !== undefined;
  return version > person.actedAt && (!isOwn || isService);
}

/** A paid invoice offers its receipt, which is not for pressing here. */
function visibleKeyboard({ message, chargeId }: MessageRow): readonly (readonly InlineButton[])[] {
  const rows = message.reply_markup?.inline_keyboard ?? [];
  if (chargeId === undefined) return rows;
  return rows.map((row) => row.filter(({ pay }) => pay !== true)).filter((row) => row.length > 0);
}

function viewService({ message }: MessageRow): ChatMessage['service'] {
  const { successful_payment: paid, refunded_payment: refunded } = message;
  const payment = paid ?? refunded;
  if (payment === undefined) return undefined;
  const { total_amount: amount, telegram_payment_charge_id: chargeId } = payment;
  return { kind: paid === undefined ? 'refunded' : 'paid', amount, chargeId };
}

function pick({ title, description, payload, amount }: Omit<InvoiceView, 'isPaid'>): Omit<InvoiceView, 'isPaid'> {
  return { title, description, payload, amount };
}
