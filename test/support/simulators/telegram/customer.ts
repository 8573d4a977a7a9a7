import { isNews, replyKeyboard, viewMessage, type ChatMessage } from './chat-view.ts';
import type { Acts, PressResult } from './acts.ts';
import type { CallbackAnswer } from './callbacks.ts';
import type { PaymentResult } from './checkout.ts';
import type { Services } from './method.ts';
import type { MessageRow, UserRow } from './state.ts';
import { until, type Patience } from './until.ts';
import type { InlineButton } from './wire.ts';

/** A text, that must be contained, or a pattern. */
export type TextPattern = string | RegExp;

/** A person in a test: what they do, and what they see of the bot. */
export class Customer {
  readonly id: number;
  readonly #services: Services;
  readonly #acts: Acts;
  readonly #row: UserRow;

  constructor(services: Services, acts: Acts, row: UserRow) {
    this.id = row.user.id;
    this.#services = services;
    this.#acts = acts;
    this.#row = row;
  }

  get firstName(): string {
    return this.#row.user.first_name;
  }

  /** In Stars; null is endless. Settable. */
  get balance(): number | null {
    return this.#row.balance;
  }

  set balance(stars: number | null) {
    this.#row.balance = stars;
    this.#services.backend.changed();
  }

  /** The messages in order, as they look now. */
  chat(): readonly ChatMessage[] {
    return this.#rows().map((row) => viewMessage(this.#services.backend, row));
  }

  /** The newest message of the bot. @throws Error when there is none */
  get lastMessage(): ChatMessage {
    const last = this.chat().findLast(({ from, service }) => from === 'bot' && service === undefined);
    if (last === undefined) throw new Error(`${this.firstName} has no message of the bot`);
    return last;
  }

