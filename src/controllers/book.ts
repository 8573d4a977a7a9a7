import type { PanelClientRecord, SubscriptionRecord } from '../store/index.ts';

/**
 * One subscription as Postgres has it, kept in the leader's memory so that a reconcile with nothing to do asks nobody.
 * The leader is the only writer of these facts but for what the ledger writes: entitlements, which are read again when the
 * resource shows a newer revision, and addresses, which are read whenever one is needed.
 */
export interface BookEntry {
  readonly record: SubscriptionRecord;
  /** Confirmed clients by panel id, then by generation of keys. */
  readonly clients: Map<string, Map<number, PanelClientRecord>>;
  /** Traffic since the last reset, over all panels. */
  usedBytes: bigint;
  /** Traffic before the last reset: what the panels' own lifetime counters hold beyond `usedBytes`. */
  baselineBytes: bigint;
  /** Epoch milliseconds of the last reset, 0 for none. */
  resetAtMs: number;
  /** Grows with every change, so that a reconcile knows whether its last answer still holds. */
  revision: number;
}

/** What the leader knows of Postgres: loaded once on becoming leader, then kept in step with its own writes. */
export class Book {
  readonly #byKey = new Map<string, BookEntry>();
  readonly #byId = new Map<string, BookEntry>();
  readonly #clientsOnPanel = new Map<string, number>();

  get(key: string): BookEntry | undefined {
    return this.#byKey.get(key);
  }

  byId(subscriptionId: string): BookEntry | undefined {
    return this.#byId.get(subscriptionId);
  }

  entries(): IterableIterator<BookEntry> {
    return this.#byKey.values();
  }

  /** Confirmed clients of ours on a panel, by what Postgres says. */
  clientsOn(panelId: string): number {
    return this.#clientsOnPanel.get(panelId) ?? 0;
  }

  /** Takes over what Postgres answered about a subscription, but keeps what is known of its clients and traffic. */
  put(record: SubscriptionRecord): BookEntry {
    const key = keyOfRecord(record);
    const known = this.#byKey.get(key);
    const entry: BookEntry = {
      record,
      clients: known?.clients ?? new Map<string, Map<number, PanelClientRecord>>(),
      usedBytes: known?.usedBytes ?? 0n,
      baselineBytes: known?.baselineBytes ?? 0n,
      resetAtMs: known?.resetAtMs ?? 0,
      revision: (known?.revision ?? 0) + 1,
    };
    this.#byKey.set(key, entry);
    this.#byId.set(record.id, entry);
    if (known === undefined) for (const client of record.clients) this.confirm(client);
    return entry;
  }

  confirm(client: PanelClientRecord): void {
    const entry = this.#byId.get(client.subscriptionId);
    if (entry === undefined) return;
    let onPanel = entry.clients.get(client.panelId);
    if (onPanel === undefined) {
      onPanel = new Map();
      entry.clients.set(client.panelId, onPanel);
    }
    if (!onPanel.has(client.generation)) this.#count(client.panelId, 1);
    onPanel.set(client.generation, client);
    entry.revision += 1;
  }

  forget(client: { panelId: string; subscriptionId: string; generation: number }): void {
    const entry = this.#byId.get(client.subscriptionId);
    const onPanel = entry?.clients.get(client.panelId);
    if (entry === undefined || onPanel?.delete(client.generation) !== true) return;
    if (onPanel.size === 0) entry.clients.delete(client.panelId);
    this.#count(client.panelId, -1);
    entry.revision += 1;
  }

  /** The panel was let go with whatever it holds. */
  forgetPanel(subscriptionId: string, panelId: string): void {
    for (const generation of Array.from(this.#byId.get(subscriptionId)?.clients.get(panelId)?.keys() ?? [])) {
      this.forget({ panelId, subscriptionId, generation });
    }
  }

  /** It was deleted and its clients were left where they are. */
  forgetClients(subscriptionId: string): void {
    for (const panelId of Array.from(this.#byId.get(subscriptionId)?.clients.keys() ?? [])) {
      this.forgetPanel(subscriptionId, panelId);
    }
  }

  setUsage(subscriptionId: string, usage: Pick<BookEntry, 'usedBytes' | 'baselineBytes' | 'resetAtMs'>): void {
    const entry = this.#byId.get(subscriptionId);
    if (entry === undefined) return;
    Object.assign(entry, usage);
    entry.revision += 1;
  }

  #count(panelId: string, by: number): void {
    this.#clientsOnPanel.set(panelId, this.clientsOn(panelId) + by);
  }
}

function keyOfRecord({ namespace, name }: SubscriptionRecord): string {
  return `${namespace}/${name}`;
}
