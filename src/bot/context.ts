import type { Currency, VPNShopSpec } from '../api/index.ts';
import type { Clock, Random } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { CustomerRecord, ShopRecord } from '../ledger/index.ts';
import type { PaymentProvider } from '../payments/provider.ts';
import type { Store } from '../store/index.ts';
import type { Failpoint } from './failpoints.ts';
import type { BotMetrics, BotPorts } from './ports.ts';
import type { Screen } from './screen.ts';
import type { ModuleTable } from './module-table.ts';
import type { Telegram } from './telegram.ts';
import type { Speaker, Texts } from './texts.ts';

/** A payment method that customers can use now. */
export interface ShopMethod {
  readonly name: string;
  /** Per language, with `default`; empty when the wording is left to us. */
  readonly title: Readonly<Record<string, string>>;
  readonly provider: PaymentProvider;
  readonly currency: Currency;
}

/** A shop as it is at this moment; read anew for every update, so that a change needs no restart. */
export interface ShopView {
  readonly shop: ShopRecord;
  readonly spec: VPNShopSpec;
  /** Of the bot, without `@`. */
  readonly userName: string;
  /** The usable ones, in the order of the shop. */
  readonly methods: readonly ShopMethod[];
  /** Whether `<address>?open=<app>` is a page that opens an app; buttons to it are shown only then. */
  readonly opensApps: boolean;
}

/** Everything that belongs to one shop and not to one customer. */
export interface Shop {
  readonly view: ShopView;
  readonly store: Store;
  readonly ports: BotPorts;
  readonly telegram: Telegram;
  readonly texts: Texts;
  readonly modules: ModuleTable;
  readonly metrics: BotMetrics;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly failpoint: Failpoint;
}

/** One customer's update being dealt with. */
export interface Visit {
  readonly shop: Shop;
  readonly customer: CustomerRecord;
  /** Also the id of the private chat. */
  readonly telegramId: number;
  /** In the customer's language. */
  readonly speak: Speaker;
  /** The message whose button was pressed. */
  readonly pressed: { readonly messageId: number; readonly hasText: boolean } | undefined;
  /**
   * Puts a screen in the place of the one whose button was pressed; sends it where there is none.
   *
   * @returns id of the message that shows it
   */
  readonly show: (screen: Screen) => Promise<number>;
  /** As {@link show}, with a message of its own that takes the place of the other. */
  readonly replace: (screen: Screen) => Promise<number>;
  /** Sends a screen as a message of its own. @returns its id */
  readonly send: (screen: Screen) => Promise<number>;
  /** A line over the chat for a moment, as the answer to the button. @param text plain, up to 200 characters */
  readonly toast: (text: string) => Promise<void>;
}
