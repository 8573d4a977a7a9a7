import type { VPNPanel, VPNPanelSpec } from '../../api/index.ts';
import type { Clock, Random } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { PanelConnection, PanelDriver, PanelProbe } from '../../panels/driver.ts';
import { PanelError } from '../../panels/errors.ts';
import type { PanelRecords } from './records.ts';
import type { PanelFacts } from './health.ts';
import type { PanelIdentities } from './identities.ts';
import { resolveInbounds, type StoredEndpoint } from './resolve-inbounds.ts';

export interface PanelLinkOptions {
  /** `namespace/name` of the VPNPanel. */
  readonly key: string;
  /** Reads the Secret. @throws PanelError PANEL_CREDENTIALS_INVALID with what is wrong with it */
  readonly connect: (panel: VPNPanel) => Promise<PanelConnection>;
  readonly openDriver: (connection: PanelConnection, driver: VPNPanelSpec['driver']) => PanelDriver;
  readonly records: PanelRecords;
  readonly identities: PanelIdentities;
  /** Monotonic milliseconds at which we became leader. */
  readonly leadingSinceMs: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly hooks: PanelLinkHooks;
}

export interface PanelLinkHooks {
  /** Something that the VPNPanel shows has changed. */
  changed(): void;
  /** The panel has become unable to take changes, or cannot for another reason than before. */
  failed(): void;
  /** It answers again. */
  recovered(): void;
  /** Who is to be on this panel, or on which of its inbounds, may have changed: every subscription looks again. */
  placementChanged(): void;
  replaced(before: string, now: string): void;
}

const retryMs = { base: 1000, max: 15_000 };
/** A refused login counts against the panel's own limit of failures. */
const refusedRetryMs = 60_000;

/** What a panel is and whether it answers: the connection, the last reading, and when to try again. */
export class PanelLink {
  readonly #options: PanelLinkOptions;
  #opened: { readonly driver: PanelDriver; readonly with: string } | undefined;
  #connection: PanelConnection | undefined;
  #facts: PanelFacts = { probe: undefined, failure: undefined, inbounds: undefined, duplicateOf: undefined };
  #endpoints: readonly StoredEndpoint[];
  #doubt: PanelError | undefined;
  #failures = 0;
  #dueMs = 0;
  #writeFromMs = 0;

  constructor(options: PanelLinkOptions) {
    this.#options = options;
    this.#endpoints = options.records.endpoints;
  }

  get facts(): PanelFacts {
    return this.#facts;
  }

  /** Tags of the inbounds that clients must be on; empty until the panel was read once in its life. */
  get inbounds(): readonly string[] {
    return this.#facts.inbounds?.tags ?? [...new Set(this.#endpoints.map(({ inbound }) => inbound))].toSorted();
  }

  /** The driver of a panel that answers. */
  get driver(): PanelDriver | undefined {
    return this.#facts.failure === undefined && this.#facts.probe !== undefined ? this.#opened?.driver : undefined;
  }

  /** The driver of a panel that answers probes, but whose clients could not be read last time. */
  get doubtfulDriver(): PanelDriver | undefined {
    return this.#doubt === undefined || this.#facts.failure !== this.#doubt ? undefined : this.#opened?.driver;
  }

  /** Monotonic milliseconds at which it is to be probed again. */
  get dueMs(): number {
    return this.#dueMs;
  }

  /** Monotonic milliseconds before which nothing may be written. */
  get writeFromMs(): number {
    return this.#writeFromMs;
  }

  probeNow(): void {
    this.#dueMs = 0;
  }

  /** Reads what the panel is. Whatever it answers, this does not throw a PanelError: it becomes a fact. */
  async probe(panel: VPNPanel, signal: AbortSignal): Promise<void> {
    try {
      const driver = await this.#open(panel);
      const probe = await driver.probe({ signal });
      if (this.#facts.probe === undefined && probe.losesConcurrentWrites) {
        // The leader before us may still have a write under way, and this dialect loses clients to parallel writers.
        this.#writeFromMs = this.#options.leadingSinceMs + driver.writeDeadlineMs;
      }
      await this.#keep(panel, probe);
    } catch (thrown) {
      if (signal.aborted) return;
      if (!(thrown instanceof PanelError)) throw thrown;
      this.fail(thrown);
    }
  }

  /** The panel answered a probe, but not this. Until it does, a probe alone does not make it well. */
  doubt(error: PanelError): void {
    this.#doubt = error;
    this.fail(error);
  }

