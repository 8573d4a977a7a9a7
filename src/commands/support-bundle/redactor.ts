import { createHash } from 'node:crypto';
import { maskText } from '../../base/mask.ts';

/** What stands for something that is left out. */
export const leftOut = '[left out]';

const url = /https?:\/\/[^\s"'<>)\]]+/g;
/** Names of Kubernetes, and the like. */
const word = /[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?/g;
/** Telegram's ids have six digits or more. An instant is written with separators, and a port has five. */
const longNumber = /(?<![\w.:-])\d{6,}(?![\w-])/g;
const secretKeys = /^(caBundle|data|stringData|managedFields|kubectl\.kubernetes\.io\/last-applied-configuration)$/;

export interface RedactorOptions {
  /** Names that people gave to subscriptions: they may be those of customers. */
  readonly names: Iterable<string>;
  /** Another one for each bundle, so that nobody can look a name up. */
  readonly salt: string;
}

/** Takes out of a bundle what is nobody's business: credentials, where panels hide, who customers are. */
export class Redactor {
  readonly #names: ReadonlySet<string>;
  readonly #salt: string;

  constructor({ names, salt }: RedactorOptions) {
    this.#names = new Set(names);
    this.#salt = salt;
  }

  /** The text without credentials, paths of addresses, numbers of people and names that people gave. */
  readonly text = (text: string): string => this.figures(text).replaceAll(longNumber, leftOut);

  /** The same, with numbers kept: metrics are made of them. */
  readonly figures = (text: string): string =>
    maskText(text.replaceAll(url, originOf)).replaceAll(word, (found) => this.name(found));

  /** The name itself, or what stands for it. */
  name(name: string): string {
    if (!this.#names.has(name)) return name;
    const digest = createHash('sha256').update(`${this.#salt}\n${name}`).digest('hex');
    return `name-${digest.slice(0, 8)}`;
  }

  /** A copy of a JSON value, redacted in every string; fields that hold whole files are left out. */
  value(value: unknown): unknown {
    if (typeof value === 'string') return this.text(value);
    if (Array.isArray(value)) return value.map((item) => this.value(item));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, field]) => [this.text(key), secretKeys.test(key) ? leftOut : this.value(field)]),
    );
  }
}

/** Panels hide behind a secret path, and some put user and password before the host. */
function originOf(text: string): string {
  if (!URL.canParse(text)) return leftOut;
  const { protocol, host, pathname, search } = new URL(text);
  return `${protocol}//${host}${pathname === '/' && search === '' ? '' : '/…'}`;
}
