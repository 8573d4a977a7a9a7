import { randomUUID } from 'node:crypto';
import { systemClock } from '../../../src/base/clock.ts';
import { silentLog } from '../../../src/base/log.ts';
import { openThreeXui } from '../../../src/panels/3x-ui/driver.ts';
import type {
  DesiredClient,
  EnsureResult,
  PanelConnection,
  PanelDriver,
  RemoveResult,
  WriteGate,
} from '../../../src/panels/driver.ts';
import type { PanelLogin } from './raw-panel.ts';

export const installationId = randomUUID();

/** Lets every write through, and counts them. */
export class CountingGate implements WriteGate {
  admitted = 0;

  admit(): void {
    this.admitted += 1;
  }
}

export function connectionTo(login: PanelLogin, changes: Partial<PanelConnection> = {}): PanelConnection {
  const { url, token, username = '', password = '' } = login;
  const credentials = token === undefined ? { username, password } : { token };
  return { name: 'shop/amsterdam', url, credentials, installationId, ...changes };
}

export function openDriver(connection: PanelConnection): PanelDriver {
  return openThreeXui(connection, { clock: systemClock, random: Math.random, log: silentLog });
}

/** What a call needs, with an end that no test should reach. */
export function reading(): { readonly signal: AbortSignal } {
  return { signal: AbortSignal.timeout(60_000) };
}

export function writing(gate: WriteGate = new CountingGate()): {
  readonly signal: AbortSignal;
  readonly gate: WriteGate;
} {
  return { ...reading(), gate };
}

let names = 0;

/** A customer that no other test has. Default: enabled, for 30 days, 10 GB. */
export function customer(inbounds: readonly string[], changes: Partial<DesiredClient> = {}): DesiredClient {
  names += 1;
  return {
    subscriptionId: randomUUID(),
    email: `wl-${names.toString(36).padStart(4, '0')}${randomUUID().slice(0, 6)}`,
    uuid: randomUUID(),
    enabled: true,
    expiresAtMs: Math.ceil(Date.now() / 1000) * 1000 + 30 * 86_400_000,
    quotaBytes: 10_000_000_000,
    inbounds: inbounds.toSorted(),
    ...changes,
  };
}

/** Ensures one client. */
export async function ensureOne(driver: PanelDriver, desired: DesiredClient, gate?: WriteGate): Promise<EnsureResult> {
  const [result] = await driver.ensure([desired], writing(gate));
  if (result === undefined) throw new Error('the driver gave no result');
  return result;
}

export async function removeOne(driver: PanelDriver, client: DesiredClient, gate?: WriteGate): Promise<RemoveResult> {
  const [result] = await driver.remove([client], writing(gate));
  if (result === undefined) throw new Error('the driver gave no result');
  return result;
}

/** What went wrong, as its code; or what went well, as its outcome. */
export function verdict(result: EnsureResult | RemoveResult): string {
  return result.outcome === 'failed' ? result.error.code : result.outcome;
}

/** The code of the error that a whole call ends with. */
export async function codeOf(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
  } catch (error) {
    return (error as { code?: unknown }).code ?? error;
  }
  return 'no error';
}
