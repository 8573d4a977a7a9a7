import type { Update } from 'grammy/types';
import type { Clock, Random } from '../base/clock.ts';
import { describeError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Store } from '../store/index.ts';
import type { Shop, ShopView } from './context.ts';
import { customerModule } from './customer/module.ts';
import { dispatch } from './dispatch.ts';
import type { Failpoint } from './failpoints.ts';
import { joinModules } from './module-table.ts';
import type { BotModule } from './module.ts';
import { bearsPayment } from './payment-updates.ts';
import { pollUpdates } from './polling.ts';
import type { BotMetrics, BotPorts } from './ports.ts';
import { Telegram } from './telegram.ts';
import type { Texts } from './texts.ts';
import { offeredLanguages, speakerFor } from './visit.ts';
import { webhookHandler, type WebhookHandler } from './webhook.ts';

export interface ShopBotOptions {
  /** As it is now; asked for every update, so that a change needs no restart. */
  readonly view: () => ShopView;
  readonly token: string;
  /** Without a slash at the end. */
  readonly apiRoot: string;
  readonly store: Store;
  readonly ports: BotPorts;
  readonly texts: Texts;
  /** Beside the customer's screens: administration, support. */
  readonly modules: readonly BotModule[];
  readonly metrics: BotMetrics;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly failpoint?: Failpoint;
}

/** The bot of one shop. Keeps nothing that matters in memory: any number of them may serve the same shop. */
export class ShopBot {
  readonly shop: Shop;
  #isPolledElsewhere = false;

  constructor({ view, token, apiRoot, modules, failpoint = () => undefined, ...rest }: ShopBotOptions) {
    const { clock, metrics } = rest;
    const telegram = new Telegram({ token, apiRoot, clock, metrics });
    const table = joinModules([customerModule, ...modules]);
    this.shop = {
      ...rest,
      telegram,
      modules: table,
      failpoint,
      get view() {
        return view();
      },
    };
  }

  /** Telegram lately refused to be polled because another program polls. */
  get isPolledElsewhere(): boolean {
    return this.#isPolledElsewhere;
  }

  /**
   * Deals with one update, whichever way it came.
   *
   * @throws only for an update that tells of money and is not on record yet: it has to come again. Whatever goes wrong
   *   with any other is logged and counted, so that no message can stop the shop.
   */
  async handleUpdate(update: Update): Promise<void> {
    const { metrics, log } = this.shop;
    const kind = kindOf(update);
    try {
      await dispatch(this.shop, update);
      metrics.updateHandled(kind, 'done');
    } catch (thrown) {
      metrics.updateHandled(kind, 'failed');
      log.error({ err: describeError(thrown), kind, updateId: update.update_id }, 'an update could not be dealt with');
      if (bearsPayment(update)) throw thrown;
      await this.#apologize(update);
    }
  }

  /** Without the database, which may be what failed. Whoever is not answered waits, and never learns that it was in vain. */
  async #apologize({ message, callback_query: query }: Update): Promise<void> {
    const { telegram, log } = this.shop;
    const from = query?.from ?? (message?.chat.type === 'private' ? message.from : undefined);
    if (from === undefined) return;
    const text = speakerFor(this.shop, { language: from.language_code }).label('failed');
    try {
      if (query === undefined) await telegram.send(from.id, { text, buttons: [] });
      else await telegram.answer(query.id, text);
    } catch (thrown) {
      log.warn({ err: describeError(thrown) }, 'nobody could be told that an update failed');
    }
  }

  /** Takes updates by polling until the signal aborts. One process at a time, or Telegram answers 409. Never rejects. */
  async runPolling(signal: AbortSignal): Promise<void> {
    const { telegram, clock, random, log } = this.shop;
    const onConflict = (isPolledElsewhere: boolean): void => {
      this.#isPolledElsewhere = isPolledElsewhere;
    };
    const handle = (update: Update): Promise<void> => this.handleUpdate(update);
    await pollUpdates({ telegram, handle, onConflict, clock, random, log }, signal);
  }

  /** For a route of fastify. @param secretToken what Telegram was given with `setWebhook` */
  webhookHandler(secretToken: string): WebhookHandler {
    const handle = (update: Update): Promise<void> => this.handleUpdate(update);
    return webhookHandler({ secretToken, handle, metrics: this.shop.metrics });
  }

  /** Tells Telegram which commands to suggest, in every language of the shop. */
  async publishCommands(): Promise<void> {
    const { telegram, view } = this.shop;
    const suggested = ['menu', 'buy', 'subscriptions', 'help', 'language', 'paysupport', 'terms'];
    const names = suggested.filter((name) => name !== 'terms' || view.spec.terms !== undefined);
    for (const language of [undefined, ...offeredLanguages(this.shop)]) {
      const speak = speakerFor(this.shop, { language });
      const commands = names.map((command) => ({ command, description: speak.label(`command-${command}`) }));
      await telegram.api.setMyCommands(commands, language === undefined ? {} : { language_code: language as 'en' });
    }
  }
}

function kindOf(update: Update): string {
  if (bearsPayment(update)) return 'payment';
  const kinds = ['message', 'callback_query', 'pre_checkout_query', 'my_chat_member'] as const;
  return kinds.find((kind) => update[kind] !== undefined) ?? 'other';
}
