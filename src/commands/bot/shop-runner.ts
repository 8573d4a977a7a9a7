import type { BotProbe, RunningShop, ShopRunner, ShopSettings } from '../../controllers/shop/ports.ts';
import { RunningShopBot, type RunningShopOptions } from './running-shop.ts';
import { probeBot } from './telegram-probe.ts';

export type ShopRunnerOptions = Omit<RunningShopOptions, 'settings'>;

/** Runs the bots of all shops of this process. */
export class ShopBots implements ShopRunner {
  readonly #options: ShopRunnerOptions;
  readonly #shops = new Map<string, RunningShopBot>();
  /** A shop is started, changed and stopped by one call at a time. */
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(options: ShopRunnerOptions) {
    this.#options = options;
  }

  apply(settings: ShopSettings): Promise<void> {
    return this.#inTurn(settings.key, async () => {
      const running = this.#shops.get(settings.key);
      if (running?.accepts(settings) === true) {
        await running.update(settings);
        return;
      }
      // Another token is another connection to Telegram. What was received is finished first.
      this.#shops.delete(settings.key);
      await running?.stop();
      this.#shops.set(settings.key, await RunningShopBot.start({ ...this.#options, settings }));
    });
  }

  stop(key: string): Promise<void> {
    return this.#inTurn(key, async () => {
      const running = this.#shops.get(key);
      this.#shops.delete(key);
      await running?.stop();
    });
  }

  /** Also counts what is wrong: a bot whose token was revoked gets no updates and calls nobody, so nothing else would. */
  async probe(token: string): Promise<BotProbe> {
    const { telegramApiUrl, metrics } = this.#options.parts;
    const probe = await probeBot(token, telegramApiUrl);
    if (probe.outcome !== 'Answers') metrics.bot.telegramError('getMe', probe.outcome === 'TokenRefused' ? 401 : 0);
    return probe;
  }

  facts(key: string): RunningShop | undefined {
    return this.#shops.get(key)?.facts();
  }

  all(): readonly RunningShopBot[] {
    return [...this.#shops.values()];
  }

  /** @param shopId of the ledger */
  byId(shopId: string): RunningShopBot | undefined {
    return this.all().find(({ record }) => record.id === shopId);
  }

  #inTurn(key: string, action: () => Promise<void>): Promise<void> {
    const turn = (this.#turns.get(key) ?? Promise.resolve()).then(action, action);
    const settled = turn
      .catch(() => undefined)
      .then(() => {
        if (this.#turns.get(key) === settled) this.#turns.delete(key);
      });
    this.#turns.set(key, settled);
    return turn;
  }
}
