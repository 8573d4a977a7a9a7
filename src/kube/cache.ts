import { type KubeObject, keyOf } from './objects.ts';

/** Names the values under which an object is found; must depend on the object alone. */
export type Indexers<T> = Readonly<Record<string, (object: T) => readonly string[]>>;

const none: readonly never[] = [];

/**
 * The objects that a reflector has seen, by key and by index. Objects in it are shared and read-only: who changes one
 * lies to everybody else and breaks the index.
 */
export class ObjectCache<T extends KubeObject> {
  readonly #objects = new Map<string, T>();
  readonly #indexers: Indexers<T>;
  readonly #indexes = new Map<string, Map<string, Set<string>>>();

  constructor(indexers: Indexers<T> = {}) {
    this.#indexers = indexers;
    for (const name of Object.keys(indexers)) {
      this.#indexes.set(name, new Map());
    }
  }

  get size(): number {
    return this.#objects.size;
  }

  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  keys(): IterableIterator<string> {
    return this.#objects.keys();
  }

  values(): IterableIterator<T> {
    return this.#objects.values();
  }

  /** @throws RangeError if there is no such index: an empty answer would hide a misspelt name */
  byIndex(index: string, value: string): readonly T[] {
    const values = this.#indexes.get(index);
    if (values === undefined) {
      throw new RangeError(`no index "${index}"; there are: ${[...this.#indexes.keys()].join(', ') || 'none'}`);
    }
    const keys = values.get(value);
    return keys === undefined
      ? none
      : Array.from(keys, (key) => this.#objects.get(key)).filter((it) => it !== undefined);
  }

  /** Stores `object` and returns what it replaced. For the reflector only. */
  set(object: T): T | undefined {
    const key = keyOf(object);
    const previous = this.#objects.get(key);
    if (previous !== undefined) {
      this.#unindex(key, previous);
    }
    this.#objects.set(key, object);
    for (const [name, indexer] of Object.entries(this.#indexers)) {
      const values = this.#indexes.get(name);
      for (const value of indexer(object)) {
        const keys = values?.get(value);
        if (keys === undefined) {
          values?.set(value, new Set([key]));
        } else {
          keys.add(key);
        }
      }
    }
    return previous;
  }

  /** Forgets a key and returns what it held. For the reflector only. */
  delete(key: string): T | undefined {
    const previous = this.#objects.get(key);
    if (previous !== undefined) {
      this.#unindex(key, previous);
      this.#objects.delete(key);
    }
    return previous;
  }

  #unindex(key: string, previous: T): void {
    for (const [name, indexer] of Object.entries(this.#indexers)) {
      const values = this.#indexes.get(name);
      for (const value of indexer(previous)) {
        const keys = values?.get(value);
        keys?.delete(key);
        if (keys?.size === 0) {
          values?.delete(value);
        }
      }
    }
  }
}
