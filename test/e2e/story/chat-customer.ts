import { until, type Look, type Waiting } from './until.ts';

interface Message {
  readonly id: number;
  readonly from: string;
  readonly text: string;
  readonly keyboard: readonly (readonly { readonly text: string }[])[];
  readonly invoice?: { readonly isPaid: boolean };
}

/** Somebody at the chat page of the simulated Telegram, wherever that runs: what the page asks for and orders. */
export class ChatCustomer {
  readonly #site: string;
  readonly #id: number;
  readonly #waiting: Waiting;

  private constructor(site: string, id: number, waiting: Waiting) {
    this.#site = site;
    this.#id = id;
    this.#waiting = waiting;
  }

  /** @param site the address of the chat page */
  static async arrive(site: string, firstName: string, waiting: Waiting): Promise<ChatCustomer> {
    const { id } = await ask<{ id: number }>(`${site}/chat-api/people`, { firstName, languageCode: 'en' });
    return new ChatCustomer(site, id, waiting);
  }

  async sends(text: string): Promise<void> {
    await this.#act('send', { text });
  }

  /** Presses the newest button of that label, when there is one. */
  async presses(label: RegExp): Promise<void> {
    const button = await this.#waitFor(`a button ${String(label)}`, ({ id, keyboard }) => {
      for (const [row, buttons] of keyboard.entries()) {
        const column = buttons.findIndex(({ text }) => label.test(text));
        if (column !== -1) return { messageId: id, row, column };
      }
      return undefined;
    });
    await this.#act('press', button);
  }

  /** Pays the newest invoice, when there is one. @throws Error with what Telegram says when it refuses */
  async pays(): Promise<void> {
    const messageId = await this.#waitFor('an invoice', ({ id, invoice }) =>
      invoice?.isPaid === false ? id : undefined,
    );
    const result = await this.#act<{ ok: boolean; error?: string }>('pay', { messageId });
    if (!result.ok) throw new Error(`the payment was refused: ${result.error}`);
  }

  /** Waits until the bot has written something, and finds in it. */
  reads(pattern: RegExp): Promise<string> {
    return this.#waitFor(`a message ${String(pattern)}`, ({ from, text }) => {
      return from === 'bot' ? pattern.exec(text)?.[0] : undefined;
    });
  }

  #waitFor<T>(what: string, find: (message: Message) => T | undefined): Promise<T> {
    return until(what, this.#waiting, async (): Promise<Look<T>> => {
      const { messages } = await ask<{ messages: readonly Message[] }>(`${this.#site}/chat-api/people/${this.#id}`);
      for (const message of messages.toReversed()) {
        const found = find(message);
        if (found !== undefined) return { found };
      }
      return { waiting: `${what}, after ${messages.length} messages` };
    });
  }

  #act<T = unknown>(action: string, body: object): Promise<T> {
    return ask<T>(`${this.#site}/chat-api/people/${this.#id}/${action}`, body);
  }
}

async function ask<T>(url: string, body?: object): Promise<T> {
  const answer = await fetch(url, body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) });
  const said = (await answer.json()) as T & { readonly error?: string };
  if (!answer.ok) throw new Error(`the chat refused ${new URL(url).pathname}: ${said.error ?? answer.status}`);
  return said;
}
