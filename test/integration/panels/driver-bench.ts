import { afterAll, beforeAll, expect } from 'vitest';
import { describeError } from '../../../src/base/errors.ts';
import type { DesiredClient, PanelDriver } from '../../../src/panels/driver.ts';
import type { ThreeXuiSimulator } from '../../support/simulators/3x-ui/index.ts';
import type { Backdoor, Entry } from './backdoor.ts';
import { connectionTo, customer, openDriver, reading } from './driver-under-test.ts';
import type { PanelUnderTest } from './panel-under-test.ts';

export type StartPanel = () => Promise<PanelUnderTest>;

/** One panel and one driver for a whole contract, and the customers that its tests made. */
export class DriverBench {
  readonly #start: StartPanel;
  readonly #made = new Set<string>();
  #panel: PanelUnderTest | undefined;
  #driver: PanelDriver | undefined;

  constructor(start: StartPanel) {
    this.#start = start;
  }

  manage(): void {
    beforeAll(async () => {
      this.#panel = await this.#start();
      this.#driver = openDriver(connectionTo(this.#panel.login));
      await this.#driver.probe(reading());
    });
    afterAll(async () => {
      await this.#driver?.close();
      await this.#panel?.backdoor.cleanUp((email) => this.#made.has(email));
      await this.#panel?.stop();
    });
  }

  get panel(): PanelUnderTest {
    if (this.#panel === undefined) throw new Error('the panel has not been started');
    return this.#panel;
  }

  get driver(): PanelDriver {
    if (this.#driver === undefined) throw new Error('the driver has not been opened');
    return this.#driver;
  }

  get backdoor(): Backdoor {
    return this.panel.backdoor;
  }

  get simulator(): ThreeXuiSimulator | undefined {
    return this.panel.simulator;
  }

  /** A customer on both inbounds, or on those that `changes` name. */
  customer(changes: Partial<DesiredClient> = {}): DesiredClient {
    const made = customer([this.panel.reality, this.panel.ws], changes);
    this.#made.add(made.email);
    return made;
  }

  /** What `list` says of a customer: as desired, otherwise, or nothing. */
  async stateOf(desired: DesiredClient): Promise<'as desired' | 'drifted' | 'absent'> {
    const { clients } = await this.driver.list(reading());
    const seen = clients.get(desired.email);
    if (seen === undefined) return 'absent';
    return seen.fingerprint === this.driver.fingerprint(desired) ? 'as desired' : 'drifted';
  }

  /** Judges by the inbounds' own settings, without the driver, whether a customer is as desired. */
  async expectOnPanel(desired: DesiredClient): Promise<void> {
    const entries = await this.backdoor.entries(desired.email);
    expect([...entries.keys()].toSorted()).toEqual(desired.inbounds);
    for (const [tag, entry] of entries) this.#expectEntry(desired, tag, entry);
  }

  /** No error that reaches a log or a condition may hold what opens a panel. */
  expectNoCredential(error: unknown): void {
    const { token, password } = this.panel.login;
    for (const secret of [token, password]) {
      if (secret !== undefined && secret !== '') expect(describeError(error)).not.toContain(secret);
    }
  }

  #expectEntry(desired: DesiredClient, tag: string, entry: Entry): void {
    const { uuid, enabled, expiresAtMs, quotaBytes } = desired;
    expect({ id: entry['id'], enable: entry['enable'] }).toEqual({ id: uuid, enable: enabled });
    const [expiryTime, total] = [Number(entry['expiryTime']), Number(entry['totalGB'])];
    // The panel's own limits may be a backstop behind ours, never in front of them.
    const slackMs = this.backdoor.isModern ? 5000 : 25 * 3_600_000;
    if (expiresAtMs === 0) expect(expiryTime).toBe(0);
    else expect(Math.abs(expiryTime - expiresAtMs)).toBeLessThanOrEqual(slackMs);
    if (quotaBytes === 0) expect(total).toBe(0);
    else expect(total).toBeGreaterThanOrEqual(quotaBytes);
    // While a client is disabled its flow keeps nobody in or out.
    if (enabled) expect(entry['flow'] ?? '').toBe(tag === this.panel.reality ? 'xtls-rprx-vision' : '');
  }
}
