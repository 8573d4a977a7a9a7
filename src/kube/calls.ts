/* What the client's methods take and give. */

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** Instead of 30,000. */
  readonly timeoutMs?: number | undefined;
}

export interface ListOptions extends CallOptions {
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  readonly limit?: number | undefined;
  readonly continue?: string | undefined;
  readonly resourceVersion?: string | undefined;
  /** Only `metadata` of each object, by the API server's own projection. */
  readonly metadataOnly?: boolean | undefined;
}

export interface ListPage<T> {
  readonly items: T[];
  readonly resourceVersion: string;
  readonly continue?: string;
}

export interface ApplyOptions extends CallOptions {
  readonly fieldManager: string;
  /** Take over fields that somebody else owns. Without it a foreign owner is KUBE_CONFLICT. */
  readonly force?: boolean | undefined;
  readonly dryRun?: boolean | undefined;
}

export interface DeleteOptions extends CallOptions {
  /** Delete only this incarnation. */
  readonly uid?: string | undefined;
  readonly propagation?: 'Background' | 'Foreground' | 'Orphan' | undefined;
}

export interface RawOptions extends CallOptions {
  readonly body?: unknown;
  readonly contentType?: string | undefined;
}
