import { badRequest } from './api-error.ts';
import type { Entity } from './wire.ts';

export interface FormattedText {
  readonly text: string;
  readonly entities: readonly Entity[];
}

interface OpenTag {
  readonly name: string;
  readonly type: string;
  readonly offset: number;
  readonly url?: string;
  readonly language?: string;
}

const TYPES: Readonly<Record<string, string>> = {
  b: 'bold',
  strong: 'bold',
  i: 'italic',
  em: 'italic',
  u: 'underline',
  ins: 'underline',
  s: 'strikethrough',
  strike: 'strikethrough',
  del: 'strikethrough',
  'tg-spoiler': 'spoiler',
  code: 'code',
  pre: 'pre',
};

const CHARACTERS: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"' };

/**
 * Reads Telegram's HTML: a few tags, four named character references, nothing else. Offsets count UTF-16 units.
 *
 * @throws ApiError 400 `can't parse entities`, as Telegram does for a stray `<` or tags that do not match
 */
export function parseHtml(html: string): FormattedText {
  const entities: Entity[] = [];
  const open: OpenTag[] = [];
  let text = '';
  let at = 0;
  while (at < html.length) {
    const character = html.charAt(at);
    if (character === '&') {
      const [, reference = ''] = /^&(#\d+|#x[0-9a-f]+|[a-z]+);/i.exec(html.slice(at)) ?? [];
      const meant = decodeReference(reference);
      text += meant ?? '&';
      at += meant === undefined ? 1 : reference.length + 2;
    } else if (character === '<') {
      const byte = Buffer.byteLength(html.slice(0, at));
      const end = html.indexOf('>', at);
      if (end === -1) throw unparsable(`Unclosed start tag at byte offset ${byte}`);
      const tag = html.slice(at + 1, end);
      if (tag.startsWith('/')) closeTag(tag.slice(1).trim().toLowerCase(), open, entities, text.length, byte);
      else open.push(openTag(tag, text.length, byte));
      at = end + 1;
    } else {
      text += character;
      at += 1;
    }
  }
  const unclosed = open.at(-1);
  if (unclosed !== undefined) throw unparsable(`Can't find end tag corresponding to start tag "${unclosed.name}"`);
  return trimmed({ text, entities: entities.toSorted((a, b) => a.offset - b.offset || b.length - a.length) });
}

/** What a person types: only commands are marked. */
export function parsePlain(text: string): FormattedText {
  const entities = [...text.matchAll(/(?<![^\s])\/[a-z0-9_]{1,32}(@\w+)?/gi)].map((match) => ({
    type: 'bot_command',
    offset: match.index,
    length: match[0].length,
  }));
  return { text, entities };
}

function decodeReference(reference: string): string | undefined {
  if (!reference.startsWith('#')) return CHARACTERS[reference];
  const isHex = /^#x/i.test(reference);
  return String.fromCodePoint(Number.parseInt(reference.slice(isHex ? 2 : 1), isHex ? 16 : 10));
}

function openTag(tag: string, offset: number, byte: number): OpenTag {
  const name = (/^[a-z0-9-]*/i.exec(tag)?.[0] ?? '').toLowerCase();
  const attribute = (key: string): string | undefined =>
    new RegExp(`\\s${key}\\s*=\\s*["']([^"']*)["']`).exec(tag)?.[1];
  const at = { name, offset };
  if (name === 'a') return { ...at, type: 'text_link', url: parseHtml(attribute('href') ?? '').text };
  if (name === 'blockquote') {
    return { ...at, type: /\sexpandable\b/.test(tag) ? 'expandable_blockquote' : 'blockquote' };
  }
  if (name === 'span' && attribute('class') === 'tg-spoiler') return { ...at, type: 'spoiler' };
  const language = name === 'code' ? /^language-(.+)$/.exec(attribute('class') ?? '')?.[1] : undefined;
  const type = TYPES[name];
  if (type === undefined) throw unparsable(`Unsupported start tag "${name}" at byte offset ${byte}`);
  return { ...at, type, ...(language === undefined ? {} : { language }) };
}

function closeTag(name: string, open: OpenTag[], entities: Entity[], length: number, byte: number): void {
  const tag = open.pop();
  if (tag === undefined) throw unparsable(`Unexpected end tag at byte offset ${byte}`);
  if (name !== '' && name !== tag.name) {
    throw unparsable(`Unmatched end tag at byte offset ${byte}, expected "</${tag.name}>", found "</${name}>"`);
  }
  const span = { type: tag.type, offset: tag.offset, length: length - tag.offset };
  // A link without an address is plain text, and so is an empty span.
  if (span.length === 0 || tag.url === '') return;
  // <pre><code class="language-…"> is one entity.
  if (tag.language !== undefined && open.at(-1)?.name === 'pre') {
    const pre = open.pop();
    if (pre !== undefined) open.push({ ...pre, language: tag.language });
    return;
  }
  const { url, language } = tag;
  entities.push({ ...span, ...(url === undefined ? {} : { url }), ...(language === undefined ? {} : { language }) });
}

/** Telegram drops blank space around a message and moves the entities along. */
function trimmed({ text, entities }: FormattedText): FormattedText {
  const lead = text.length - text.trimStart().length;
  const result = text.trim();
  const moved = entities.map((entity) => {
    const offset = Math.max(0, entity.offset - lead);
    const end = Math.min(result.length, entity.offset + entity.length - lead);
    return { ...entity, offset, length: end - offset };
  });
  return { text: result, entities: moved.filter(({ length }) => length > 0) };
}

function unparsable(reason: string): Error {
  return badRequest(`can't parse entities: ${reason}`);
}
