/** A doorbell that many can listen to. */
export class Doorbell {
  readonly #listeners = new Set<() => void>();

  /** @returns ends it */
  readonly listen = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  };

  ring(): void {
    for (const listener of this.#listeners) listener();
  }
}
