import { hash } from 'node:crypto';
import { Registry } from 'prom-client';
import { onTestFinished } from 'vitest';

import type { Log } from '../../src/base/log.ts';
import type { VlessEndpoint } from '../../src/formats/endpoint.ts';
import {
  type ServiceLimits,
  startSubscriptionService,
  type SubscriptionService,
  type SubscriptionServiceOptions,
} from '../../src/subscriptions/service.ts';
import type { SubscriptionDocument } from '../../src/subscriptions/source.ts';
import { ManualClock } from './manual-clock.ts';

export const token = 'AAAAbbbbCCCCddddEEEEffffGGGGhhh1';
export const unknownToken = 'AAAAbbbbCCCCddddEEEEffffGGGGhhh2';
export const startMs = Date.UTC(2026, 10, 23);
export const dayMs = 86_400_000;

export function endpointOf(remark: string, change: Partial<VlessEndpoint> = {}): VlessEndpoint {
  return {
    protocol: 'vless',
    address: 'nl1.example.com',
    port: 443,
    remark,
    transport: { type: 'ws', path: '/a', host: '' },
    security: { type: 'none' },
    encryption: 'none',
    ...change,
  };
}

/** A subscription of which nothing is known but that it is granted. */
export function bareDocument(change: Partial<SubscriptionDocument> = {}): SubscriptionDocument {
  return {
    subscriptionId: 's',
    token: { revoked: false },
    suspended: false,
    access: 'granted',
    limited: false,
    usage: { uploadBytes: 0, downloadBytes: 0 },
    servers: [],
    ...change,
  };
}

/** An active subscription on two servers that every app can use. */
export function documentOf(
  change: Partial<SubscriptionDocument> = {},
  endpoints: readonly unknown[] = [endpointOf('NL'), endpointOf('DE')],
): SubscriptionDocument {
  return bareDocument({
    title: 'Month',
    expiresAtMs: startMs + 30 * dayMs,
    usage: { uploadBytes: 1, downloadBytes: 2, limitBytes: 3 },
    servers: endpoints.map((endpoint) => ({ endpoint, clientUuid: '5783a3e7-e373-51cd-8642-c83782b807c5' })),
    ...change,
  });
}

export interface FetchedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type AskedAs = Readonly<Record<string, string>>;

export interface ServedDocument {
  readonly service: SubscriptionService;
  readonly clock: ManualClock;
  readonly registry: Registry;
  /** Fields and message of each line of the log. */
  readonly logged: readonly unknown[];
  /** By token; another one may be put there. */
  readonly documents: Map<string, SubscriptionDocument>;
  /** Without language and user agent unless they are given. */
  readonly get: (path: string, as?: AskedAs, method?: string) => Promise<FetchedAnswer>;
  readonly port: number;
}

/** A real service around one document, until the test ends. */
export async function serveDocument(
  known: SubscriptionDocument,
  options: Partial<SubscriptionServiceOptions> & { readonly limits?: Partial<ServiceLimits> } = {},
): Promise<ServedDocument> {
  const clock = new ManualClock(startMs);
  const registry = new Registry();
  const logged: unknown[] = [];
  const write = (fields: object, message: string): void => void logged.push([fields, message]);
  const log: Log = { debug: write, info: write, warn: write, error: write, child: () => log };
  const documents = new Map([[token, known]]);
  const service = await startSubscriptionService({
    source: {
      find: (tokenHash) => {
        const entry = [...documents].find(([name]) => hash('sha256', name, 'buffer').equals(tokenHash));
        return Promise.resolve(entry?.[1]);
      },
    },

    clock,
    log,
    registry,
    listen: { host: '127.0.0.1', port: 0 },
    trustedProxies: [],
    profile: { title: 'Wayleave', updateIntervalHours: 12 },
    ...options,
    limits: { perToken: { perSecond: 1e6, burst: 1e6 }, perAddress: { perSecond: 1e6, burst: 1e6 }, ...options.limits },
  });
  onTestFinished(() => service.stop());
  const port = service.address.port;
  const get = async (path: string, as: AskedAs = {}, method = 'GET'): Promise<FetchedAnswer> => {
    // undici adds headers of its own that matter here; empty ones stand for none.
    const headers = { 'user-agent': '', accept: '*/*', 'accept-language': '', ...as };
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers });
    return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() };
  };
  return { service, clock, registry, logged, documents, get, port };
}