  /** Sends a text or a command. Does not wait for the bot. */
  async sends(text: string): Promise<ChatMessage> {
    return viewMessage(this.#services.backend, this.#acts.sendText(this.#row, text));
  }

  async sendsPhoto(bytes: Uint8Array, caption = ''): Promise<ChatMessage> {
    return viewMessage(this.#services.backend, this.#acts.sendPhoto(this.#row, Buffer.from(bytes), caption));
  }

  /**
   * Presses a button of the newest message that has it, when there is one, inline or under the message field.
   *
   * @returns what `answerCallbackQuery` said; undefined when it said nothing, and for buttons that are no callbacks
   * @throws Error when there is no such button in time, or the bot does not answer
   */
  async presses(label: TextPattern, patience: Patience = {}): Promise<CallbackAnswer | undefined> {
    const result = await this.tap(label, patience);
    if (!result.isAnswered) throw new Error(`the bot did not answer ${this.firstName}'s button ${label}`);
    return result.answer;
  }

  /** As {@link presses}, for all kinds of buttons: says what came of it, also that the bot did not answer. */
  async tap(label: TextPattern, patience: Patience = {}): Promise<PressResult> {
    const found = await until(
      this.#services.backend,
      () => this.#findButton(label),
      () => `${this.firstName} to have a button ${label}; ${this.#describe()}`,
      patience,
    );
    if (typeof found === 'string') {
      this.#acts.sendText(this.#row, found);
      return { isAnswered: true };
    }
    const pressed = this.#acts.press(this.#row, found.row, found.button);
    let result: PressResult | undefined;
    void pressed.then(
      (it) => {
        result = it;
        this.#services.backend.changed();
      },
      // Whoever awaits `pressed` below sees it.
      () => undefined,
    );
    const isOver = until(
      this.#services.backend,
      () => result,
      () => `the bot to answer ${label}`,
      patience,
    );
    return Promise.race([pressed, isOver]);
  }

  /**
   * Pays an invoice, when there is one: the newest that is not paid, that message, or a link.
   *
   * @returns what Telegram shows: a receipt, or why not
   */
  async pays(target?: Pick<ChatMessage, 'id'> | string, patience: Patience = {}): Promise<PaymentResult> {
    if (typeof target === 'string') return this.#acts.payLink(this.#row, target);
    const row = await until(
      this.#services.backend,
      () => this.#findInvoice(target?.id),
      () => `${this.firstName} to have an invoice to pay; ${this.#describe()}`,
      patience,
    );
    return this.#acts.payMessage(this.#row, row);
  }

  /**
   * Waits for a message that is new or changed since this person last did something, and contains or matches.
   *
   * @throws Error that says what they see instead
   */
  async sees(pattern: TextPattern, patience: Patience = {}): Promise<ChatMessage> {
    return this.seesMessage((message) => matches(fullText(message), pattern), patience, String(pattern));
  }

  /** As {@link sees}, for anything about a message. @param wanted completes "to see …" in the error */
  async seesMessage(
    isWanted: (message: ChatMessage) => boolean,
    patience: Patience = {},
    wanted = 'what it wants',
  ): Promise<ChatMessage> {
    const { backend } = this.#services;
    const find = (): ChatMessage | undefined =>
      this.#rows()
        .filter((row) => isNews(this.#row, row))
        .map((row) => viewMessage(backend, row))
        .findLast(isWanted);
    return until(backend, find, () => `${this.firstName} to see ${wanted}; ${this.#describe()}`, patience);
  }

  /** Passes a message on. @returns it, as the other one has it */
  forwards(message: Pick<ChatMessage, 'id'>, to: Customer): ChatMessage {
    const row = this.#rows().find((it) => it.message.message_id === message.id);
    if (row === undefined) throw new Error(`${this.firstName} has no message ${message.id}`);
    return viewMessage(this.#services.backend, this.#acts.forward(this.#row, row, to.#row));
  }

  blocksBot(): void {
    this.#acts.setBlocked(this.#row, true);
  }

  unblocksBot(): void {
    this.#acts.setBlocked(this.#row, false);
  }

  /** @param channel with its @ */
  joins(channel: string): void {
    this.#acts.setMember(this.#row, channel, true);
  }

  leaves(channel: string): void {
    this.#acts.setMember(this.#row, channel, false);
  }

  /** Ends a subscription in Stars at its next payment. @param chargeId any charge of it */
  cancelsSubscription(chargeId: string): void {
    this.#services.checkout.changeSubscription(chargeId, 'canceled');
  }

  resumesSubscription(chargeId: string): void {
    this.#services.checkout.changeSubscription(chargeId, 'active');
  }

  #rows(): readonly MessageRow[] {
    return this.#services.chats.of(this.id);
  }

  #findButton(label: TextPattern): { readonly row: MessageRow; readonly button: InlineButton } | string | undefined {
    for (const row of this.#rows().toReversed()) {
      const { keyboard } = viewMessage(this.#services.backend, row);
      const button = keyboard.flat().find(({ text }) => matches(text, label));
      if (button !== undefined) return { row, button };
    }
    return replyKeyboard(this.#rows())
      .flat()
      .find((text) => matches(text, label));
  }

  #findInvoice(id: number | undefined): MessageRow | undefined {
    const rows = this.#rows().filter(({ invoiceId, chargeId }) => invoiceId !== undefined && chargeId === undefined);
    return id === undefined ? rows.at(-1) : this.#rows().find(({ message }) => message.message_id === id);
  }

  #describe(): string {
    const lines = this.chat()
      .slice(-5)
      .map((message) => `  ${message.from}: ${fullText(message)} [${message.buttons.join('] [')}]`);
    return `the chat ends with\n${lines.join('\n')}`;
  }
}

function fullText({ text, invoice, service }: ChatMessage): string {
  if (service !== undefined) return `${service.kind} ${service.amount} Stars`;
  return invoice === undefined ? text : `${invoice.title}\n${invoice.description}`;
}

function matches(text: string, pattern: TextPattern): boolean {
  return typeof pattern === 'string'
    ? text.includes(pattern)
    : new RegExp(pattern.source, pattern.flags.replaceAll('g', '')).test(text);
}
