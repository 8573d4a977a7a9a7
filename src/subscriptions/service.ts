import type { AddressInfo } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import { getHeapStatistics } from 'node:v8';
import type { Registry } from 'prom-client';

import type { Clock } from '../base/clock.ts';
import { WayleaveError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { subscriptionFormats } from '../formats/formats.ts';
import { clientAddresses } from './client-address.ts';
import { DeviceGate } from './device-gate.ts';
import { createDeviceMetrics } from './device-metrics.ts';
import { createDeviceRemoval } from './device-removal.ts';
import { DocumentCache } from './document-cache.ts';
import { type HttpLimits, startHttpServer } from './http-server.ts';
import type { Pages } from './page-answer.ts';
import { createProfiles, pathsOf, type ProfileSettings, validateProfile } from './profile.ts';
import { type RateLimit, RateLimiter } from './rate-limit.ts';
import { RenderedSubscription } from './rendered-subscription.ts';
import { createRequestHandler } from './request-handler.ts';
import { createServiceMetrics, type ServiceMetrics } from './service-metrics.ts';
import { Snapshot, type SnapshotSettings } from './snapshot.ts';
import { createSnapshotMetrics } from './snapshot-metrics.ts';
import type { SubscriptionSource } from './source.ts';
import { standingOf } from './standing.ts';
import { noRecords, type ServiceRecords } from './records.ts';
import { UsageOfTokens } from './usage-of-tokens.ts';
import { createUsageMetrics } from './usage-of-tokens-metrics.ts';
import { warmUp } from './warm-up.ts';

export interface ServiceLimits extends HttpLimits {
  /** Generous: behind one address of a mobile operator there are thousands of customers. */
  readonly perAddress: RateLimit;
  readonly perToken: RateLimit;
  readonly cacheEntries: number;
  readonly cacheBytes: number;
  /** How long a document is used without asking the source, in milliseconds. */
  readonly freshMs: number;
  readonly sourceTimeoutMs: number;
  /** How long who is known waits for it, unless his subscription changed, in milliseconds. */
  readonly sourcePatienceMs: number;
  /** Readings from the source at a time. */
  readonly sourceReadings: number;
}

/**
 * Node takes its heap's limit from that of its container, about half of it. The rest of the heap is for what the process needs
 * besides, and for garbage that waits: with more, customers who come in turn ended a process in a container of 512 MiB.
 */
const cacheShareOfHeap = 0.25;

export const defaultLimits: ServiceLimits = {
  perAddress: { perSecond: 50, burst: 500 },
  perToken: { perSecond: 0.5, burst: 60 },
  cacheEntries: 100_000,
  cacheBytes: Math.min(256 * 1024 * 1024, Math.floor(getHeapStatistics().heap_size_limit * cacheShareOfHeap)),
  freshMs: 10_000,
  sourceTimeoutMs: 1000,
  sourcePatienceMs: 250,
  sourceReadings: 64,
  connections: 10_000,
  // Longer than the 60 s that nginx and most load balancers keep idle connections, so that they close first.
  keepAliveMs: 75_000,
  requestMs: 10_000,
  stalledSocketMs: 30_000,
  drainMs: 5000,
};

export interface SubscriptionServiceOptions {
  readonly source: SubscriptionSource;
  /** Without them nothing is counted, noted or read in advance. */
  readonly records?: ServiceRecords;
  /** Keeps what is in memory on disk as well. */
  readonly snapshot?: SnapshotSettings;
  /** Waits, before it listens, for what it cannot do without. @param documents that the snapshot brought */
  readonly untilUsable?: (documents: number) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
  readonly registry: Registry;
  readonly listen: { readonly host: string; /** 0 lets the system choose. */ readonly port: number };
  /** Addresses and networks (`10.0.0.0/8`) of proxies whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
  readonly profile: ProfileSettings;
  /** Without it, browsers get what apps get. */
  readonly pages?: Pages;
  readonly limits?: Partial<ServiceLimits>;
}

export interface SubscriptionService {
  readonly address: AddressInfo;
  /** To be called for every notification of the database. */
  invalidate(subscriptionId: string): void;
  /** Reads in advance, and writes the snapshot, until the signal aborts. Never rejects. */
  run(signal: AbortSignal): Promise<void>;
  /** To be called after notifications may have been lost. */
  invalidateAll(): void;
  /**
   * Goes on answering, and closes each connection with its answer: whoever keeps one sends his next request elsewhere,
   * rather than into the one that {@link stop} is just closing.
   */
  drain(): void;
  /** Takes no new request, ends those in hand within the drain limit, and closes every connection. */
  stop(): Promise<void>;
}

/**
 * Starts the service that customers' apps ask: `GET /sub/<token>`. It needs the source for what it has not seen yet, and
 * memory for everything else.
 *
 * @throws SubscriptionServiceError SUB_CONFIG_INVALID, SUB_LISTEN_FAILED
 */
export async function startSubscriptionService(options: SubscriptionServiceOptions): Promise<SubscriptionService> {
  const { clock, log, registry, profile } = options;
  const limits = { ...defaultLimits, ...options.limits };
  validateProfile(profile);
  const profiles = createProfiles(profile);
  const addresses = clientAddresses(options.trustedProxies);
  const metrics = createServiceMetrics(registry, () => cache.size);
  const snapshotMetrics = createSnapshotMetrics(registry);
  const usageMetrics = createUsageMetrics(registry);
  const [defaultFormat] = subscriptionFormats;
  const cache = new DocumentCache<RenderedSubscription>({
    source: options.source,
    clock,
    maxEntries: limits.cacheEntries,
    maxBytes: limits.cacheBytes,
    freshMs: limits.freshMs,
    timeoutMs: limits.sourceTimeoutMs,
    patienceMs: limits.sourcePatienceMs,
    maxReadings: limits.sourceReadings,
    prepare(document, previous) {
      if (previous !== undefined && isDeepStrictEqual(previous.document, document)) return previous;
      const { shop, profile: shown } = profiles(document.shop);
      const rendered = new RenderedSubscription(shop === undefined ? document : { ...document, shop }, shown);
      // Now rather than at the first request: a document that cannot be rendered must not replace one that can.
      const standing = standingOf(document, clock.now());
      if (standing !== 'unknown') {
        rendered.check({ standing, format: defaultFormat, core: undefined, language: 'en', headers: 'app' });
      }
      return rendered;
    },
    ...reportSource(metrics, log),
  });
  const { snapshot: snapshotSettings, records = noRecords } = options;
  const snapshot =
    snapshotSettings === undefined
      ? undefined
      : new Snapshot({ ...snapshotSettings, cache, clock, log, metrics: snapshotMetrics });
  const usage = new UsageOfTokens({
    clock,
    writeUses: (keys) => records.recordUses(keys),
    writeSeen: (deviceIds) => records.recordSeen(deviceIds),
    async forget() {
      const { rows, more } = await records.forget();
      usageMetrics.forgot(rows);
      return more;
    },
    mostKeys: limits.cacheEntries,
    onFailure: usageMetrics.writeFailed,
  });
  const shared = {
    addresses,
    addressLimiter: new RateLimiter(limits.perAddress, clock),
    tokenLimiter: new RateLimiter(limits.perToken, clock),
    log,
  };
  const handle = createRequestHandler({
    ...shared,
    cache,
    devices: new DeviceGate({
      registry: records,
      onSeen: (deviceId, lastSeenMs) => {
        usage.seen(deviceId, lastSeenMs);
      },
      clock,
      metrics: createDeviceMetrics(registry),
    }),
    usage,
    formats: new Map(subscriptionFormats.map((format) => [format.name, format])),
    defaultFormat,
    pages: options.pages,
    metrics,
    clock,
  });
  const removeDevice = createDeviceRemoval({
    ...shared,
    cache,
    remove: (subscriptionId, deviceId) => records.removeDevice(subscriptionId, deviceId),
    clock,
  });
  const fromSnapshot = (await snapshot?.load()) ?? 0;
  await options.untilUsable?.(fromSnapshot);
  const server = await startHttpServer({
    handle,
    removeDevice,
    listen: options.listen,
    publicPaths: pathsOf(profile),
    limits,
    clock,
  });
  return {
    address: server.address,
    async run(signal) {
      await Promise.all([
        warmUp({
          source: records,
          cache,
          limit: limits.cacheEntries,
          clock,
          log,
          signal,
          onLoaded: usageMetrics.warmed,
        }),
        snapshot?.run(signal),
      ]);
    },
    invalidate: (subscriptionId) => {
      cache.invalidate(subscriptionId);
    },
    invalidateAll: () => {
      cache.invalidateAll();
    },
    drain: () => {
      server.drain();
    },
    async stop() {
      await server.stop();
      cache.stop();
      await usage.stop();
    },
  };
}

/** Counts every failure, and says once when the source is lost and when it is back. */
function reportSource(metrics: ServiceMetrics, log: Log) {
  let latest: unknown;
  return {
    onFailure(error: unknown): void {
      latest = error;
      metrics.sourceError(codeOf(error));
    },
    onUnusable(error: unknown, key: string): void {
      metrics.sourceError(codeOf(error));
      log.error({ err: error, tokenHash: key.slice(0, 8) }, 'a subscription cannot be shown, its last answer stays');
    },
    onHealth(failing: boolean): void {
      metrics.sourceFailing(failing);
      if (failing) log.warn({ err: latest }, 'the database does not answer: known tokens get their last answer');
      else log.info({}, 'the database answers again');
    },
  };
}

function codeOf(error: unknown): string {
  return error instanceof WayleaveError ? String(error.code) : 'UNKNOWN';
}
