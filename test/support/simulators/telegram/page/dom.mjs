/**
 * Makes an element. Members that begin with `on` are listeners, `testid` becomes `data-testid`, false and undefined leave
 * an attribute out. Texts are texts: nothing here parses HTML.
 *
 * @param {string} tag
 * @param {Record<string, any>} [properties]
 * @param {...(Node | string | undefined | false | null)} children
 * @returns {HTMLElement}
 */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === false || value === null) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2).toLowerCase(), value);
    else if (name === 'testid') element.dataset.testid = value;
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.filter((child) => child !== undefined && child !== false && child !== null));
  return element;
}

/** Brings the symbols into the page: from another file each would blink whenever its element is made anew. */
export async function loadIcons() {
  const source = await (await fetch('/page/icons.svg')).text();
  const symbols = new DOMParser().parseFromString(source, 'image/svg+xml').documentElement;
  symbols.setAttribute('hidden', '');
  document.body.append(document.importNode(symbols, true));
}

/**
 * @param {string} name of a symbol in icons.svg
 * @returns {SVGElement}
 */
export function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  use.setAttribute('href', `#${name}`);
  svg.append(use);
  return svg;
}

/**
 * @param {{ id: number, firstName: string, lastName?: string }} person
 * @returns {HTMLElement} initials on a colour that is always the same for a person
 */
export function avatar(person) {
  const initials = [person.firstName, person.lastName ?? ''].map((name) => initialOf(name)).join('');
  const element = h('span', { class: 'avatar', 'aria-hidden': 'true' }, initials.toUpperCase());
  element.style.setProperty('--hue', String((person.id * 67) % 360));
  return element;
}

/** Of `(the seller)` the t. */
function initialOf(name) {
  const [first] = new Intl.Segmenter().segment(name.replace(/^[^\p{L}\p{N}\p{Emoji}]+/u, ''));
  return first?.segment ?? '';
}

/** @param {number} atMs @returns {string} time of day */
export function clockTime(atMs) {
  return new Date(atMs).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
}

/** @param {number} atMs @returns {string} */
export function dayName(atMs) {
  const day = new Date(atMs);
  if (day.toDateString() === new Date().toDateString()) return 'Today';
  return day.toLocaleDateString([], { day: 'numeric', month: 'long' });
}

/**
 * @param {number | null} amount null is endless
 * @param {string} [className]
 * @returns {HTMLElement} a number of Stars
 */
export function stars(amount, className = '') {
  const text = amount === null ? '∞' : amount.toLocaleString('en');
  return h('span', { class: `stars ${className}`, 'aria-label': `${amount ?? 'Endless'} Stars` }, icon('star'), text);
}

/** A label in which Telegram shows its own star for the character. @param {string} text @returns {(string | Node)[]} */
export function withStars(text) {
  const parts = text.split(/⭐\uFE0F?/);
  return parts.flatMap((part, index) => (index === 0 ? [part] : [icon('star'), part]));
}
