/** Text that is HTML already. Beside constants only `html` makes it, so what somebody else wrote cannot become markup. */
export class Html {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

/** What may stand in a template: text is escaped, `undefined` and `false` are nothing. */
export type Part = Html | string | number | false | undefined | readonly Part[];

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * Markup with everything in it escaped, for element content and for attributes in quotes. Lines of the template become one:
 * a break in HTML is a space.
 */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  let text = '';
  for (const [at, string] of strings.entries()) text += string.replaceAll(/\s*\n\s*/g, ' ') + textOf(parts[at]);
  return new Html(text);
}

/**
 * An address as a link may have it.
 *
 * @returns nothing for a scheme that is not for links: `javascript:` among them
 */
export function linkable(url: string | undefined): string | undefined {
  return url !== undefined && /^(?:https?|tg|mailto):/i.test(url) ? url : undefined;
}

function textOf(part: Part): string {
  if (part === undefined || part === false) return '';
  if (part instanceof Html) return part.toString();
  if (typeof part === 'object') return part.map(textOf).join('');
  return String(part).replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');
}
