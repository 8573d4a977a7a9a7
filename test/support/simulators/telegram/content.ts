import { ApiError, badRequest } from './api-error.ts';
import { parseHtml, parsePlain, type FormattedText } from './entities.ts';
import type { Params } from './params.ts';
import type { Entity } from './wire.ts';

const TEXT_LIMIT = 4096;
const CAPTION_LIMIT = 1024;

/**
 * The text of a message, 1 to 4096 characters after its markup was read.
 *
 * @throws ApiError 400 for limits and markup, 501 for a parse mode that the simulator has not
 */
export function readText(params: Params): FormattedText {
  const formatted = format(params, 'text', 'entities');
  if (formatted.text.trim() === '') throw badRequest('message text is empty');
  if (formatted.text.length > TEXT_LIMIT) throw badRequest('message is too long');
  return formatted;
}

/** The caption of a photo, at most 1024 characters. @throws ApiError as {@link readText} */
export function readCaption(params: Params): {
  readonly caption?: string;
  readonly caption_entities?: readonly Entity[];
} {
  const { text, entities } = format(params, 'caption', 'caption_entities');
  if (text.length > CAPTION_LIMIT) throw badRequest('message caption is too long');
  if (text === '') return {};
  return { caption: text, ...(entities.length === 0 ? {} : { caption_entities: entities }) };
}

/** As members of a message: without entities there is no list of them. */
export function textContent({ text, entities }: FormattedText): {
  readonly text: string;
  readonly entities?: readonly Entity[];
} {
  return { text, ...(entities.length === 0 ? {} : { entities }) };
}

function format(params: Params, textName: string, entitiesName: string): FormattedText {
  const text = params.text(textName);
  const mode = params.text('parse_mode').toLowerCase();
  if (mode === 'html') return parseHtml(text);
  if (mode !== '') throw new ApiError(501, `Not Implemented: the simulator reads parse_mode HTML only, not ${mode}`);
  const given = params.json(entitiesName);
  return Array.isArray(given) ? { text, entities: given as Entity[] } : parsePlain(text);
}
