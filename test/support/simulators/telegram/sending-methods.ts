import { badRequest } from './api-error.ts';
import { readCaption, readText, textContent } from './content.ts';
import type { MessageContent } from './chats.ts';
import { photoSizes } from './files.ts';
import { forwardedContent, isForwardable } from './forwarding.ts';
import { createInvoice, wireInvoice } from './invoices.ts';
import { readMarkup, type Markup } from './markup.ts';
import type { Methods, Services } from './method.ts';
import type { Params } from './params.ts';
import type { MessageRow, UserRow } from './state.ts';
import type { Message } from './wire.ts';

/** How long `sendChatAction` shows, unless a message comes first. */
const TYPING_MS = 5000;

/** Methods that put something into a chat. */
export function sendingMethods(services: Services): Methods {
  const { backend, people, chats, files, typing } = services;

  const send = (params: Params, content: MessageContent, markup: Markup = {}, invoiceId?: string): Message => {
    const to = people.recipient(params.text('chat_id'));
    typing.delete(to.user.id);
    const { inline, reply } = markup;
    const extras = {
      ...(reply === undefined ? {} : { keyboard: reply }),
      ...(invoiceId === undefined ? {} : { invoiceId }),
    };
    const options: MessageContent = {
      ...(params.flag('protect_content') ? { has_protected_content: true } : {}),
      ...repliedTo(params, to),
      ...(inline === undefined ? {} : { reply_markup: inline }),
    };
    return chats.addFromBot(to, { ...content, ...options }, extras).message;
  };

  const repliedTo = (params: Params, to: UserRow): MessageContent => {
    const wanted = params.json('reply_parameters') as { message_id?: number; allow_sending_without_reply?: boolean };
    const id = wanted?.message_id ?? params.integer('reply_to_message_id');
    if (id === undefined) return {};
    const row = chats.find(to.user.id, id);
    if (row === undefined) {
      if (wanted?.allow_sending_without_reply === true) return {};
      throw badRequest('message to be replied not found');
    }
    const { reply_to_message: _, ...message } = row.message;
    return { reply_to_message: message };
  };

  const source = (params: Params, verb: 'forward' | 'copy'): MessageRow => {
    const { user } = people.known(params.text('from_chat_id'));
    const row = chats.find(user.id, params.integer('message_id') ?? 0);
    if (row === undefined) throw badRequest(`message to ${verb} not found`);
    if (!isForwardable(row) || (verb === 'copy' && row.message.invoice !== undefined)) {
      throw badRequest(`message can't be ${verb === 'copy' ? 'copied' : 'forwarded'}`);
    }
    return row;
  };

  return {
    sendMessage: (params) => send(params, textContent(readText(params)), readMarkup(params)),

    sendPhoto: (params) => {
      people.recipient(params.text('chat_id'));
      const caption = readCaption(params);
      const markup = readMarkup(params);
      return send(params, { photo: photoSizes(files.fromParams(params, 'photo')), ...caption }, markup);
    },

    sendInvoice: (params) => {
      people.recipient(params.text('chat_id'));
      const markup = readMarkup(params, { isInvoice: true });
      const invoice = createInvoice(backend, params);
      const pay = { inline_keyboard: [[{ text: `Pay ⭐️${invoice.amount}`, pay: true }]] };
      const isEmpty = (markup.inline?.inline_keyboard.length ?? 0) === 0;
      return send(params, { invoice: wireInvoice(invoice) }, isEmpty ? { inline: pay } : markup, invoice.id);
    },

    sendChatAction: (params) => {
      const { user } = people.recipient(params.text('chat_id'));
      if (params.text('action') === '') throw badRequest('wrong parameter action in request');
      typing.set(user.id, backend.clock.now() + TYPING_MS);
      backend.changed();
      return true;
    },

    forwardMessage: (params) => {
      const row = source(params, 'forward');
      const { from, date } = row.message;
      const origin = { type: 'user', sender_user: from, date };
      const { reply_markup: inline, ...content } = forwardedContent(backend, row);
      const markup = inline === undefined ? {} : { inline };
      return send(params, { ...content, forward_origin: origin }, markup, row.invoiceId);
    },

    copyMessage: (params) => {
      const { message } = source(params, 'copy');
      const { text, entities, photo, caption, caption_entities } = message;
      const kept = { ...(caption === undefined ? {} : { caption }), ...(caption_entities && { caption_entities }) };
      const isRecaptioned = params.values['caption'] !== undefined && photo !== undefined;
      const content: MessageContent = {
        ...(text === undefined ? {} : textContent({ text, entities: entities ?? [] })),
        ...(photo === undefined ? {} : { photo }),
        ...(isRecaptioned ? readCaption(params) : kept),
      };
      return { message_id: send(params, content, readMarkup(params)).message_id };
    },
  };
}
