import type { CoreStatus } from './core.ts';
import { entriesOf, type TrafficRow } from './database.ts';
import type { Panel } from './panel.ts';
import { isDepleted } from './traffic.ts';

const BEAT_MS = 1000;
const POLL_BEATS = { modern: 5, legacy: 10 };
const STATUS_BEATS = 2;
const RESTART_BEATS = 30;

/** The panel's own jobs: crash watch, status snapshot, traffic poll with depletion, wanted restarts. */
export class Upkeep {
  readonly #panel: Panel;
  #beats = 0;
  #cancel: () => void = () => undefined;
  #current: Promise<void> = Promise.resolve();
  #stopped = false;
  /** What `server/status` says of the core: up to two seconds old, and nothing at first. */
  coreStatus: CoreStatus | undefined;

  constructor(panel: Panel, coreStatus: CoreStatus | undefined) {
    this.#panel = panel;
    this.coreStatus = coreStatus;
  }

  start(): void {
    this.#cancel = this.#panel.clock.schedule(BEAT_MS, () => {
      this.#current = this.#beat().then(() => {
        if (!this.#stopped) this.start();
      });
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel();
    await this.#current;
  }

  async #beat(): Promise<void> {
    const panel = this.#panel;
    this.#beats += 1;
    const isDue = (every: number): boolean => this.#beats % every === 0;
    if (isDue(STATUS_BEATS)) this.coreStatus = panel.core.status();
    await panel.writes.run(async () => {
      if (panel.core.status().state !== 'running' && !panel.stoppedByHand) await panel.restartCore();
      if (isDue(panel.version.generation === 4 ? POLL_BEATS.modern : POLL_BEATS.legacy)) await this.poll();
      if (isDue(RESTART_BEATS) && panel.restartWanted) await panel.restartCore();
    });
  }

  /** One traffic poll: counts, starts the clock of clients whose time runs from first use, renews, cuts. */
  async poll(): Promise<void> {
    const { database, clock, core } = this.#panel;
    const deltas = await core.takeTraffic();
    const online: string[] = [];
    for (const row of database.traffic) {
      const delta = deltas.get(row.email);
      if (delta === undefined || delta.up + delta.down === 0) continue;
      online.push(row.email);
      row.up += delta.up;
      row.down += delta.down;
      row.allTime += delta.up + delta.down;
      row.lastOnline = clock.now();
      if (row.expiryTime < 0) this.#setExpiry(row, clock.now() - row.expiryTime);
    }
    this.#panel.online = online;
    for (const row of database.traffic) if (isRenewable(row, clock.now())) await this.#renew(row);
    const depleted = database.traffic.filter((row) => row.enable && isDepleted(row, clock.now()));
    await this.#cut(depleted);
  }

  #setExpiry(row: TrafficRow, expiryTime: number): void {
    const { database } = this.#panel;
    row.expiryTime = expiryTime;
    for (const inbound of database.inbounds) {
      for (const entry of entriesOf(inbound)) if (entry.email === row.email) entry.expiryTime = expiryTime;
    }
    for (const client of database.clients) if (client.email === row.email) client.expiryTime = expiryTime;
  }

  async #renew(row: TrafficRow): Promise<void> {
    const { clock } = this.#panel;
    const stepMs = row.reset * 86_400_000;
    const steps = Math.floor((clock.now() - row.expiryTime) / stepMs) + 1;
    this.#setExpiry(row, row.expiryTime + steps * stepMs);
    Object.assign(row, { up: 0, down: 0, enable: true });
    await this.#setEnable(row.email, true);
  }

  async #cut(rows: readonly TrafficRow[]): Promise<void> {
    if (rows.length === 0) return;
    const { version } = this.#panel;
    for (const row of rows) {
      row.enable = false;
      // Until v2.9 the settings go on saying `enable: true`.
      if (version.atLeast('2.9.0')) await this.#setEnable(row.email, false);
    }
    // Below v3.1.0 a depletion restarts the core, and everybody's connections drop.
    if (!version.atLeast('3.1.0')) await this.#panel.restartCore();
  }

  async #setEnable(email: string, enable: boolean): Promise<void> {
    const { database } = this.#panel;
    for (const inbound of database.inbounds) {
      for (const entry of entriesOf(inbound)) {
        if (entry.email !== email || entry.enable === enable) continue;
        entry.enable = enable;
        await (enable ? this.#panel.admit(inbound, entry) : this.#panel.dismiss(inbound, email));
      }
    }
    for (const client of database.clients) if (client.email === email) client.enable = enable;
  }
}

function isRenewable(row: TrafficRow, nowMs: number): boolean {
  return row.reset > 0 && row.expiryTime > 0 && row.expiryTime <= nowMs;
}
