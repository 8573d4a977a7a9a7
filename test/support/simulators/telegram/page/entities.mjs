import { h } from './dom.mjs';

const ELEMENTS = {
  bold: 'strong',
  italic: 'em',
  underline: 'u',
  strikethrough: 's',
  code: 'code',
  pre: 'pre',
  blockquote: 'blockquote',
  expandable_blockquote: 'blockquote',
};

const ADDRESS = /https?:\/\/[^\s<>"]+[^\s<>".,;:!?)]/g;

/**
 * A text with its entities as elements. Entities nest; what is no entity stays a text, so that a bot cannot put HTML
 * onto the page.
 *
 * @param {string} text
 * @param {readonly { type: string, offset: number, length: number, url?: string }[]} entities
 * @param {(event: Event, url: string) => void} onLink
 * @returns {DocumentFragment}
 */
export function formatted(text, entities, onLink) {
  const found = [...entities];
  for (const match of text.matchAll(ADDRESS)) {
    const end = match.index + match[0].length;
    const isCovered = found.some(({ offset, length }) => offset < end && match.index < offset + length);
    if (!isCovered) found.push({ type: 'text_link', offset: match.index, length: match[0].length, url: match[0] });
  }
  found.sort((a, b) => a.offset - b.offset || b.length - a.length);
  const fragment = document.createDocumentFragment();
  append(fragment, text, 0, text.length, found, onLink);
  return fragment;
}

function append(parent, text, start, end, entities, onLink) {
  let at = start;
  const rest = [...entities];
  for (let entity = rest.shift(); entity !== undefined; entity = rest.shift()) {
    const entityEnd = Math.min(entity.offset + entity.length, end);
    if (entity.offset < at) continue;
    parent.append(text.slice(at, entity.offset));
    const inner = [];
    while (rest.length > 0 && rest[0].offset < entityEnd) inner.push(rest.shift());
    const element = elementOf(entity, text.slice(entity.offset, entityEnd), onLink);
    append(element, text, entity.offset, entityEnd, inner, onLink);
    parent.append(element);
    at = entityEnd;
  }
  parent.append(text.slice(at, end));
}

function elementOf({ type, url }, content, onLink) {
  if (type === 'text_link' && /^(https?|tg):/.test(url ?? '')) {
    const isWeb = url.startsWith('http');
    const onClick = (event) => onLink(event, url);
    return h('a', { href: isWeb ? url : '#', target: '_blank', rel: 'noopener noreferrer', title: url, onClick });
  }
  if (type === 'bot_command') {
    return h('button', { class: 'command', type: 'button', onClick: (event) => onLink(event, content) });
  }
  if (type === 'spoiler') {
    const reveal = (event) => event.currentTarget.classList.add('revealed');
    return h('button', {
      class: 'spoiler',
      type: 'button',
      'aria-label': 'Hidden text, press to show',
      onClick: reveal,
    });
  }
  return h(ELEMENTS[type] ?? 'span');
}
