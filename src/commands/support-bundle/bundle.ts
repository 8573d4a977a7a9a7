import { describeError } from '../../base/errors.ts';

export interface BundledFile {
  readonly name: string;
  readonly text: string;
}

/** What goes into a bundle: whatever cannot be gathered leaves a line that says why, and nothing else out. */
export class Bundle {
  readonly #files: BundledFile[] = [];
  readonly #missing: string[] = [];

  add(name: string, text: string): void {
    this.#files.push({ name, text: text.endsWith('\n') ? text : `${text}\n` });
  }

  addJson(name: string, value: unknown): void {
    this.add(name, JSON.stringify(value, null, 2));
  }

  miss(what: string, why: string): void {
    this.#missing.push(`${what}: ${why}`);
  }

  /** Runs one gathering; what it throws becomes a line. */
  async gather(what: string, gathering: () => Promise<void>): Promise<void> {
    try {
      await gathering();
    } catch (thrown) {
      this.miss(what, describeError(thrown));
    }
  }

  /** @param redact for the reasons why something is missing */
  files(redact: (text: string) => string): readonly BundledFile[] {
    const missing = this.#missing.length === 0 ? 'nothing' : this.#missing.map(redact).join('\n');
    return [...this.#files, { name: 'not-gathered.txt', text: `${missing}\n` }];
  }
}
