import { entriesOf, type ClientRow, type InboundRow } from './database.ts';
import type { ClientWire } from './client-wire.ts';
import type { Panel } from './panel.ts';

type Name = Pick<ClientWire, 'email' | 'subId'>;

/**
 * What creating a client asks of all the others. Made for one request, because tests change the tables behind
 * everybody's back; without it a bulk call into a full inbound would cost this machine more than it costs a real panel.
 */
export class ClientIndex {
  readonly #byEmail = new Map<string, ClientRow>();
  readonly #emailsBySubId = new Map<string, Set<string>>();
  /** E-mails and subIds of all inbounds' entries, by the e-mail in lower case. */
  readonly #entries = new Map<string, Name[]>();
  readonly #inbounds = new Map<number, Set<number>>();

  constructor({ database }: Panel) {
    for (const row of database.clients) this.#noteClient(row);
    for (const { clientId, inboundId } of database.links) this.#noteLink(clientId, inboundId);
    for (const inbound of database.inbounds) {
      for (const { email, subId } of entriesOf(inbound)) if (email !== undefined) this.#noteEntry(email, subId);
    }
  }

  client(email: string): ClientRow | undefined {
    return this.#byEmail.get(email);
  }

  inboundsOf({ id }: ClientRow): ReadonlySet<number> {
    return this.#inbounds.get(id) ?? new Set();
  }

  holdsSubIdOfAnother({ email, subId }: Name): boolean {
    return [...(this.#emailsBySubId.get(subId) ?? [])].some((other) => other !== email);
  }

  /** Whether any inbound has the e-mail, in whatever case, for somebody else. */
  isTaken({ email, subId }: Name): boolean {
    const entries = this.#entries.get(email.toLowerCase()) ?? [];
    return entries.some((entry) => entry.email !== email || entry.subId !== subId);
  }

  /** A client was placed into an inbound. */
  note(inbound: InboundRow, { email, subId }: Name, row: ClientRow): void {
    this.#noteClient(row);
    this.#noteLink(row.id, inbound.id);
    this.#noteEntry(email, subId);
  }

  #noteClient(row: ClientRow): void {
    this.#byEmail.set(row.email, row);
    const emails = this.#emailsBySubId.get(row.subId) ?? new Set();
    this.#emailsBySubId.set(row.subId, emails.add(row.email));
  }

  #noteLink(clientId: number, inboundId: number): void {
    const inbounds = this.#inbounds.get(clientId) ?? new Set();
    this.#inbounds.set(clientId, inbounds.add(inboundId));
  }

  #noteEntry(email: string, subId: string | undefined): void {
    const lower = email.toLowerCase();
    const entries = this.#entries.get(lower) ?? [];
    entries.push({ email, subId: subId ?? '' });
    this.#entries.set(lower, entries);
  }
}
