import type { ShopRendering, TextsByLanguage, TrafficReset } from '../store/index.ts';

/** Everything that `/sub` needs to know about one token: facts only, nothing that depends on the time of asking. */
export interface SubscriptionDocument {
  readonly subscriptionId: string;
  /** What the customer calls it, usually the plan's title; the service's own title when absent. */
  readonly title?: string;
  /** The same by language, where there is more than one. */
  readonly titles?: TextsByLanguage;
  /** A language tag: what the customer chose in the bot. */
  readonly language?: string;
  /** What his shop shows; absent where there never was one. */
  readonly shop?: ShopRendering;
  /** Of the token that was asked for. */
  readonly token: {
    /** Epoch milliseconds since when another address is in force. */
    readonly retiredAtMs?: number;
    /** It, or the whole subscription, is gone: it answers like an unknown one. */
    readonly revoked: boolean;
  };
  readonly suspended: boolean;
  readonly access: 'granted' | 'denied';
  /** The traffic limit is used up. */
  readonly limited: boolean;
  /** Epoch milliseconds; absent for never. */
  readonly expiresAtMs?: number;
  readonly usage: {
    readonly uploadBytes: number;
    readonly downloadBytes: number;
    /** Absent for unlimited. */
    readonly limitBytes?: number;
  };
  /** When traffic is counted anew. */
  readonly trafficReset?: TrafficReset;
  /** Every endpoint that was ever confirmed and not withdrawn by a recorded decision, in the order to show. */
  readonly servers: readonly StoredServer[];
  /** How many panels hold it, and for how many it is meant, where that is known. */
  readonly delivery?: { readonly ready: number; readonly total?: number };
  /** Absent where devices are not counted. */
  readonly devices?: {
    readonly limit: number;
    /** Those that have a place. */
    readonly known: readonly CountedDevice[];
  };
}

export interface CountedDevice {
  /** Stands for it in addresses. */
  readonly id: string;
  /** As `deviceHash` makes it, in base64url. */
  readonly hash: string;
  /** As the app says; empty when it says nothing. */
  readonly model: string;
  readonly os: string;
  /** Epoch milliseconds. */
  readonly firstSeenMs: number;
  /** Epoch milliseconds, up to a day early. */
  readonly lastSeenMs: number;
}

export interface StoredServer {
  /** JSON of a VlessEndpoint, possibly written by another version of this program: checked before it is shown. */
  readonly endpoint: unknown;
  readonly clientUuid: string;
}

/** Where documents come from: Postgres in production. */
export interface SubscriptionSource {
  /**
   * @param tokenHash SHA-256 of the token, 32 bytes
   * @returns undefined only when it is certain that there is no such token; "cannot read" is an error
   */
  find(tokenHash: Buffer): Promise<SubscriptionDocument | undefined>;
}
