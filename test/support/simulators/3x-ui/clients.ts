import { randomUUID } from 'node:crypto';
import { DatabaseError, recordNotFound, ServiceError } from './answers.ts';
import { ClientIndex } from './client-index.ts';
import { entryFor, rowOf, wireOfRow, type ClientWire } from './client-wire.ts';
import { entriesOf, nextId, type ClientEntry, type ClientRow, type InboundRow, type LinkRow } from './database.ts';
import type { Panel } from './panel.ts';
import { dropTraffic, openTraffic, setLimits, trafficOf } from './traffic.ts';

/** Clients of v3.1.0 and later: one record for all inbounds, and a copy in the settings of each. */
export class Clients {
  readonly #panel: Panel;

  constructor(panel: Panel) {
    this.#panel = panel;
  }

  byEmail(email: string): ClientRow {
    const row = this.#find(email);
    if (row === undefined) throw recordNotFound();
    return row;
  }

  linksOf(row: ClientRow): readonly LinkRow[] {
    return this.#panel.database.links
      .filter(({ clientId }) => clientId === row.id)
      .toSorted((left, right) => left.inboundId - right.inboundId);
  }

  /** What `get` shows as flow: that of the first inbound with one, whatever the others have. */
  effectiveFlow(row: ClientRow): string {
    return this.linksOf(row).find(({ flowOverride }) => flowOverride !== '')?.flowOverride ?? '';
  }

