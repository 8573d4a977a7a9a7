import { RawPanel, type PanelLogin } from './raw-panel.ts';

/** A client as it stands in one inbound's settings. */
export type Entry = Record<string, unknown>;

export interface SeenInbound {
  readonly id: number;
  readonly tag: string;
  readonly clients: readonly Entry[];
}

/**
 * Reads and changes a panel behind the driver's back, through the panel's own API of whatever generation: what another
 * administrator or another program would do. A client has one e-mail in tests; below v3.1.0, where each inbound needs its
 * own, `<e-mail>-in<id>` is the driver's to make, and both are found here.
 */
export class Backdoor {
  readonly raw: RawPanel;
  readonly #isModern: boolean;
  readonly #foreign = new Set<string>();

  private constructor(raw: RawPanel, isModern: boolean) {
    this.raw = raw;
    this.#isModern = isModern;
  }

  static async open(login: PanelLogin): Promise<Backdoor> {
    const raw = await new RawPanel(login).open();
    const isModern = (await raw.send('GET', 'panel/api/inbounds/options')).status === 200;
    return new Backdoor(raw, isModern);
  }

  get isModern(): boolean {
    return this.#isModern;
  }

  async inbounds(): Promise<readonly SeenInbound[]> {
    const rows = (await this.raw.get('panel/api/inbounds/list')) as { id: number; tag: string; settings: unknown }[];
    return rows.map(({ id, tag, settings }) => {
      const parsed: unknown = typeof settings === 'string' ? JSON.parse(settings) : settings;
      return { id, tag, clients: (parsed as { clients?: Entry[] | null }).clients ?? [] };
    });
  }

  /** The e-mail under which a client stands on an inbound. */
  async nameOn(email: string, tag: string): Promise<string> {
    const inbound = (await this.inbounds()).find((candidate) => candidate.tag === tag);
    if (inbound === undefined) throw new Error(`no inbound ${tag}`);
    return this.#isModern ? email : `${email}-in${inbound.id}`;
  }

  /** Where a client stands, by tag. */
  async entries(email: string): Promise<ReadonlyMap<string, Entry>> {
    const found = new Map<string, Entry>();
    for (const { tag, clients } of await this.inbounds()) {
      const entry = clients.find((candidate) => isNamed(candidate, email));
      if (entry !== undefined) found.set(tag, entry);
    }
    return found;
  }

  /** Changes fields of a client wherever it stands. */
  async edit(email: string, patch: Entry): Promise<void> {
    for (const { id, clients } of await this.inbounds()) {
      const entry = clients.find((candidate) => isNamed(candidate, email));
      if (entry === undefined) continue;
      if (this.#isModern) {
        await this.raw.post(`panel/api/clients/update/${encodeURIComponent(email)}`, { ...entry, ...patch });
        return;
      }
      const settings = JSON.stringify({ clients: [{ ...entry, ...patch }] });
      await this.raw.post(`panel/api/inbounds/updateClient/${String(entry['id'])}`, { id, settings });
    }
  }

  /** Takes a client off one inbound. */
  async detach(email: string, tag: string): Promise<void> {
    const { inbound, entry } = await this.#at(email, tag);
    if (this.#isModern) await this.raw.post(`panel/api/clients/${email}/detach`, { inboundIds: [inbound.id] });
    else await this.raw.post(`panel/api/inbounds/${inbound.id}/delClient/${String(entry['id'])}`);
  }

  /** Puts a client that stands on `from` on a further inbound, under the name that the driver would give it there. */
  async attach(email: string, from: string, to: string): Promise<void> {
    const { entry } = await this.#at(email, from);
    const target = (await this.inbounds()).find(({ tag }) => tag === to);
    if (target === undefined) throw new Error(`no inbound ${to}`);
    if (this.#isModern) {
      await this.raw.post(`panel/api/clients/${email}/attach`, { inboundIds: [target.id] });
      return;
    }
    const { flow: _flow, ...rest } = entry;
    const settings = JSON.stringify({ clients: [{ ...rest, email: `${email}-in${target.id}` }] });
    await this.raw.post('panel/api/inbounds/addClient', { id: target.id, settings });
  }

  async delete(email: string): Promise<void> {
    if (this.#isModern) {
      await this.raw.post(`panel/api/clients/del/${encodeURIComponent(email)}`);
      return;
    }
    for (const tag of (await this.entries(email)).keys()) await this.detach(email, tag);
  }

  /** A client that some other program made: no mark of anybody. */
  async addForeign(email: string, tag: string, fields: Entry = {}): Promise<void> {
    const client = {
      id: crypto.randomUUID(),
      email,
      enable: true,
      flow: '',
      limitIp: 2,
      totalGB: 1_000_000_000,
      expiryTime: 4_000_000_000_000,
      tgId: 77,
      subId: crypto.randomUUID(),
      comment: 'somebody else’s',
      reset: 0,
      ...fields,
    };
    const { id } = (await this.inbounds()).find((inbound) => inbound.tag === tag) ?? {};
    this.#foreign.add(email);
    if (this.#isModern) await this.raw.post('panel/api/clients/add', { client, inboundIds: [id] });
    else await this.raw.post('panel/api/inbounds/addClient', { id, settings: JSON.stringify({ clients: [client] }) });
  }

  /** Sets the panel's own counters of a client, on each inbound where those are apart. */
  async setCounters(email: string, upload: number, download: number): Promise<void> {
    const path = this.#isModern ? 'panel/api/clients/updateTraffic' : 'panel/api/inbounds/updateClientTraffic';
    const entries = [...(await this.entries(email)).values()];
    const names = new Set(entries.map((entry) => String(entry['email'])));
    for (const name of names) await this.raw.post(`${path}/${name}`, { upload, download });
  }

  /** Whether the counters of a client say that it is not cut. */
  async isRunning(email: string): Promise<boolean> {
    const path = this.#isModern ? 'panel/api/clients/traffic' : 'panel/api/inbounds/getClientTraffics';
    const entries = [...(await this.entries(email)).values()];
    const rows = await Promise.all(entries.map((entry) => this.raw.get(`${path}/${String(entry['email'])}`)));
    return (
      rows.every((row) => (row as { enable: boolean }).enable) && entries.every((entry) => entry['enable'] === true)
    );
  }

  /** Removes whatever `wanted` names, and the foreign clients that were added here. */
  async cleanUp(isOurs: (email: string) => boolean): Promise<void> {
    const names = new Set(
      (await this.inbounds()).flatMap(({ clients }) => clients.map((entry) => String(entry['email']))),
    );
    for (const name of names) {
      const plain = name.replace(/-in\d+$/, '');
      if (isOurs(plain) || this.#foreign.has(name)) await this.delete(this.#isModern ? name : plain).catch(ignoreLast);
    }
  }

  async #at(email: string, tag: string): Promise<{ inbound: SeenInbound; entry: Entry }> {
    const inbound = (await this.inbounds()).find((candidate) => candidate.tag === tag);
    const entry = inbound?.clients.find((candidate) => isNamed(candidate, email));
    if (inbound === undefined || entry === undefined) throw new Error(`${email} is not on ${tag}`);
    return { inbound, entry };
  }
}

function isNamed(entry: Entry, email: string): boolean {
  const name = entry['email'];
  return name === email || (typeof name === 'string' && name.startsWith(`${email}-in`) && /-in\d+$/.test(name));
}

/** Below v3.1.0 the last client of an inbound cannot be removed. */
function ignoreLast(error: unknown): void {
  if (!(error instanceof Error) || !error.message.includes('no client remained')) throw error;
}
