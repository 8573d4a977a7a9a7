import type { Clock } from '../base/clock.ts';
import type { KubeClient } from './client.ts';
import { isKubeError } from './errors.ts';
import { heldBy, type Lease, leaseResource, releasedBy } from './lease.ts';

interface LeaseLockOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly name: string;
  readonly identity: string;
  readonly leaseDurationMs: number;
  /** What the holder says of itself; asked at each write. What others wrote beside it stays. */
  readonly annotations?: (() => Readonly<Record<string, string>>) | undefined;
  readonly clock: Clock;
}

/**
 * One candidate's view of a Lease, by client-go's rules. A foreign lease has expired when *we* have seen no change of it
 * for its duration on our monotonic clock; the times written in it come from other clocks and count for nothing.
 */
export class LeaseLock {
  readonly #options: LeaseLockOptions;
  #observed: Lease | undefined;
  #observedAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: LeaseLockOptions) {
    this.#options = options;
  }

  /** Who held the lease when it was last read: `''` for nobody. */
  get holder(): string {
    return this.#observed?.spec?.holderIdentity ?? '';
  }

  /** Milliseconds until a lease of somebody else's ends, as we have seen it; Infinity when nobody else holds it. */
  get endsInMs(): number {
    const { clock, identity } = this.#options;
    if (this.#observed === undefined || this.holder === '' || this.holder === identity) return Infinity;
    return Math.max(0, this.#observedAtMs + this.#durationOf(this.#observed) - clock.monotonic());
  }

  /**
   * Takes or renews the lease. Every write names the resource version it replaces, so of two candidates one fails.
   *
   * @returns whether the lease is ours now
   * @throws KubeError if it cannot be told; the write may have happened
   */
  async acquireOrRenew(signal: AbortSignal, timeoutMs: number): Promise<boolean> {
    const { client, namespace, name, identity } = this.#options;
    const call = { signal, timeoutMs };
    if (this.holder === identity && this.#observed !== undefined && this.#isFresh(this.#observed)) {
      // Ours a moment ago: write without reading. A conflict tells that somebody touched it.
      const renewed = await this.#write(this.#observed, call);
      if (renewed) {
        return true;
      }
    }
    const found = await client.find<Lease>(leaseResource, namespace, name, call);
    if (found === undefined) {
      return this.#create(call);
    }
    this.#observe(found);
    if (this.holder !== '' && this.holder !== identity && this.#isFresh(found)) {
      return false;
    }
    return this.#write(found, call);
  }

  /** Gives the lease up if it is still ours. A conflict means that it is not, which is as good. */
  async release(timeoutMs: number): Promise<void> {
    const { client, namespace, name, identity, clock } = this.#options;
    const call = { timeoutMs };
    const found = await client.find<Lease>(leaseResource, namespace, name, call);
    if (found === undefined || found.spec?.holderIdentity !== identity) {
      return;
    }
    try {
      this.#observe(
        await client.replace(leaseResource, { ...found, spec: releasedBy(found, clock.now()) } as Lease, call),
      );
    } catch (thrown) {
      if (!isKubeError(thrown, 'KUBE_CONFLICT', 'KUBE_NOT_FOUND')) {
        throw thrown;
      }
    }
  }

  async #create(call: { signal: AbortSignal; timeoutMs: number }): Promise<boolean> {
    const { client, namespace, name } = this.#options;
    const lease: Lease = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { namespace, name, annotations: { ...this.#options.annotations?.() } },
      spec: this.#spec(undefined),
    };
    try {
      this.#observe(await client.create<Lease>(leaseResource, lease, call));
      return true;
    } catch (thrown) {
      if (isKubeError(thrown, 'KUBE_ALREADY_EXISTS')) {
        return false;
      }
      throw thrown;
    }
  }

  async #write(previous: Lease, call: { signal: AbortSignal; timeoutMs: number }): Promise<boolean> {
    const annotations = { ...previous.metadata.annotations, ...this.#options.annotations?.() };
    const lease: Lease = { ...previous, metadata: { ...previous.metadata, annotations }, spec: this.#spec(previous) };
    try {
      this.#observe(await this.#options.client.replace<Lease>(leaseResource, lease, call));
      return true;
    } catch (thrown) {
      if (isKubeError(thrown, 'KUBE_CONFLICT', 'KUBE_NOT_FOUND')) {
        return false;
      }
      throw thrown;
    }
  }

  #spec(previous: Lease | undefined): Lease['spec'] & object {
    const { identity, leaseDurationMs, clock } = this.#options;
    return heldBy(identity, previous, leaseDurationMs, clock.now());
  }

  #observe(lease: Lease): void {
    if (this.#observed?.metadata.resourceVersion !== lease.metadata.resourceVersion) {
      this.#observedAtMs = this.#options.clock.monotonic();
    }
    this.#observed = lease;
  }

  #isFresh(lease: Lease): boolean {
    return this.#options.clock.monotonic() < this.#observedAtMs + this.#durationOf(lease);
  }

  #durationOf(lease: Lease): number {
    const seconds = lease.spec?.leaseDurationSeconds;
    return seconds === undefined ? this.#options.leaseDurationMs : seconds * 1000;
  }
}
