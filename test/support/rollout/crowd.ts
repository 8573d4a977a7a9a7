import { buys, isReady } from '../shop-world/people.ts';
import type { TelegramSimulator } from '../simulators/telegram/index.ts';

export interface CrowdOptions {
  readonly telegram: TelegramSimulator;
  /** So many buy at a time. */
  readonly lanes: number;
  /** Hears of each link that somebody was given. */
  readonly onLink: (link: string) => Promise<void>;
}

/** New customers who come, buy, and wait until they have what they paid for. */
export class Crowd {
  /** Of those who have got it. */
  served = 0;
  readonly #options: CrowdOptions;
  #came = 0;

  constructor(options: CrowdOptions) {
    this.#options = options;
  }

  /** So many come. @throws Error when one of them does not get what he paid for */
  async comes(customers: number): Promise<void> {
    const last = this.#came + customers;
    await this.#comesWhile(() => this.#came < last);
  }

  /** They come until the signal aborts; who came is served. */
  async comesUntil(signal: AbortSignal): Promise<void> {
    await this.#comesWhile(() => !signal.aborted);
  }

  async #comesWhile(more: () => boolean): Promise<void> {
    const lane = async (): Promise<void> => {
      while (more()) await this.#oneComes();
    };
    await Promise.all(Array.from({ length: this.#options.lanes }, lane));
  }

  async #oneComes(): Promise<void> {
    const { telegram, onLink } = this.#options;
    this.#came += 1;
    const customer = telegram.user({ firstName: `Guest ${this.#came}` });
    await buys(customer);
    const { text } = await customer.seesMessage(isReady, { timeoutMs: 60_000 }, 'that all is ready');
    await onLink(/http:\/\/\S+\/sub\/[\w-]+/.exec(text)?.[0] ?? '');
    this.served += 1;
  }
}
