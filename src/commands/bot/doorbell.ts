import type { WorkTopic } from '../../ledger/index.ts';

interface Listener {
  readonly topic: WorkTopic | undefined;
  readonly heard: () => void;
}

/** A doorbell that many can listen to. */
export class Doorbell {
  readonly #listeners = new Set<Listener>();

  /** @param topic the only one of interest; absent: all @returns ends it */
  readonly listen = (heard: () => void, topic?: WorkTopic): (() => void) => {
    const listener = { topic, heard };
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  };

  /** @param topic absent: whatever anybody listens for */
  ring(topic?: string): void {
    for (const { topic: only, heard } of this.#listeners) {
      if (topic === undefined || only === undefined || topic === only) heard();
    }
  }
}
