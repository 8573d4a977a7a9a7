import type { VPNPanel } from '../../api/index.ts';
import { sleep, type Clock } from '../../base/clock.ts';
import type { PanelDriver, WriteGate } from '../../panels/driver.ts';
import { PanelError } from '../../panels/errors.ts';
import type { Failpoint } from '../failpoints.ts';
import { DeliveryQueue, type DesiredEntry, type Urgency } from './delivery-queue.ts';
import { mayWrite, type PanelFacts } from './health.ts';
import { PanelLink, type PanelLinkHooks, type PanelLinkOptions } from './link.ts';
import { PanelPoller, type PanelPollerHooks } from './poller.ts';
import { RevocationDesk } from './revocation-desk.ts';

export interface PanelLoopOptions extends Omit<PanelLinkOptions, 'hooks'> {
  readonly panelId: string;
  /** The resource as it is now; undefined once it is gone. */
  readonly resource: () => VPNPanel | undefined;
  readonly gate: WriteGate;
  readonly failpoint: Failpoint;
  readonly hooks: PanelLoopHooks;
}

export interface PanelLoopHooks extends PanelPollerHooks, Omit<PanelLinkHooks, 'failed' | 'recovered'> {
  /** What is delivered for a subscription has changed, or why it is not. */
  delivered(subscription: string): void;
  /** Clients have left the panel. */
  freed(count: number): void;
  /** Clients that had drifted are as desired again. */
  repaired(count: number): void;
  /** More removals than look sane are held back from now on. */
  held(count: number): void;
}

/** What the VPNPanel's status shows beside the facts. */
export interface PanelCounts {
  readonly managed: number;
  readonly foreign: number;
  readonly unclaimed: number;
  readonly drifted: number;
  readonly pending: number;
  readonly revokePending: number;
  readonly revocationsHeld: number;
}

const idleMs = 15_000;
const fencedRetryMs = 500;

/**
 * Everything that happens on one panel, one thing at a time: find out what it is, deliver what waits, carry out what was
 * revoked, compare, read counters. It never throws, and no other panel waits for it.
 */
export class PanelLoop {
  readonly key: string;
  readonly panelId: string;
  readonly deliveries: DeliveryQueue;
  readonly revocations: RevocationDesk;
  readonly #options: PanelLoopOptions;
  readonly #clock: Clock;
  readonly #link: PanelLink;
  readonly #poller: PanelPoller;
  /** Clients that were found not to be as desired and are not put back yet. */
  readonly #drifted = new Set<string>();
  #generation: number | undefined;
  #wake: (() => void) | undefined;
  #woken = false;

