import type { IncomingHttpHeaders } from 'node:http';

import type { Clock } from '../base/clock.ts';
import { deviceHash, readDevice, type DeviceClaim } from './device-headers.ts';
import type { DeviceMetrics } from './device-metrics.ts';
import { RateLimiter } from './rate-limit.ts';
import type { SubscriptionDocument } from './source.ts';

/**
 * - `uncounted`: the subscription has no limit
 * - `unsupported`: it has one, and the app says nothing of its device: it gets its list all the same
 * - `known`: the device has a place
 * - `registered`: it has one from now on
 * - `open`: nobody can tell, or it was not asked: it gets its list
 * - `full`: every place is taken, by other devices: a notice instead of the list
 */
export type Admission = 'uncounted' | 'unsupported' | 'known' | 'registered' | 'open' | 'full';

/** Where devices are kept: Postgres in production. */
export interface DeviceRegistry {
  /** @returns whether it has a place now; `unlimited` when places are not counted any more */
  register(device: {
    readonly subscriptionId: string;
    readonly hash: Buffer;
    readonly model: string;
    readonly os: string;
  }): Promise<'known' | 'registered' | 'full' | 'unlimited'>;
}

export interface DeviceGateOptions {
  readonly registry: DeviceRegistry;
  /** A known device asked; what it writes of that is its own affair. */
  readonly onSeen: (deviceId: string, lastSeenMs: number) => void;
  readonly clock: Clock;
  readonly metrics: DeviceMetrics;
  /** Nobody waits longer for a registration, in milliseconds. */
  readonly timeoutMs?: number;
}

/** Registrations at a time; beyond it devices are let in uncounted. */
const mostRegistrations = 16;
/** Of one address: who tries one invented device after the other makes no work for the database. */
const registrationLimit = { perSecond: 1 / 60, burst: 20 };

/** The reply headers that apps understand, names and values in turn. Happ and others read the first three, v2RayTun the last. */
const headersOf: Readonly<Record<Admission, readonly string[]>> = {
  uncounted: [],
  unsupported: ['x-hwid-not-supported', 'true'],
  known: ['x-hwid-active', 'true'],
  registered: ['x-hwid-active', 'true'],
  open: ['x-hwid-active', 'true'],
  full: ['x-hwid-active', 'true', 'x-hwid-max-devices-reached', 'true', 'x-hwid-limit', 'true'],
};

/** To be added to whatever the app gets. */
export function admissionHeaders(admission: Admission): readonly string[] {
  return headersOf[admission];
}

/**
 * Counts devices against the limit of a subscription. Fails open: a customer who paid is never locked out because the
 * database is slow, so this keeps honest people honest and is no more than that.
 */
export class DeviceGate {
  readonly #options: DeviceGateOptions;
  readonly #limiter: RateLimiter;
  readonly #timeoutMs: number;
  #underWay = 0;

  constructor(options: DeviceGateOptions) {
    this.#options = options;
    this.#limiter = new RateLimiter(registrationLimit, options.clock);
    this.#timeoutMs = options.timeoutMs ?? 500;
  }

  /**
   * @param asked.key of the address in memory
   * @param asked.isStale the document could not be checked, so nothing is known of the database either
   * @returns at once but where a device may have to be registered; the promise never rejects
   */
  admit(
    document: SubscriptionDocument,
    headers: IncomingHttpHeaders,
    asked: { readonly key: string; readonly isStale: boolean },
  ): Admission | Promise<Admission> {
    const admission = this.#admit(document, headers, asked);
    if (!(admission instanceof Promise)) return this.#count(admission);
    return admission.then((one) => this.#count(one));
  }

  #count(admission: Admission): Admission {
    this.#options.metrics.admission(admission);
    return admission;
  }

  #admit(
    { subscriptionId, devices }: SubscriptionDocument,
    headers: IncomingHttpHeaders,
    { key, isStale }: { readonly key: string; readonly isStale: boolean },
  ): Admission | Promise<Admission> {
    if (devices === undefined) return 'uncounted';
    const claim = readDevice(headers);
    if (claim === undefined) return 'unsupported';
    const hash = deviceHash(subscriptionId, claim.hwid);
    const known = devices.known.find((device) => device.hash === hash);
    if (known !== undefined) {
      this.#options.onSeen(known.id, known.lastSeenMs);
      return 'known';
    }
    if (isStale) return 'open';
    // Whoever is removed elsewhere makes this document be read again, so it can be believed.
    if (devices.known.length >= devices.limit) return 'full';
    if (this.#underWay >= mostRegistrations || this.#limiter.take(key) > 0) return 'open';
    return this.#register(subscriptionId, hash, claim);
  }

  async #register(subscriptionId: string, hash: string, { model, os }: DeviceClaim): Promise<Admission> {
    const { registry, clock, metrics } = this.#options;
    const { promise: late, resolve } = Promise.withResolvers<'late'>();
    const cancel = clock.schedule(this.#timeoutMs, () => {
      resolve('late');
    });
    this.#underWay += 1;
    // One that arrives late is counted from the next request on, and holds its place among the registrations till then.
    const registered = registry
      .register({ subscriptionId, hash: Buffer.from(hash, 'base64url'), model, os })
      .finally(() => {
        this.#underWay -= 1;
      });
    try {
      const outcome = await Promise.race([registered, late]);
      if (outcome === 'unlimited') return 'uncounted';
      if (outcome !== 'late') return outcome;
      registered.catch((error: unknown) => {
        metrics.registrationFailed(error);
      });
      metrics.registrationFailed(undefined);
      return 'open';
    } catch (error) {
      metrics.registrationFailed(error);
      return 'open';
    } finally {
      cancel();
    }
  }
}
