import { setTimeout as sleep } from 'node:timers/promises';
import { HandlerPanic, ServiceError } from './answers.ts';
import { entriesOf, type ClientEntry, type InboundRow, type InboundSettings } from './database.ts';
import { spend, type Work } from './latency.ts';
import type { Panel } from './panel.ts';
import { dropTraffic, openTraffic, setLimits, trafficOf } from './traffic.ts';

/** How long a legacy write looks away between reading an inbound and saving it. */
const UNGUARDED_MS = 2;

interface Rewrite {
  /** Changes to the client's rows, which are saved whatever happens to the inbound. */
  readonly rows: () => void;
  /** Changes to the running core. */
  readonly live: () => Promise<void>;
}

/**
 * Clients below v3.1.0: entries of an inbound's settings and nothing else, so a customer on three inbounds is three
 * clients. Each write reads the inbound, changes it and saves it whole, with nothing to guard it from the next one.
 */
export class LegacyClients {
  readonly #panel: Panel;

  constructor(panel: Panel) {
    this.#panel = panel;
  }

  async add(inboundId: number, added: readonly ClientEntry[]): Promise<void> {
    const stamp = this.#panel.nowInSecondsAsMs();
    const entries = added.map((entry) => ({ ...entry, created_at: entry['created_at'] ?? stamp, updated_at: stamp }));
    this.#refuseTaken(entries);
    await this.#rewrite(inboundId, { kind: 'add', clients: [] }, (settings, inbound) => {
      if (entries.some((entry) => keyOf(inbound, entry) === '')) throw new ServiceError('empty client ID');
      settings.clients = [...(settings.clients ?? []), ...entries];
      const named = entries.filter(({ email }) => (email ?? '') !== '');
      return {
        rows: () => {
          for (const entry of named) this.#openTraffic(inboundId, entry);
        },
        live: async () => {
          for (const entry of named) if (entry.enable === true) await this.#panel.admit(inbound, entry);
        },
      };
    });
  }

  /** Replaces the entry with that key: keys that are absent vanish. */
  async update(inboundId: number, clientKey: string, entry: ClientEntry | undefined): Promise<void> {
    await this.#rewrite(inboundId, { kind: 'update', clients: [] }, (settings, inbound) => {
      const clients = settings.clients ?? [];
      const index = clients.findIndex((candidate) => keyOf(inbound, candidate) === clientKey);
      const before = clients[index];
      if (before === undefined || entry === undefined || keyOf(inbound, entry) === '') {
        throw new ServiceError('empty client ID');
      }
      const [oldEmail, newEmail] = [before.email ?? '', entry.email ?? ''];
      if (newEmail !== '' && newEmail !== oldEmail) this.#refuseTaken([entry]);
      const stamp = this.#panel.nowInSecondsAsMs();
      const after = { ...entry, created_at: before['created_at'] ?? stamp, updated_at: stamp };
      settings.clients = clients.with(index, after);
      return {
        rows: () => {
          const traffic = trafficOf(this.#panel.database, oldEmail);
          if (traffic === undefined) return;
          if (newEmail === '') {
            dropTraffic(this.#panel.database, oldEmail);
          } else {
            traffic.email = newEmail;
            setLimits(traffic, after);
          }
        },
        live: async () => {
          if (before.enable === true) await this.#panel.dismiss(inbound, oldEmail);
          if (after.enable === true) await this.#panel.admit(inbound, after);
        },
      };
    });
  }

  async delete(inboundId: number, clientKey: string): Promise<void> {
    await this.#remove(
      inboundId,
      (entry, inbound) => keyOf(inbound, entry) === clientKey,
      () => {
        throw new ServiceError(`Client Not Found In Inbound For ID: ${clientKey}`);
      },
    );
  }

  async deleteByEmail(inboundId: number, email: string): Promise<void> {
    await this.#remove(
      inboundId,
      (entry) => entry.email === email,
      () => {
        throw new ServiceError(`client with email ${email} not found`);
      },
    );
  }

  /** Sets the traffic row alone: after a depletion the settings keep `enable: false`, and the customer stays cut. */
  async resetTraffic(inboundId: number, email: string): Promise<void> {
    const traffic = trafficOf(this.#panel.database, email);
    if (traffic === undefined || this.find(email) === undefined) {
      throw new ServiceError(`Inbound Not Found For Email: ${email}`);
    }
    const inbound = this.#panel.inbound(inboundId);
    const entry = entriesOf(inbound).find((candidate) => candidate.email === email);
    if (!traffic.enable && entry?.enable === true) await this.#panel.admit(inbound, entry);
    Object.assign(traffic, { up: 0, down: 0, enable: true });
  }

  find(email: string): { readonly inbound: InboundRow; readonly entry: ClientEntry } | undefined {
    for (const inbound of this.#panel.database.inbounds) {
      const entry = entriesOf(inbound).find((candidate) => candidate.email === email);
      if (entry !== undefined) return { inbound, entry };
    }
    return undefined;
  }

  async #remove(
    inboundId: number,
    matches: (entry: ClientEntry, inbound: InboundRow) => boolean,
    refuse: () => never,
  ): Promise<void> {
    await this.#rewrite(inboundId, { kind: 'delete', clients: [] }, (settings, inbound) => {
      const clients = settings.clients ?? [];
      const removed = clients.filter((entry) => matches(entry, inbound));
      const kept = clients.filter((entry) => !matches(entry, inbound));
      if (removed.length === 0) refuse();
      if (kept.length === 0) throw new ServiceError('no client remained in Inbound');
      settings.clients = kept;
      return {
        rows: () => {
          for (const { email } of removed) dropTraffic(this.#panel.database, email ?? '');
        },
        live: async () => {
          for (const { email } of removed) await this.#panel.dismiss(inbound, email ?? '');
        },
      };
    });
  }

  /**
   * Reads an inbound's settings, changes the copy, and saves it over whatever stands there by then.
   *
   * Below v3.0 two writers also share one connection to the core, which the first to finish closes under the second:
   * that one panics, with its rows already saved.
   */
  async #rewrite(
    inboundId: number,
    work: Work & { readonly kind: 'add' | 'update' | 'delete' },
    change: (settings: InboundSettings, inbound: InboundRow) => Rewrite,
  ): Promise<void> {
    const panel = this.#panel;
    const inbound = panel.inbound(inboundId);
    const settings = structuredClone(inbound.settings);
    const { rows, live } = change(settings, inbound);
    await sleep(UNGUARDED_MS);
    await spend(panel.cost, { ...work, clients: panel.clientCount([inboundId]) }, panel.version);
    const closesSeen = panel.apiCloses;
    rows();
    await sleep(1);
    if (!panel.version.atLeast('3.0.0') && panel.apiCloses !== closesSeen) {
      throw new HandlerPanic('the connection to the core was closed by another request');
    }
    await live();
    panel.apiCloses += 1;
    inbound.settings = settings;
  }

  #openTraffic(inboundId: number, entry: ClientEntry): void {
    // The e-mail is unique among traffic rows; an insert that breaks this is ignored and the old row stays.
    if (trafficOf(this.#panel.database, entry.email ?? '') !== undefined) return;
    openTraffic(this.#panel.database, inboundId, entry.email ?? '', entry);
  }

  #refuseTaken(entries: readonly ClientEntry[]): void {
    const taken = this.#panel.database.inbounds
      .flatMap((row) => entriesOf(row))
      .map(({ email }) => email?.toLowerCase());
    const seen = new Set(taken.filter((email) => email !== undefined && email !== ''));
    for (const { email } of entries) {
      if (email === undefined || email === '') continue;
      if (seen.has(email.toLowerCase())) throw new ServiceError(`Duplicate email: ${email}`);
      seen.add(email.toLowerCase());
    }
  }
}

/** What names a client in paths: its uuid, password or e-mail, by protocol. */
function keyOf({ protocol }: InboundRow, entry: ClientEntry): string {
  const key = protocol === 'trojan' ? entry['password'] : protocol === 'shadowsocks' ? entry.email : entry.id;
  return typeof key === 'string' ? key : '';
}
