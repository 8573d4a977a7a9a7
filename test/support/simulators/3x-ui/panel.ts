import type { Clock } from '../../../../src/base/clock.ts';
import type { Core, CoreInbound } from './core.ts';
import { entriesOf, type ClientEntry, type Database, type InboundRow } from './database.ts';
import { recordNotFound } from './answers.ts';
import type { CostModel } from './latency.ts';
import { Mutex } from './mutex.ts';
import type { PanelVersion } from './version.ts';

/** What the parts of a panel share: what it keeps, the core behind it, and the wish for a restart of that core. */
export class Panel {
  database: Database;
  version: PanelVersion;
  core: Core;
  readonly clock: Clock;
  cost: CostModel;
  /** From v3.1.0 the panel writes one thing at a time; before, nothing guards anything. */
  readonly writes = new Mutex();
  /** A live change failed, so only a restart applies it. The upkeep does that within 30 s. */
  restartWanted = false;
  /** Somebody stopped the core on purpose, so the crash watch leaves it alone. */
  stoppedByHand = false;
  /** E-mails that carried bytes at the last poll; null before the first one. */
  online: readonly string[] | null = null;
  /** Counts how often the shared connection to the core was closed (below v3.0: two writers close it on each other). */
  apiCloses = 0;

  constructor(parts: { database: Database; version: PanelVersion; core: Core; clock: Clock; cost: CostModel }) {
    this.database = parts.database;
    this.version = parts.version;
    this.core = parts.core;
    this.clock = parts.clock;
    this.cost = parts.cost;
  }

  /** Go's `time.Now().Unix() * 1000`, which the panel stamps on clients. */
  nowInSecondsAsMs(): number {
    return Math.floor(this.clock.now() / 1000) * 1000;
  }

  inbound(id: number): InboundRow {
    const row = this.database.inbounds.find((candidate) => candidate.id === id);
    if (row === undefined) throw recordNotFound();
    return row;
  }

  clientCount(inboundIds: readonly number[]): readonly number[] {
    return this.database.inbounds.filter(({ id }) => inboundIds.includes(id)).map((row) => entriesOf(row).length);
  }

  allClients(): number {
    return this.database.inbounds.reduce((sum, row) => sum + entriesOf(row).length, 0);
  }

  /** An inbound as the core is told of it: clients that are enabled and not cut by their traffic row. */
  coreInbound(row: InboundRow): CoreInbound {
    const cut = new Set(this.database.traffic.filter(({ enable }) => !enable).map(({ email }) => email));
    return { row, clients: entriesOf(row).filter(({ enable, email }) => enable !== false && !cut.has(email ?? '')) };
  }

  coreInbounds(): readonly CoreInbound[] {
    return this.database.inbounds.filter(({ enable }) => enable).map((row) => this.coreInbound(row));
  }

  async restartCore(): Promise<void> {
    this.restartWanted = false;
    this.stoppedByHand = false;
    await this.core.restart(this.coreInbounds());
  }

  /** Lets a client in at once where that is possible. */
  async admit(inbound: InboundRow, entry: ClientEntry): Promise<void> {
    if (!inbound.enable || entry.enable === false) return;
    if (!(await this.core.addUser(inbound.tag, entry))) this.restartWanted = true;
  }

  /** Refuses a client's new connections from now on. */
  async dismiss(inbound: InboundRow, email: string): Promise<void> {
    if (!inbound.enable) return;
    if (!(await this.core.removeUser(inbound.tag, email))) this.restartWanted = true;
  }
}
