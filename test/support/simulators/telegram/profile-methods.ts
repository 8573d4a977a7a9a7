import { badRequest } from './api-error.ts';
import type { Methods, Services } from './method.ts';
import { privateChat } from './people.ts';
import type { CommandsRow } from './state.ts';

/** Methods about the bot itself, about people and about files. */
export function profileMethods({ backend, people, files }: Services): Methods {
  const { state } = backend;
  return {
    getMe: () => ({
      ...state.bot,
      can_join_groups: true,
      can_read_all_group_messages: false,
      supports_inline_queries: false,
      can_connect_to_business: false,
      has_main_web_app: false,
    }),

    setMyCommands: (params) => {
      const commands = params.json('commands');
      if (!Array.isArray(commands) || commands.length > 100) throw badRequest("can't parse commands");
      for (const { command, description } of commands as CommandsRow['commands']) {
        if (!/^[a-z0-9_]{1,32}$/.test(command)) throw badRequest('BOT_COMMAND_INVALID');
        if (description.length < 1 || description.length > 256) throw badRequest('BOT_COMMAND_DESCRIPTION_INVALID');
      }
      const scope = (params.json('scope') ?? { type: 'default' }) as CommandsRow['scope'];
      const row: CommandsRow = { scope, languageCode: params.text('language_code'), commands };
      const place = placeOf(row);
      state.commands = [...state.commands.filter((other) => placeOf(other) !== place), row];
      backend.changed();
      return true;
    },

    setChatMenuButton: (params) => {
      state.menuButtons[params.text('chat_id')] = params.json('menu_button') ?? { type: 'default' };
      return true;
    },

    getChat: (params) => {
      const chatId = params.text('chat_id');
      const isChannel = chatId.startsWith('@') || chatId.startsWith('-');
      const chat = isChannel ? people.findChannel(chatId) : privateChat(people.known(chatId).user);
      return { ...chat, accent_color_id: 0, max_reaction_count: 11, accepted_gift_types: {} };
    },

    getChatMember: (params) => {
      const channel = people.findChannel(params.text('chat_id'));
      const row = people.find(params.integer('user_id') ?? 0);
      if (row === undefined) throw badRequest('PARTICIPANT_ID_INVALID');
      const isMember = row.channels.includes(`@${channel.username}`);
      return { status: isMember ? 'member' : 'left', user: row.user };
    },

    getFile: (params) => {
      const { id, uniqueId, path, base64 } = files.get(params.text('file_id'));
      const size = Buffer.byteLength(base64, 'base64');
      return { file_id: id, file_unique_id: uniqueId, file_size: size, file_path: path };
    },
  };
}

function placeOf({ scope, languageCode }: CommandsRow): string {
  return `${scope.type}:${scope.chat_id ?? ''}:${languageCode}`;
}