  /**
   * No transaction: what was added before an inbound turns out to be missing stays. An existing client keeps everything
   * that it has, and the caller is told success.
   *
   * @param index of the panel as it is; whoever creates many makes it once
   */
  async create(wire: ClientWire, inboundIds: readonly number[], index = new ClientIndex(this.#panel)): Promise<void> {
    const { version } = this.#panel;
    this.#checkText(wire);
    if (inboundIds.length === 0) throw new ServiceError('at least one inbound is required');
    const client = { ...wire, enable: true, subId: wire.subId === '' ? randomUUID() : wire.subId };
    client.created_at ||= this.#panel.clock.now();
    client.updated_at = this.#panel.clock.now();
    const existing = index.client(client.email);
    if (existing !== undefined && (existing.subId === '' || existing.subId !== client.subId)) {
      throw new ServiceError(`email already in use: ${client.email}`);
    }
    if (index.holdsSubIdOfAnother(client)) {
      throw new ServiceError(`subId already in use: ${client.subId}`);
    }
    if (client.id === '') client.id = version.atLeast('3.5.0') && existing !== undefined ? existing.uuid : randomUUID();
    for (const id of inboundIds) await this.#addTo(this.#panel.inbound(id), client, index);
  }

  /** Replaces: what the wire omits is zeroed, `enable` included. */
  async update(email: string, wire: ClientWire, only?: readonly number[]): Promise<void> {
    const { database } = this.#panel;
    const row = this.byEmail(email);
    this.#checkText(wire);
    const client = this.#merge(row, wire);
    this.#refuseTaken(row, client);
    let lastFlow = client.flow;
    for (const link of this.linksOf(row)) {
      if (only !== undefined && !only.includes(link.inboundId)) continue;
      const inbound = this.#panel.inbound(link.inboundId);
      const entries = entriesOf(inbound);
      const index = entries.findIndex((entry) => entry.email === row.email);
      const before = entries[index];
      if (before === undefined) throw new ServiceError('empty client ID');
      const entry = entryFor(client, inbound, this.#panel.version);
      entries[index] = entry;
      link.flowOverride = entry.flow ?? '';
      lastFlow = link.flowOverride;
      if (before.enable !== false) await this.#panel.dismiss(inbound, row.email);
      await this.#panel.admit(inbound, entry);
    }
    const traffic = trafficOf(database, row.email);
    if (traffic !== undefined) {
      traffic.email = client.email;
      setLimits(traffic, client);
    }
    Object.assign(row, rowOf(row.id, { ...client, flow: lastFlow }));
  }

  async delete(email: string, keepTraffic: boolean): Promise<void> {
    const { database, version } = this.#panel;
    const row = this.#find(email);
    if (row === undefined) {
      throw version.atLeast('3.2.0')
        ? new ServiceError(`client "${email}" not found in any inbound or client record`)
        : recordNotFound();
    }
    for (const link of this.linksOf(row)) await this.#removeFrom(row, link.inboundId);
    database.clients = database.clients.filter(({ id }) => id !== row.id);
    if (!keepTraffic) dropTraffic(database, email);
  }

  /** Adds the record's copy to further inbounds, without its flow; releases below v3.2.5 add the flow written last. */
  async attach(email: string, inboundIds: readonly number[]): Promise<void> {
    const row = this.byEmail(email);
    for (const id of inboundIds) {
      if (this.linksOf(row).some(({ inboundId }) => inboundId === id)) continue;
      const flow = this.#panel.version.atLeast('3.2.5') ? '' : row.flow;
      await this.#place(this.#panel.inbound(id), { ...wireOfRow(row), flow }, row, this.linksOf(row).length > 0);
    }
  }

  async detach(email: string, inboundIds: readonly number[]): Promise<void> {
    const row = this.byEmail(email);
    for (const id of inboundIds) this.#panel.inbound(id);
    for (const id of inboundIds) await this.#removeFrom(row, id);
  }

  /** Zeroes the counters. A disabled client is enabled again with the flow that was written last to any inbound. */
  async resetTraffic(email: string): Promise<void> {
    const row = this.byEmail(email);
    if (!row.enable) await this.update(email, { ...wireOfRow(row), enable: true });
    const traffic = trafficOf(this.#panel.database, email);
    if (traffic !== undefined) Object.assign(traffic, { up: 0, down: 0, enable: true });
  }

  /** Flips `enable` everywhere and leaves all else, flow included. */
  async setEnable(email: string, enable: boolean): Promise<void> {
    const { database, clock } = this.#panel;
    const row = this.byEmail(email);
    for (const { inboundId } of this.linksOf(row)) {
      const inbound = this.#panel.inbound(inboundId);
      const entry = entriesOf(inbound).find((candidate) => candidate.email === email);
      if (entry === undefined || entry.enable === enable) continue;
      entry.enable = enable;
      entry['updated_at'] = clock.now();
      await (enable ? this.#panel.admit(inbound, entry) : this.#panel.dismiss(inbound, email));
    }
    const traffic = trafficOf(database, email);
    if (traffic !== undefined) traffic.enable = enable;
    row.enable = enable;
    row.updatedAt = clock.now();
  }

  #find(email: string): ClientRow | undefined {
    return this.#panel.database.clients.find((row) => row.email === email);
  }

  /** What an update keeps although the wire omits it. */
  #merge(row: ClientRow, wire: ClientWire): ClientWire {
    const { version, clock } = this.#panel;
    // Until v3.3.1 an update without an id minted a new one.
    const keptId = version.atLeast('3.3.1') ? row.uuid : randomUUID();
    return {
      ...wire,
      id: wire.id || keptId,
      subId: wire.subId || row.subId,
      password: wire.password || row.password,
      auth: wire.auth || row.auth,
      created_at: wire.created_at || row.createdAt,
      updated_at: clock.now(),
    };
  }

  /** Only changes are checked, so that pairs that an upgrade left with one subId can still be updated. */
  #refuseTaken(row: ClientRow, client: ClientWire): void {
    const others = this.#panel.database.clients.filter(({ id }) => id !== row.id);
    if (client.email !== row.email && others.some(({ email }) => email === client.email)) {
      throw new ServiceError(`Duplicate email: ${client.email}`);
    }
    if (client.subId !== row.subId && others.some(({ subId }) => subId === client.subId)) {
      throw new ServiceError(`Duplicate subId: ${client.subId}`);
    }
  }

  #checkText({ email, subId }: ClientWire): void {
    if (email.trim() === '') throw new ServiceError('client email is required');
    if (!this.#panel.version.atLeast('3.2.8')) return;
    for (const [name, text] of [
      ['email', email],
      ['subId', subId],
    ] as const) {
      if (/[/\\\s\p{Cc}]/u.test(text)) throw new ServiceError(`client ${name} contains an invalid character: ${text}`);
    }
  }

  /** `add`'s way into one inbound. */
  async #addTo(inbound: InboundRow, client: ClientWire, index: ClientIndex): Promise<void> {
    const { version } = this.#panel;
    const row = index.client(client.email);
    const isJoined = row !== undefined && index.inboundsOf(row).has(inbound.id);
    if (isJoined && version.atLeast('3.5.0')) return;
    if (isJoined && !version.atLeast('3.2.0')) {
      throw new DatabaseError('UNIQUE constraint failed: client_inbounds.client_id, client_inbounds.inbound_id');
    }
    if (index.isTaken(client)) throw new ServiceError(`Duplicate email: ${client.email}`);
    if (isJoined) {
      // v3.2 to v3.4 write a second entry of the same client (3x-ui issue 5770).
      entriesOf(inbound).push(entryFor(client, inbound, version));
      return;
    }
    const hasInbounds = row !== undefined && index.inboundsOf(row).size > 0;
    index.note(inbound, client, await this.#place(inbound, client, row, hasInbounds));
  }

  async #place(
    inbound: InboundRow,
    client: ClientWire,
    known: ClientRow | undefined,
    hasInbounds: boolean,
  ): Promise<ClientRow> {
    const { database } = this.#panel;
    const entry: ClientEntry = entryFor(client, inbound, this.#panel.version);
    entriesOf(inbound).push(entry);
    let row = known;
    if (row === undefined) {
      row = rowOf(nextId(database, 'client'), { ...client, flow: entry.flow ?? '' });
      database.clients.push(row);
      openTraffic(database, inbound.id, client.email, client);
    } else if (!hasInbounds) {
      // A record without inbounds takes over everything, a new id too.
      Object.assign(row, rowOf(row.id, { ...client, flow: entry.flow ?? '' }));
      openTraffic(database, inbound.id, client.email, client);
    } else {
      // The record follows whatever was written last; the counters and the other inbounds' copies do not.
      Object.assign(row, rowOf(row.id, { ...client, flow: entry.flow ?? '', created_at: row.createdAt }));
    }
    database.links.push({ clientId: row.id, inboundId: inbound.id, flowOverride: entry.flow ?? '' });
    await this.#panel.admit(inbound, entry);
    return row;
  }

  async #removeFrom(row: ClientRow, inboundId: number): Promise<void> {
    const { database } = this.#panel;
    const inbound = this.#panel.inbound(inboundId);
    inbound.settings.clients = entriesOf(inbound).filter(({ email }) => email !== row.email);
    database.links = database.links.filter((link) => link.clientId !== row.id || link.inboundId !== inboundId);
    await this.#panel.dismiss(inbound, row.email);
  }
}
