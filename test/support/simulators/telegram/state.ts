import type { Chat, Message, StarTransaction, Update, UpdateType, User } from './wire.ts';

/** A person, and what the bot may do with them. */
export interface UserRow {
  readonly user: User;
  /** Whether the bot has ever heard of them; it cannot write first. */
  hasStarted: boolean;
  hasBlockedBot: boolean;
  /** In Stars; null never ends. */
  balance: number | null;
  /** Names of channels, with their @. */
  channels: string[];
  /** The version of the chats when they last did something: what comes later is news to them. */
  actedAt: number;
  /** The newest message that somebody has seen on the chat page. */
  readId: number;
}

export interface MessageRow {
  message: Message;
  /** Grows over all chats with each new or edited message. */
  version: number;
  edits: number;
  readonly invoiceId?: string;
  /** The charge that paid this invoice message: it offers a receipt then, and no Pay button. */
  chargeId?: string;
  /** Who passed it on, for messages that came from a person; the bot knows nothing of those. */
  readonly forwardedBy?: string;
  readonly keyboard?: readonly (readonly string[])[];
}

export interface InvoiceRow {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly payload: string;
  readonly amount: number;
  /** Empty: a forwarded copy can be paid by whoever has it. */
  readonly startParameter: string;
  readonly subscriptionPeriod?: number;
  readonly photoUrl?: string;
  /** Of invoices that are links. */
  readonly link?: string;
}

export interface ChargeRow {
  readonly id: string;
  readonly userId: number;
  readonly invoice: InvoiceRow;
  isRefunded: boolean;
}

/** A subscription paid in Stars, known by the charge that began it. */
export interface StarSubscriptionRow {
  readonly chargeIds: string[];
  readonly userId: number;
  readonly invoice: InvoiceRow;
  isCanceled: boolean;
  /** Epoch seconds. */
  expiresAt: number;
}

export interface FileRow {
  readonly id: string;
  readonly uniqueId: string;
  readonly path: string;
  readonly contentType: string;
  readonly width: number;
  readonly height: number;
  readonly base64: string;
}

export interface PendingUpdate {
  readonly update: Update;
  readonly type: UpdateType;
  /** Updates of one queue reach a webhook one after the other. */
  readonly queue: string;
  readonly expiresAtMs: number;
  /** How often it will be delivered; more than once only by a fault. */
  copies: number;
}

export interface WebhookRow {
  readonly url: string;
  readonly secretToken?: string;
  readonly maxConnections: number;
  lastErrorAt?: number;
  lastErrorMessage?: string;
}

export interface CommandsRow {
  readonly scope: { readonly type: string; readonly chat_id?: number | string };
  readonly languageCode: string;
  readonly commands: readonly { readonly command: string; readonly description: string }[];
}

/** All that a restart must not change. Plain JSON. */
export interface State {
  readonly bot: User & { readonly username: string };
  readonly token: string;
  readonly sequences: Record<'update' | 'message' | 'version' | 'user', number>;
  readonly users: Record<string, UserRow>;
  readonly chats: Record<string, MessageRow[]>;
  readonly channels: Record<string, Chat>;
  readonly invoices: Record<string, InvoiceRow>;
  readonly charges: Record<string, ChargeRow>;
  readonly subscriptions: StarSubscriptionRow[];
  readonly transactions: StarTransaction[];
  readonly files: Record<string, FileRow>;
  pending: PendingUpdate[];
  /** Absent: all that the simulator has. */
  allowedUpdates?: readonly string[];
  webhook?: WebhookRow;
  commands: CommandsRow[];
  menuButtons: Record<string, unknown>;
}

/** A Telegram with one bot and nobody in it. */
export function emptyState(bot: State['bot'], token: string, firstUpdateId: number): State {
  return {
    bot,
    token,
    sequences: { update: firstUpdateId, message: 0, version: 0, user: 5_000_000_000 },
    users: {},
    chats: {},
    channels: {},
    invoices: {},
    charges: {},
    subscriptions: [],
    transactions: [],
    files: {},
    pending: [],
    commands: [],
    menuButtons: {},
  };
}
