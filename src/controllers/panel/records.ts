import {
  confirmClients,
  finishRevocations,
  holdRevocations,
  openRevocations,
  permitRevocations,
  savePanelReading,
  withdrawRevocations,
  type OpenRevocation,
  type RecentRevocation,
  type PanelRecord,
  type Store,
} from '../../store/index.ts';
import type { Book } from '../book.ts';
import type { DesiredEntry } from './delivery-queue.ts';
import type { StoredEndpoint } from './resolve-inbounds.ts';

/** What the operator writes to Postgres about one panel, and the same in the leader's memory. */
export class PanelRecords {
  readonly panelId: string;
  readonly openRevocations: readonly OpenRevocation[];
  /** The guarded removals that were carried out lately. */
  readonly recentRevocations: readonly RecentRevocation[];
  readonly #store: Store;
  readonly #book: Book;
  #identity: string | undefined;
  readonly endpoints: readonly StoredEndpoint[];

  constructor(
    store: Store,
    book: Book,
    panel: PanelRecord,
    open: readonly OpenRevocation[],
    recentRevocations: readonly RecentRevocation[],
  ) {
    this.#store = store;
    this.#book = book;
    this.panelId = panel.id;
    this.#identity = panel.identity;
    this.endpoints = panel.endpoints as readonly StoredEndpoint[];
    this.openRevocations = open;
    this.recentRevocations = recentRevocations;
  }

  /** As of the last complete reading. */
  get identity(): string | undefined {
    return this.#identity;
  }

  clientCount(): number {
    return this.#book.clientsOn(this.panelId);
  }

  subscriptionKey(subscriptionId: string): string | undefined {
    const record = this.#book.byId(subscriptionId)?.record;
    return record === undefined ? undefined : `${record.namespace}/${record.name}`;
  }

  /** Is it on record that the panel holds this client? */
  holds(subscriptionId: string, email: string): boolean {
    const onPanel = this.#book.byId(subscriptionId)?.clients.get(this.panelId);
    return [...(onPanel?.values() ?? [])].some((client) => client.email === email);
  }

  async saveReading(identity: string, endpoints: readonly StoredEndpoint[], location: string): Promise<void> {
    await savePanelReading(this.#store, this.panelId, { identity, endpoints, location });
    this.#identity = identity;
  }

  async confirm(entries: readonly DesiredEntry[], nowMs: number): Promise<void> {
    const clients = entries.map(({ desired, generation, hash }) => {
      const { subscriptionId, email, inbounds, enabled } = desired;
      const known = this.#book.byId(subscriptionId)?.clients.get(this.panelId)?.get(generation);
      const firstConfirmedAtMs = known?.firstConfirmedAtMs ?? nowMs;
      return {
        panelId: this.panelId,
        subscriptionId,
        generation,
        email,
        inbounds,
        fingerprint: hash,
        enabled,
        firstConfirmedAtMs,
        confirmedAtMs: nowMs,
      };
    });
    await confirmClients(this.#store, clients);
    for (const client of clients) this.#book.confirm(client);
  }

  /** As Postgres has them now. */
  async readOpenRevocations(): Promise<readonly OpenRevocation[]> {
    return openRevocations(this.#store, this.panelId);
  }

  async holdRevocations(ids: readonly bigint[]): Promise<void> {
    await holdRevocations(this.#store, ids);
  }

  /** From here on the addresses of deleted subscriptions among them are dead. */
  async permitRevocations(ids: readonly bigint[]): Promise<void> {
    await permitRevocations(this.#store, ids);
  }

  async withdrawRevocation(id: bigint): Promise<void> {
    await withdrawRevocations(this.#store, [id]);
  }

  async finishRevocations(rows: readonly OpenRevocation[]): Promise<void> {
    await finishRevocations(
      this.#store,
      rows.map(({ id }) => id),
    );
    for (const { subscriptionId, generation } of rows) {
      this.#book.forget({ panelId: this.panelId, subscriptionId, generation });
    }
  }
}
