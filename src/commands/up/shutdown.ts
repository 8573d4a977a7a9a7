import { describeError } from '../../base/errors.ts';
import type { Screen } from './screen.ts';

/** What `up` has started so far, in order. */
export class StartedParts {
  readonly #parts: { readonly name: string; readonly stop: () => Promise<void> }[] = [];

  add(name: string, stop: () => Promise<void>): void {
    this.#parts.push({ name, stop });
  }

  /**
   * Ends them, the latest first, and goes on behind one that fails.
   *
   * @returns whether all ended well
   */
  async stop(screen: Screen): Promise<boolean> {
    let wentWell = true;
    for (let part = this.#parts.pop(); part !== undefined; part = this.#parts.pop()) {
      const step = screen.step(part.name);
      try {
        await part.stop();
        step.done('stopped');
      } catch (error) {
        wentWell = false;
        step.progress(describeError(error));
        step.failed();
      }
    }
    return wentWell;
  }
}

/** Runs one step of the start: its line on the screen, and its failure there before it goes on upwards. */
export async function runStep<T>(
  screen: Screen,
  title: string,
  work: (progress: (text: string) => void) => Promise<{ readonly result: T; readonly say: string }>,
): Promise<T> {
  const step = screen.step(title);
  try {
    const { result, say } = await work((text) => {
      step.progress(text);
    });
    step.done(say);
    return result;
  } catch (error) {
    step.failed();
    throw error;
  }
}
