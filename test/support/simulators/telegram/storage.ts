import { readFile, rename, writeFile } from 'node:fs/promises';
import type { State } from './state.ts';

/** How long changes are gathered: an answer often makes several. */
const DELAY_MS = 50;

/** Keeps the state in a file, so that it is the same Telegram after a restart. */
export class Storage {
  readonly #file: string;
  readonly #read: () => State;
  #timer: NodeJS.Timeout | undefined;
  #saving: Promise<void> = Promise.resolve();

  constructor(file: string, read: () => State) {
    this.#file = file;
    this.#read = read;
  }

  /** The state as it was saved last, or undefined when there is no file yet. */
  static async load(file: string): Promise<State | undefined> {
    const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    return text === undefined ? undefined : (JSON.parse(text) as State);
  }

  /** Saves soon. */
  saveSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.save();
    }, DELAY_MS);
  }

  /** Saves all that has changed so far. */
  async save(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#saving = this.#saving.then(async () => {
      const draft = `${this.#file}.new`;
      await writeFile(draft, JSON.stringify(this.#read()), { mode: 0o600 });
      await rename(draft, this.#file);
    });
    return this.#saving;
  }
}
