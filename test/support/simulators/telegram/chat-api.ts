import type { Acts } from './acts.ts';
import { ApiError } from './api-error.ts';
import type { Calls } from './calls.ts';
import type { Backend } from './backend.ts';
import { viewMessage } from './chat-view.ts';
import { invoiceOfLink } from './invoices.ts';
import { chatJson, personJson, telegramJson } from './chat-json.ts';
import type { Services } from './method.ts';
import type { MessageRow, UserRow } from './state.ts';
import { StarsControl } from './stars-control.ts';

/** What the page sends: small, and from this machine, yet read with care. */
type Body = Readonly<Record<string, unknown>>;

type PersonRoute = (person: UserRow, body: Body) => unknown;

/** What the chat page asks for and orders. Paths are those below `/chat-api/`. */
export class ChatApi {
  readonly #services: Services;
  readonly #acts: Acts;
  readonly #calls: Calls;
  readonly #stars: StarsControl;
  readonly #forPeople: Readonly<Record<string, PersonRoute>>;

  constructor(services: Services, acts: Acts, calls: Calls) {
    this.#services = services;
    this.#acts = acts;
    this.#calls = calls;
    this.#stars = new StarsControl(services);
    this.#forPeople = this.#personRoutes();
  }

  /** @throws ApiError 404 for an unknown path or person */
  read(path: string): object {
    const { people, backend } = this.#services;
    if (path === 'people') {
      const { first_name: name, username } = backend.state.bot;
      return { bot: { name, username }, people: people.all().map((row) => personJson(this.#services, row)) };
    }
    if (path === 'telegram') return telegramJson(this.#services, this.#calls);
    const [, slug] = /^invoices\/(\w+)$/.exec(path) ?? [];
    if (slug !== undefined) return invoiceJson(backend, `https://t.me/$${slug}`);
    const [, id] = /^people\/(\d+)$/.exec(path) ?? [];
    if (id === undefined) throw new ApiError(404, 'Not Found');
    return chatJson(this.#services, this.#person(id));
  }

  /** @throws ApiError 404 for an unknown path or person, 400 for what cannot be done, with the reason for the page */
  async act(path: string, body: Body): Promise<unknown> {
    try {
      return await this.#act(path, body);
    } catch (error) {
      if (error instanceof ApiError || !(error instanceof Error)) throw error;
      throw new ApiError(400, error.message, undefined, { cause: error });
    }
  }

  #act(path: string, body: Body): unknown {
    if (path === 'people') {
      const firstName = text(body, 'firstName').trim();
      if (firstName === '') throw new Error('a person needs a name');
      const username = text(body, 'username').trim().replace(/^@/, '');
      const languageCode = text(body, 'languageCode') || 'en';
      const options = { firstName, languageCode, ...(username === '' ? {} : { username }) };
      return personJson(this.#services, this.#services.people.add(options));
    }
    if (path === 'delivery') {
      this.#services.updates.isPaused = body['isPaused'] === true;
      return {};
    }
    if (path === 'refund') {
      this.#stars.refundFromTelegram(text(body, 'chargeId'));
      return {};
    }
    const [, id = '', action = ''] = /^people\/(\d+)\/([a-z-]+)$/.exec(path) ?? [];
    const route = this.#forPeople[action];
    if (route === undefined) throw new ApiError(404, 'Not Found');
    return route(this.#person(id), body);
  }

  #personRoutes(): Readonly<Record<string, PersonRoute>> {
    const { backend, chats } = this.#services;
    const acts = this.#acts;
    const sent = ({ message }: MessageRow): object => ({ id: message.message_id });
    return {
      send: (person, body) => sent(acts.sendText(person, text(body, 'text'))),
      photo: (person, body) => {
        return sent(acts.sendPhoto(person, Buffer.from(text(body, 'base64'), 'base64'), text(body, 'caption')));
      },
      press: (person, body) => {
        const row = this.#message(person, body);
        const button = viewMessage(backend, row).keyboard[Number(body['row'])]?.[Number(body['column'])];
        if (button === undefined) throw new Error('the button is gone');
        return acts.press(person, row, button);
      },
      pay: (person, body) => acts.payMessage(person, this.#message(person, body)),
      'pay-link': (person, body) => acts.payLink(person, text(body, 'link')),
      forward: (person, body) =>
        sent(acts.forward(person, this.#message(person, body), this.#person(text(body, 'to')))),
      block: (person, body) => {
        acts.setBlocked(person, body['isBlocked'] === true);
        return {};
      },
      join: (person, body) => {
        acts.setMember(person, text(body, 'channel'), body['isMember'] === true);
        return {};
      },
      balance: (person, body) => {
        const stars = body['balance'];
        // Only null is endless; anything that is no number counts as nothing.
        person.balance = stars === null ? null : Math.max(0, Math.floor(Number(stars)) || 0);
        backend.changed();
        return {};
      },
      read: (person) => {
        const newest = chats.of(person.user.id).at(-1)?.message.message_id ?? 0;
        if (newest <= person.readId) return {};
        person.readId = newest;
        backend.changed();
        return {};
      },
    };
  }

  #person(id: string): UserRow {
    const row = this.#services.people.find(Number(id));
    if (row === undefined) throw new ApiError(404, `there is no person ${id}`);
    return row;
  }

  #message(person: UserRow, body: Body): MessageRow {
    const id = Number(body['messageId']);
    const row = this.#services.chats.of(person.user.id).find(({ message }) => message.message_id === id);
    if (row === undefined) throw new Error('the message is gone');
    return row;
  }
}

function invoiceJson(backend: Backend, link: string): object {
  const invoice = invoiceOfLink(backend, link);
  if (invoice === undefined) throw new ApiError(404, 'there is no such invoice');
  const { title, description, amount, subscriptionPeriod } = invoice;
  return { title, description, amount, isSubscription: subscriptionPeriod !== undefined };
}

function text(body: Body, name: string): string {
  const value = body[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
