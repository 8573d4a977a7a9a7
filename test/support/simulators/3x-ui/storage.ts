import { readFile, rename, writeFile } from 'node:fs/promises';
import type { Database } from './database.ts';

/** Keeps a panel's database in a file, so that it is the same panel after a restart. */
export class Storage {
  readonly #file: string;
  #saving: Promise<void> = Promise.resolve();
  #isDirty = false;

  constructor(file: string) {
    this.#file = file;
  }

  /** The database as it was saved last, or undefined when there is no file yet. */
  async load(): Promise<Database | undefined> {
    const text = await readFile(this.#file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    return text === undefined ? undefined : (JSON.parse(text) as Database);
  }

  /** Saves soon; calls that come while one is being written are served by one more. */
  save(read: () => Database): Promise<void> {
    if (this.#isDirty) return this.#saving;
    this.#isDirty = true;
    this.#saving = this.#saving.then(async () => {
      this.#isDirty = false;
      const draft = `${this.#file}.new`;
      await writeFile(draft, JSON.stringify(read()), { mode: 0o600 });
      await rename(draft, this.#file);
    });
    return this.#saving;
  }
}