  /** Its clients were read: what it says of itself can be believed. */
  trust(): void {
    if (this.#doubt === undefined) return;
    this.#doubt = undefined;
    if (this.#facts.probe !== undefined) this.#succeed({ ...this.#facts, failure: undefined });
  }

  fail(error: PanelError): void {
    const { clock, log, hooks } = this.#options;
    const known = this.#facts.failure;
    const backoffMs = Math.min(retryMs.max, retryMs.base * 2 ** Math.min(this.#failures, 10));
    this.#failures += 1;
    this.#dueMs =
      clock.monotonic() + this.#jittered(error.code === 'PANEL_CREDENTIALS_REFUSED' ? refusedRetryMs : backoffMs);
    this.#facts = { ...this.#facts, failure: error };
    if (known?.code === error.code && known.message === error.message) return;
    log.warn({ code: error.code }, error.message);
    hooks.changed();
    if (known?.code !== error.code) hooks.failed();
  }

  judgeDuplicate(): void {
    const { identities, key, hooks } = this.#options;
    const identity = this.#facts.probe?.identity;
    if (identity === undefined) return;
    const owner = identities.ownerOf(identity);
    const duplicateOf = owner === key ? undefined : owner;
    if (duplicateOf === this.#facts.duplicateOf) return;
    this.#facts = { ...this.#facts, duplicateOf };
    hooks.changed();
    hooks.placementChanged();
  }

  async close(): Promise<void> {
    this.#options.identities.leave(this.#options.key);
    await this.#opened?.driver.close();
    this.#opened = undefined;
  }

  async #open(panel: VPNPanel): Promise<PanelDriver> {
    const connection = await this.#connect(panel);
    const wanted = JSON.stringify([connection, panel.spec.driver]);
    if (this.#opened?.with !== wanted) {
      const outdated = this.#opened;
      // A closed driver must not be found again, should the next one fail to open.
      this.#opened = undefined;
      await outdated?.driver.close();
      this.#opened = { driver: this.#options.openDriver(connection, panel.spec.driver), with: wanted };
    }
    return this.#opened.driver;
  }

  /** Without an API server the Secret cannot be read; the panel is spoken to with what was read last. */
  async #connect(panel: VPNPanel): Promise<PanelConnection> {
    try {
      this.#connection = await this.#options.connect(panel);
    } catch (thrown) {
      if (thrown instanceof PanelError || this.#connection === undefined) throw thrown;
      this.#options.log.warn({ err: thrown }, 'the Secret cannot be read; going on with the credentials read last');
    }
    return this.#connection;
  }

  async #keep(panel: VPNPanel, probe: PanelProbe): Promise<void> {
    const { records, hooks, identities, key } = this.#options;
    const { spec, metadata } = panel;
    const host = new URL(spec.url).hostname.replaceAll(/^\[|\]$/g, '');
    const inbounds = resolveInbounds(spec.inbounds, probe.inbounds, this.#endpoints, host, spec.location);
    const served = JSON.stringify([this.#endpoints, this.inbounds]);
    const before = records.identity;
    if (before !== probe.identity || JSON.stringify(inbounds.endpoints) !== JSON.stringify(this.#endpoints)) {
      await records.saveReading(probe.identity, inbounds.endpoints, spec.location ?? '');
      this.#endpoints = inbounds.endpoints;
    }
    identities.join(key, probe.identity, metadata.creationTimestamp ?? '');
    this.#dueMs = this.#options.clock.monotonic() + this.#jittered(spec.pollIntervalSeconds * 1000);
    this.#succeed({ ...this.#facts, probe, inbounds, failure: this.#doubt });
    if (before !== undefined && before !== probe.identity) hooks.replaced(before, probe.identity);
    if (served !== JSON.stringify([this.#endpoints, this.inbounds])) hooks.placementChanged();
  }

  #succeed(facts: PanelFacts): void {
    const { hooks } = this.#options;
    const before = this.#facts;
    this.#facts = facts;
    if (JSON.stringify(before) !== JSON.stringify(facts)) hooks.changed();
    if (facts.failure !== undefined) return;
    this.#failures = 0;
    if (before.failure !== undefined) hooks.recovered();
  }

  #jittered(delayMs: number): number {
    return delayMs * (0.9 + 0.2 * this.#options.random());
  }
}
