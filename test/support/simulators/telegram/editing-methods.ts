import { badRequest } from './api-error.ts';
import type { MessageContent } from './chats.ts';
import { readCaption, readText, textContent } from './content.ts';
import { photoSizes } from './files.ts';
import { readMarkup } from './markup.ts';
import type { Methods, Services } from './method.ts';
import { Params } from './params.ts';
import type { MessageRow } from './state.ts';
import type { Message } from './wire.ts';

const DELETABLE_S = 48 * 3600;

/** Methods that change what was sent. */
export function editingMethods({ backend, people, chats, files }: Services): Methods {
  const find = (params: Params): MessageRow => {
    const { user } = people.known(params.text('chat_id'));
    const row = chats.editable(user.id, params.integer('message_id') ?? 0);
    people.recipient(params.text('chat_id'));
    return row;
  };

  const markupOf = (params: Params, { message }: MessageRow): MessageContent => {
    const { inline } = readMarkup(params, { isInvoice: message.invoice !== undefined });
    return inline === undefined || inline.inline_keyboard.length === 0 ? {} : { reply_markup: inline };
  };

  return {
    editMessageText: (params): Message => {
      const text = textContent(readText(params));
      const row = find(params);
      if (row.message.text === undefined) throw badRequest('there is no text in the message to edit');
      return chats.edit(row, { ...protection(row), ...text, ...markupOf(params, row) });
    },

    editMessageCaption: (params): Message => {
      const caption = readCaption(params);
      const row = find(params);
      const { photo } = row.message;
      if (photo === undefined) throw badRequest('there is no caption in the message to edit');
      return chats.edit(row, { ...protection(row), photo, ...caption, ...markupOf(params, row) });
    },

    editMessageMedia: (params): Message => {
      const media = params.json('media') as Readonly<Record<string, unknown>> | undefined;
      if (media?.['type'] !== 'photo' || typeof media['media'] !== 'string') {
        throw badRequest("can't parse InputMedia: this simulator has photos only");
      }
      const caption = readCaption(new Params(media));
      const row = find(params);
      if (row.message.invoice !== undefined) throw badRequest("message can't be edited");
      const photo = photoSizes(files.fromParams(params, 'media', media['media']));
      return chats.edit(row, { ...protection(row), photo, ...caption, ...markupOf(params, row) });
    },

    editMessageReplyMarkup: (params): Message => {
      const row = find(params);
      const { message_id: _id, from: _from, chat: _chat, date: _date, edit_date: _edited, ...rest } = row.message;
      const { reply_to_message: _reply, reply_markup: _markup, ...content } = rest;
      return chats.edit(row, { ...content, ...markupOf(params, row) });
    },

    deleteMessage: (params) => {
      const { user } = people.known(params.text('chat_id'));
      const row = chats.find(user.id, params.integer('message_id') ?? 0);
      if (row === undefined) throw badRequest('message to delete not found');
      const isOld = backend.nowSeconds() - row.message.date > DELETABLE_S;
      if (isOld) throw badRequest("message can't be deleted for everyone");
      chats.remove(user.id, row);
      return true;
    },
  };
}

function protection({ message }: MessageRow): MessageContent {
  return message.has_protected_content === true ? { has_protected_content: true } : {};
}