  constructor(options: PanelLoopOptions) {
    const { clock, random, records, hooks } = options;
    this.key = options.key;
    this.panelId = options.panelId;
    this.#options = options;
    this.#clock = clock;
    this.deliveries = new DeliveryQueue(clock, random);
    this.revocations = new RevocationDesk(records, clock, options.log);
    this.#poller = new PanelPoller({
      ...options,
      deliveries: this.deliveries,
      revocations: this.revocations,
      hooks: {
        ...hooks,
        drifted: (emails) => {
          for (const email of emails) this.#drifted.add(email);
          hooks.drifted(emails);
        },
      },
    });
    this.#link = new PanelLink({
      ...options,
      hooks: {
        ...hooks,
        replaced: (before, now) => {
          this.#poller.pollNow();
          hooks.replaced(before, now);
        },
        failed: () => {
          this.#tellWaiting();
        },
        recovered: () => {
          this.#poller.pollNow();
          this.deliveries.retryAll();
          this.#tellWaiting();
        },
      },
    });
  }

  get facts(): PanelFacts {
    return this.#link.facts;
  }

  /** Tags of the inbounds that clients must be on; empty until the panel was read once in its life. */
  get inbounds(): readonly string[] {
    return this.#link.inbounds;
  }

  counts(): PanelCounts {
    return {
      managed: this.#options.records.clientCount(),
      ...this.#poller.counts,
      pending: this.deliveries.pending,
      revokePending: this.revocations.open,
      revocationsHeld: this.revocations.held,
    };
  }

  /** Says what a client must be here. Withdraw a revocation of it first. */
  desire(entry: DesiredEntry, urgency: Urgency, confirmedHash: string | undefined): void {
    this.deliveries.desire(entry, urgency, confirmedHash);
    // Most reconciles find that all is as desired, and a turn of the loop for each of 10,000 is not free.
    if (this.deliveries.isPending(entry.desired.email)) this.wake();
  }

  /** There is something to do. */
  wake(): void {
    if (this.#woken) return;
    this.#woken = true;
    this.#wake?.();
  }

  /** Runs until the signal aborts; what is under way when it does ends first or meets its own deadline. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      let pauseMs: number;
      this.#woken = false;
      try {
        pauseMs = await this.#turn(signal);
      } catch (thrown) {
        this.#options.log.error({ err: thrown }, 'a turn of the panel loop failed');
        pauseMs = idleMs;
      }
      await this.#pause(pauseMs, signal);
    }
    await this.#link.close();
  }

  /** @returns milliseconds until there is something to do again, unless woken */
  async #turn(signal: AbortSignal): Promise<number> {
    const panel = this.#options.resource();
    if (panel === undefined) return idleMs;
    if (panel.metadata.generation !== this.#generation) {
      this.#generation = panel.metadata.generation;
      this.#link.probeNow();
    }
    await this.#judgeRevocations(panel);
    if (panel.spec.paused) return idleMs;
    if (this.#clock.monotonic() >= this.#link.dueMs) await this.#probe(panel, signal);
    this.#link.judgeDuplicate();
    const { driver } = this.#link;
    if (driver === undefined) return this.#untilMs(this.#link.dueMs);
    try {
      if (this.#mayWriteNow(panel)) await this.#deliver(driver, signal);
      if (this.#clock.monotonic() >= this.#poller.dueMs) await this.#poll(driver, panel, signal);
    } catch (thrown) {
      if (signal.aborted) return 0;
      if (!(thrown instanceof PanelError)) throw thrown;
      if (thrown.code === 'PANEL_WRITE_FENCED') return fencedRetryMs;
      this.#link.fail(thrown);
    }
    return this.#nextTurnInMs(panel);
  }

  /** Whoever is wanted after all withdraws it before it has settled. */
  async #refreshRevocations(): Promise<void> {
    const { records, hooks } = this.#options;
    for (const id of await this.revocations.refresh()) {
      const subscription = records.subscriptionKey(id);
      if (subscription !== undefined) hooks.delivered(subscription);
    }
  }

  async #judgeRevocations(panel: VPNPanel): Promise<void> {
    const newlyHeld = await this.revocations.judge(panel);
    if (newlyHeld === 0) return;
    this.#options.hooks.held(this.revocations.held);
    this.#options.hooks.changed();
  }

  async #probe(panel: VPNPanel, signal: AbortSignal): Promise<void> {
    await this.#link.probe(panel, signal);
    const { doubtfulDriver } = this.#link;
    if (doubtfulDriver !== undefined) await this.#poll(doubtfulDriver, panel, signal);
  }

  async #poll(driver: PanelDriver, { spec }: VPNPanel, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    try {
      await this.#poller.poll(driver, spec.pollIntervalSeconds * 1000, spec.mode === 'Manage', signal);
      this.#link.trust();
      await this.#refreshRevocations();
    } catch (thrown) {
      if (signal.aborted || !(thrown instanceof PanelError)) throw thrown;
      this.#link.doubt(thrown);
    }
  }

  #mayWriteNow({ spec }: VPNPanel): boolean {
    return mayWrite(this.facts, spec) && this.#clock.monotonic() >= this.#link.writeFromMs;
  }

  #nextTurnInMs({ spec }: VPNPanel): number {
    if (this.facts.failure !== undefined) return this.#untilMs(this.#link.dueMs);
    const readMs = Math.min(this.#untilMs(this.#link.dueMs), this.#untilMs(this.#poller.dueMs));
    if (!mayWrite(this.facts, spec)) return readMs;
    const writeMs = Math.min(this.deliveries.dueInMs() ?? Infinity, this.revocations.dueInMs() ?? Infinity);
    return Math.min(readMs, Math.max(writeMs, this.#untilMs(this.#link.writeFromMs)));
  }

  /** Batches of deliveries, fresh ones first, each followed by a batch of removals, until the panel is to be read. */
  async #deliver(driver: PanelDriver, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const batch = this.deliveries.take(driver.maxBatch);
      if (batch.length > 0) await this.#ensure(driver, batch, signal);
      const revoked = await this.#carryOutRevocations(driver, signal);
      if (batch.length === 0 && revoked === 0) return;
      if (this.#clock.monotonic() >= Math.min(this.#poller.dueMs, this.#link.dueMs)) return;
    }
  }

  async #ensure(driver: PanelDriver, batch: readonly DesiredEntry[], signal: AbortSignal): Promise<void> {
    const { failpoint, gate, records, hooks } = this.#options;
    await failpoint('panel.before-ensure');
    const desired = batch.map((entry) => entry.desired);
    const results = await driver.ensure(desired, { signal, gate });
    await failpoint('panel.after-ensure');
    const confirmed: DesiredEntry[] = [];
    let fenced: PanelError | undefined;
    for (const [at, entry] of batch.entries()) {
      const result = results[at];
      if (result?.outcome === 'confirmed') confirmed.push(entry);
      else if (result?.error.code === 'PANEL_WRITE_FENCED') fenced = result.error;
      else this.#undelivered(entry, result?.error ?? unanswered(entry));
    }
    if (confirmed.length > 0) {
      await records.confirm(confirmed, this.#clock.now());
      await failpoint('panel.after-confirm');
      for (const { desired: client, hash } of confirmed) this.deliveries.confirm(client.email, hash);
      for (const { subscription } of confirmed) hooks.delivered(subscription);
      this.#tellRepaired(confirmed);
      hooks.changed();
    }
    if (fenced !== undefined) throw fenced;
  }

  #tellRepaired(confirmed: readonly DesiredEntry[]): void {
    const repaired = confirmed.filter(({ desired }) => this.#drifted.delete(desired.email)).length;
    if (repaired > 0) this.#options.hooks.repaired(repaired);
  }

  #undelivered(entry: DesiredEntry, error: PanelError): void {
    const { email, subscriptionId } = entry.desired;
    this.#options.log.warn({ email, subscriptionId, code: error.code }, error.message);
    this.deliveries.fail(entry.desired.email, entry.hash, error);
    this.#options.hooks.delivered(entry.subscription);
  }

  async #carryOutRevocations(driver: PanelDriver, signal: AbortSignal): Promise<number> {
    const { gate, failpoint, hooks } = this.#options;
    const revoked = await this.revocations.carryOut(driver, gate, signal, failpoint);
    for (const { email, subscription } of revoked) {
      // Somebody may want it again since the decision was made.
      this.deliveries.repair(email);
      if (subscription !== undefined) hooks.delivered(subscription);
    }
    if (revoked.length === 0) return 0;
    hooks.changed();
    hooks.freed(revoked.length);
    return revoked.length;
  }

  /** Only those who wait for the panel are told about its health. */
  #tellWaiting(): void {
    for (const { desired, subscription } of this.deliveries.entries()) {
      if (this.deliveries.isPending(desired.email)) this.#options.hooks.delivered(subscription);
    }
  }

  #untilMs(dueMs: number): number {
    return Math.max(0, dueMs - this.#clock.monotonic());
  }

  async #pause(delayMs: number, signal: AbortSignal): Promise<void> {
    if (delayMs <= 0 || this.#woken) return;
    const woken = new AbortController();
    this.#wake = () => {
      woken.abort();
    };
    await sleep(this.#clock, Math.min(delayMs, 60_000), AbortSignal.any([signal, woken.signal]));
    this.#wake = undefined;
  }
}

function unanswered({ desired }: DesiredEntry): PanelError {
  const message = `the driver gave no result for client ${desired.email}; it is tried again`;
  return new PanelError('PANEL_UNCERTAIN', message, { retry: 'later' });
}
