import type { Message } from 'grammy/types';
import type { VPNPanel, VPNPlan, VPNSubscription } from '../api/index.ts';
import type { ConfirmedRefund, RecordedCharge, VerifiedCharge } from '../ledger/index.ts';

/** Plans as the cluster has them, from a cache: the last ones known while the cluster does not answer. */
export interface Catalogue {
  plans(): readonly VPNPlan[];
}

/** What the operator tells about deliveries, from a cache. Without the cluster the bot relies on Postgres. */
export interface Resources {
  /** @param name of a VPNSubscription in the namespace of the shop */
  find(name: string): Promise<VPNSubscription | undefined>;
  panels(): readonly VPNPanel[];
}

/** Addresses under which apps fetch their servers. Whoever knows one has the subscription: it never reaches a log. */
export interface Links {
  /** The one that is alive. May fail as long as the cluster, which has the key, was never reached. */
  address(subscriptionId: string): Promise<string>;
  /** Gives the next one; the one before answers a notice for 15 minutes. */
  renew(subscriptionId: string): Promise<string>;
}

/** Reads what Telegram writes into a chat about Stars. */
export interface StarsMessages {
  /** @param message has `successful_payment` */
  chargeOfMessage(message: Message, shopId: string): VerifiedCharge;
  /** @param message has `refunded_payment` */
  refundOfMessage(message: Message, shopId: string): ConfirmedRefund;
}

export interface QrRenderer {
  /** A PNG. */
  render(text: string): Promise<Buffer>;
}

export interface BotPorts {
  readonly catalogue: Catalogue;
  readonly resources: Resources;
  readonly links: Links;
  readonly stars: StarsMessages;
  readonly qr: QrRenderer;
}

/** What the bot counts. Labels are from small fixed sets and never name a customer. */
export interface BotMetrics {
  /** An update that was dealt with; `failed` ones of payments come again. */
  updateHandled(kind: string, outcome: 'done' | 'failed'): void;
  /** Telegram refused a call; `code` 0: no answer. */
  telegramError(method: string, code: number): void;
  /** A delivery by webhook that was not taken. */
  webhookFailed(cause: 'secret' | 'body' | 'payment'): void;
  /** What `recordCharge` made of a charge. */
  chargeRecorded(provider: string, recorded: RecordedCharge): void;
  /** A payment that was refused before money moved. */
  checkoutRefused(reason: string): void;
}
