import type { Backend } from './backend.ts';
import type { CallbackAnswer } from './callbacks.ts';
import { parsePlain } from './entities.ts';
import { photoSizes } from './files.ts';
import { forwardedContent, isForwardable } from './forwarding.ts';
import { invoiceOfLink } from './invoices.ts';
import type { Services } from './method.ts';
import { privateChat } from './people.ts';
import type { PaymentResult } from './checkout.ts';
import type { MessageRow, UserRow } from './state.ts';
import type { InlineButton, Message } from './wire.ts';

/** What came of a button. */
export interface PressResult {
  /** What the bot answered; absent when it said nothing, or too late. */
  readonly answer?: CallbackAnswer;
  /** False when a callback ran out of time. */
  readonly isAnswered: boolean;
  readonly url?: string;
  readonly copied?: string;
  readonly payment?: PaymentResult;
}

/** What a person can do in Telegram. Tests and the chat page both act through here. */
export class Acts {
  readonly #services: Services;
  readonly #backend: Backend;

  constructor(services: Services) {
    this.#services = services;
    this.#backend = services.backend;
  }

  sendText(person: UserRow, text: string): MessageRow {
    const { entities } = parsePlain(text);
    return this.#send(person, { text, ...(entities.length === 0 ? {} : { entities }) });
  }

  sendPhoto(person: UserRow, bytes: Buffer, caption = ''): MessageRow {
    const photo = photoSizes(this.#services.files.add(bytes));
    return this.#send(person, { photo, ...(caption === '' ? {} : { caption }) });
  }

  /** Resolves when the button has done what it does, which for a callback is the bot's answer. */
  async press(person: UserRow, row: MessageRow, button: InlineButton): Promise<PressResult> {
    if (button.callback_data !== undefined) {
      this.#begin(person);
      const answer = await this.#services.callbacks.press(person, row, button.callback_data);
      return { isAnswered: answer !== undefined, ...(answer === undefined ? {} : { answer }) };
    }
    if (button.copy_text !== undefined) return { isAnswered: true, copied: button.copy_text.text };
    if (button.pay === true) return { isAnswered: true, payment: await this.payMessage(person, row) };
    const url = button.url ?? button.web_app?.url ?? button.login_url?.url ?? '';
    const start = this.#startParameter(url);
    if (start !== undefined) this.sendText(person, start === '' ? '/start' : `/start ${start}`);
    return { isAnswered: true, url };
  }

  /** @throws Error when the message is no invoice, or paid */
  async payMessage(person: UserRow, row: MessageRow): Promise<PaymentResult> {
    const invoice = this.#backend.state.invoices[row.invoiceId ?? ''];
    if (invoice === undefined) throw new Error(`message ${row.message.message_id} is no invoice`);
    if (row.chargeId !== undefined) throw new Error(`invoice "${invoice.title}" is paid already`);
    const hasButton = row.message.reply_markup?.inline_keyboard[0]?.[0]?.pay === true;
    if (!hasButton) throw new Error(`this copy of invoice "${invoice.title}" has no Pay button`);
    this.#begin(person);
    return this.#services.checkout.pay(person, invoice, row);
  }

  /** @param link one that `createInvoiceLink` made; anybody can pay it, any number of times */
  async payLink(person: UserRow, link: string): Promise<PaymentResult> {
    const invoice = invoiceOfLink(this.#backend, link);
    if (invoice === undefined) throw new Error(`${link} is no invoice link of this bot`);
    this.#begin(person);
    return this.#services.checkout.pay(person, invoice);
  }

  /**
   * Passes a message on to another person. The bot learns nothing of it.
   *
   * @throws Error for protected messages and service lines
   */
  forward(person: UserRow, row: MessageRow, to: UserRow): MessageRow {
    if (!isForwardable(row)) throw new Error('this message cannot be forwarded');
    const { invoiceId, message } = row;
    return this.#services.chats.addForwarded(
      to,
      { from: message.from, ...forwardedContent(this.#backend, row) },
      { forwardedBy: person.user.first_name, ...(invoiceId === undefined ? {} : { invoiceId }) },
    );
  }

  setBlocked(person: UserRow, isBlocked: boolean): void {
    if (person.hasBlockedBot === isBlocked) return;
    const { bot } = this.#backend.state;
    person.hasBlockedBot = isBlocked;
    const member = (status: string): object => ({
      user: bot,
      status,
      ...(status === 'kicked' ? { until_date: 0 } : {}),
    });
    this.#services.updates.push('my_chat_member', person.user.id, {
      chat: privateChat(person.user),
      from: person.user,
      date: this.#backend.nowSeconds(),
      old_chat_member: member(isBlocked ? 'member' : 'kicked'),
      new_chat_member: member(isBlocked ? 'kicked' : 'member'),
    });
    this.#backend.changed();
  }

  setMember(person: UserRow, channel: string, isMember: boolean): void {
    this.#services.people.channel(channel);
    const others = person.channels.filter((name) => name !== channel);
    person.channels = isMember ? [...others, channel] : others;
    this.#backend.changed();
  }

  #send(person: UserRow, content: Partial<Message>): MessageRow {
    if (person.hasBlockedBot) throw new Error(`${person.user.first_name} has blocked the bot and cannot write to it`);
    this.#begin(person);
    person.hasStarted = true;
    const row = this.#services.chats.addFromUser(person, content);
    this.#services.updates.push('message', person.user.id, row.message);
    return row;
  }

  /** What arrives from here on is an answer, as far as the person can tell. */
  #begin(person: UserRow): void {
    person.actedAt = this.#backend.state.sequences.version;
  }

  /** The payload of a link that starts this bot; undefined for every other address. */
  #startParameter(url: string): string | undefined {
    const prefix = `https://t.me/${this.#backend.state.bot.username}`;
    if (url === prefix) return '';
    return url.startsWith(`${prefix}?start=`) ? (new URL(url).searchParams.get('start') ?? '') : undefined;
  }
}
