import type { VlessEndpoint } from '../formats/endpoint.ts';
import type { PanelError } from './errors.ts';

/** How to reach one panel. Credentials are read from the Secret again for each probe, so a rotated one is used soon. */
export interface PanelConnection {
  /** `namespace/name` of the VPNPanel, for messages. */
  readonly name: string;
  /** Scheme, host, port and base path, as the seller wrote it. */
  readonly url: string;
  readonly credentials: PanelCredentials;
  /** PEM certificates to trust instead of the system's. */
  readonly caBundle?: string;
  /** Installation id: only clients that carry it are ours. */
  readonly installationId: string;
}

export type PanelCredentials = { readonly token: string } | { readonly username: string; readonly password: string };

/**
 * One client as it must be on one panel. A client is named by its e-mail; a dialect that needs an e-mail per inbound
 * derives them itself and shows one client to its callers.
 */
export interface DesiredClient {
  readonly subscriptionId: string;
  /** `wl-<short id>` or `wl-<short id>-g<generation>`. */
  readonly email: string;
  readonly uuid: string;
  readonly enabled: boolean;
  /** Epoch milliseconds by our clock, 0 for never. The driver turns it into the panel's own limit for its dialect. */
  readonly expiresAtMs: number;
  /** Bytes of the panel's own counter at which the panel may cut as a backstop, 0 for never. */
  readonly quotaBytes: number;
  /** Tags of the inbounds that the client must be on, and no others. Sorted. */
  readonly inbounds: readonly string[];
}

/** A client that carries our installation's mark, as the panel's inbounds hold it. */
export interface ObservedClient {
  readonly email: string;
  /** From the ownership mark. */
  readonly subscriptionId: string;
  /** Equal to `PanelDriver.fingerprint(desired)` exactly when the panel holds what is desired. */
  readonly fingerprint: string;
}

export interface PanelListing {
  readonly clients: ReadonlyMap<string, ObservedClient>;
  /** Clients that do not carry our mark. They are counted and never touched. */
  readonly foreign: number;
  /** What `usage` would tell, where the same reading holds it: saves a poll the second reading. */
  readonly usage?: ReadonlyMap<string, ClientUsage>;
}

export type UnusableReason =
  | 'Disabled'
  | 'UnsupportedProtocol'
  | 'UnsupportedTransport'
  | 'UnsupportedSecurity'
  | 'Invalid';

export interface PanelInbound {
  readonly tag: string;
  readonly remark: string;
  readonly protocol: string;
  /** `tcp`, `ws`, `grpc`, `httpupgrade`, `xhttp`, or what the panel said. */
  readonly transport: string;
  readonly security: string;
  readonly port: number;
  /** Clients on it, whoever owns them. */
  readonly clientCount: number;
  /** Everything of an endpoint that the panel knows; address and remark come from the VPNPanel. Absent: not usable. */
  readonly template?: Omit<VlessEndpoint, 'address' | 'remark'>;
  /** Present exactly when `template` is absent. */
  readonly unusable?: { readonly reason: UnusableReason; readonly message: string };
  /** Client app families that cannot use this inbound, and what would mend it. */
  readonly lockedOut: readonly { readonly families: readonly string[]; readonly message: string }[];
}

export interface PanelProbe {
  readonly product: string;
  /** As the panel says; null where the dialect does not tell. */
  readonly version: string | null;
  /** For example `3x-ui/g4`; what the panel *is*, found by probing. */
  readonly dialect: string;
  /** Stable identity: the panel's own guid, or a hash of what no two panels share. Two resources with one: duplicate. */
  readonly identity: string;
  readonly guid: string | null;
  readonly inbounds: readonly PanelInbound[];
  /** Panel clock minus ours in milliseconds, from the `Date` header: no finer than a second. */
  readonly clockSkewMs: number;
  /** Epoch milliseconds at which the certificate ends that it showed last; absent without TLS. */
  readonly certificateUntilMs?: number;
  readonly core: {
    readonly state: 'running' | 'stopped' | 'error' | 'unknown';
    readonly version: string;
    readonly message: string;
  };
  /** False for a version that this release does not know: it may be read, never written. */
  readonly writable: boolean;
  /** False where reaching a client's own expiry or quota drops everybody's connections (3x-ui below v3.1). */
  readonly cutsHarmlessly: boolean;
  /** True where parallel writers lose clients silently: a new leader waits one write deadline before it writes. */
  readonly losesConcurrentWrites: boolean;
}

export interface ClientUsage {
  /** Bytes by the panel's own counters, which can fall back to zero (a wipe, a reset by hand). */
  readonly upBytes: number;
  readonly downBytes: number;
  /** Epoch milliseconds, 0 for never seen. */
  readonly lastOnlineMs: number;
}

export type EnsureResult =
  | { readonly email: string; readonly outcome: 'confirmed'; readonly changed: boolean; readonly fingerprint: string }
  | { readonly email: string; readonly outcome: 'failed'; readonly error: PanelError };

export type RemoveResult =
  | { readonly email: string; readonly outcome: 'absent'; readonly changed: boolean }
  | { readonly email: string; readonly outcome: 'failed'; readonly error: PanelError };

/** Asked before each write: does our lease outlive a write that may take `deadlineMs`? */
export interface WriteGate {
  /** @throws PanelError PANEL_WRITE_FENCED when it does not, or when the process drains */
  admit(deadlineMs: number): void;
}

export interface CallOptions {
  readonly signal: AbortSignal;
}

export interface WriteOptions extends CallOptions {
  readonly gate: WriteGate;
}

/**
 * One panel, spoken to in its own dialect. Every method may be repeated for ever: it states what must be, reads back what
 * is, and believes nothing that a panel says about its own success.
 *
 * Callers write to one panel one call at a time; drivers do not need to guard against themselves. Reads may run beside.
 * A whole call fails only with a PanelError that says why nothing at all could be done; otherwise each item has its own
 * result, in the order of the batch.
 */
export interface PanelDriver {
  /** Finds out what the panel is and whether it can be written to. Never writes. Always the first call. */
  probe(options: CallOptions): Promise<PanelProbe>;
  /** Reads every client of every inbound, from the inbound's own settings. */
  list(options: CallOptions): Promise<PanelListing>;
  /** What `list` will show for a client that is as desired. Pure; needs a probe first. */
  fingerprint(desired: DesiredClient): string;
  /** Makes each client exactly as desired. At most `maxBatch` items. */
  ensure(batch: readonly DesiredClient[], options: WriteOptions): Promise<readonly EnsureResult[]>;
  /** Disables, deletes and reads back. Touches only clients that carry our mark for that subscription. */
  remove(
    batch: readonly { readonly email: string; readonly subscriptionId: string }[],
    options: WriteOptions,
  ): Promise<readonly RemoveResult[]>;
  /** Counters of our clients by e-mail. */
  usage(options: CallOptions): Promise<ReadonlyMap<string, ClientUsage>>;
  /** Restarts the panel's core, which drops every connection. Only on a person's explicit order. */
  restartCore(options: WriteOptions): Promise<void>;
  /** Releases sockets. */
  close(): Promise<void>;
  readonly maxBatch: number;
  /** The longest that one write may take before it is given up, in milliseconds. */
  readonly writeDeadlineMs: number;
}
