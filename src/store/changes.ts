import { listenTo, type DoorbellOptions } from './listen.ts';

export interface ListenOptions extends DoorbellOptions {
  /** Ids of subscriptions whose answer may differ now; `all` after any time in which a change could be missed. */
  readonly onChange: (subscriptionIds: readonly string[] | 'all') => void;
}

/**
 * Listens for changes until the signal aborts, connecting again for ever. Resolves on abort, never rejects.
 *
 * A doorbell, not a record: it may ring late, twice or not at all, so caches must expire by themselves as well.
 */
export async function listenForChanges({ onChange, ...options }: ListenOptions): Promise<void> {
  const onRing = (payload = '*'): void => {
    onChange(payload === '*' ? 'all' : payload.split(','));
  };
  await listenTo({ name: 'wayleave_changed', applicationName: 'wayleave-changes', what: 'changes', onRing }, options);
}

export interface ListenForWorkOptions extends DoorbellOptions {
  /** There may be work of this topic; of any where there is none, as after a time in which a ring could be missed. */
  readonly onRing: (topic: string | undefined) => void;
}

/**
 * Listens for work that somebody asks for, in the same manner. Whoever works it off polls as well: that is the truth.
 */
export async function listenForWork({ onRing, ...options }: ListenForWorkOptions): Promise<void> {
  const ring = (payload = ''): void => {
    onRing(payload === '' ? undefined : payload);
  };
  await listenTo({ name: 'wayleave_outbox', applicationName: 'wayleave-outbox', what: 'work', onRing: ring }, options);
}
