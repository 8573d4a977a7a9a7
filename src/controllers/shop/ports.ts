import type { Currency, ShopProvider, VPNShopSpec } from '../../api/index.ts';

/** A payment method that customers can use, with what its Secret holds. Never log it. */
export interface ShopMethod {
  readonly name: string;
  readonly provider: ShopProvider;
  /** Per language, with `default`; empty when the seller left the wording to us. */
  readonly title: Readonly<Record<string, string>>;
  readonly currency: Currency;
  /** By key. `Manual`: `instructions`. `Stars`: nothing. */
  readonly secret: Readonly<Record<string, string>>;
}

/** Everything that running a shop needs, with Secrets resolved. Never log it. */
export interface ShopSettings {
  /** `namespace/name`. */
  readonly key: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly generation: number;
  /** As the API server serves it, but for a time zone that does not exist: that is `UTC` here. */
  readonly spec: VPNShopSpec;
  readonly token: string;
  /** Undefined: the runner makes one. */
  readonly webhookSecret: string | undefined;
  /** The usable ones, in the order of the shop. */
  readonly methods: readonly ShopMethod[];
}

/** What Telegram says about a bot. */
export interface BotFacts {
  readonly botId: number;
  /** Without `@`. */
  readonly userName: string;
  readonly webhook: {
    /** Empty when none is set. */
    readonly url: string;
    readonly pendingUpdates: number;
    readonly lastErrorAtMs?: number;
    readonly lastErrorMessage?: string;
  };
}

/** Telegram's answer about a token, or that there was none. A value and not an error: each of the three is expected. */
export type BotProbe =
  | { readonly outcome: 'Answers'; readonly bot: BotFacts }
  | { readonly outcome: 'TokenRefused' | 'TelegramUnreachable'; readonly message: string };

/** What the runner knows of a shop that it runs. */
export interface RunningShop {
  /** Refunds wait for a person, for example after a restore. */
  readonly refundsPaused: boolean;
  /**
   * Where Telegram is to send updates to, without any secret in it; undefined when they are polled, or as long as that is
   * not decided.
   */
  readonly webhookUrl: string | undefined;
  /** Telegram lately refused to be polled because another program polls (HTTP 409). */
  readonly isPolledElsewhere: boolean;
}

/** Whoever runs the bots of shops. Messages of its errors must not hold values of Secrets. */
export interface ShopRunner {
  /**
   * Starts the shop, or gives a running one its new settings. Called at least every minute, so the same settings again
   * must cost nothing. A new token takes effect without losing an update that was received or a message that waits.
   * Resolves when the shop runs with them and the webhook was set or removed accordingly, as far as Telegram answers:
   * Telegram being unreachable is no failure.
   */
  apply(settings: ShopSettings): Promise<void>;
  /** Stops the shop and resolves when nothing of it runs any more. A shop that does not run is stopped already. */
  stop(key: string): Promise<void>;
  /** getMe and getWebhookInfo with this token. Answers within 10 s. */
  probe(token: string): Promise<BotProbe>;
  /** Undefined when the shop does not run here. */
  facts(key: string): RunningShop | undefined;
}
