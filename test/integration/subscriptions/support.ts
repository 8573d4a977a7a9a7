import { Registry } from 'prom-client';
import { onTestFinished } from 'vitest';

import { systemClock } from '../../../src/base/clock.ts';
import { silentLog } from '../../../src/base/log.ts';
import type { VlessEndpoint } from '../../../src/formats/endpoint.ts';
import { type ParsedVlessLink, parseVlessLink } from '../../../src/formats/parse-vless-link.ts';
import {
  confirmClients,
  createTokenKeyData,
  type DeclaredEntitlement,
  ensurePanel,
  ensureSubscriptions,
  openStore,
  parseTokenKeys,
  savePanelReading,
  type Store,
  type SubscriptionRecord,
  tokenOf,
  writeEntitlements,
} from '../../../src/store/index.ts';
import { serveFromStore } from '../../../src/subscriptions/index.ts';
import type { ServiceLimits } from '../../../src/subscriptions/service.ts';
import { freshDatabase } from '../../support/database.ts';
import { type Relay, startRelay } from './relay.ts';

export const tokenKeys = parseTokenKeys(createTokenKeyData());
export const day = 86_400_000;

export interface Answer {
  readonly status: number;
  /** Without the date and what the connection itself says. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface RunningService {
  readonly operator: Store;
  /** Under which it answers. */
  readonly base: string;
  readonly relay: Relay;
  readonly get: (token: string) => Promise<Answer>;
  /** Any path and any headers. */
  readonly ask: (path: string, init?: RequestInit) => Promise<Answer>;
  /** As the superuser, not through the relay. */
  readonly databaseUrl: string;
  readonly registry: Registry;
  readonly stop: () => void;
  readonly ended: Promise<void>;
}

/** A service on a database of its own, which it reaches through a relay, and the operator's store, which does not. */
export async function startService(limits: Partial<ServiceLimits> = {}): Promise<RunningService> {
  const { url } = await freshDatabase();
  const operator = await openStore({ databaseUrl: url, role: 'operator', log: silentLog, applicationName: 'operator' });
  onTestFinished(() => operator.close());
  const relay = await startRelay(Number(new URL(url).port));
  onTestFinished(() => relay.stop());
  const relayed = new URL(url);
  relayed.port = String(relay.port);
  relayed.hostname = '127.0.0.1';
  const databaseUrl = relayed.href;
  const store = await openStore({
    databaseUrl,
    role: 'subscriptions',
    log: silentLog,
    applicationName: 'subscriptions',
  });
  const registry = new Registry();
  const service = await serveFromStore({
    store,
    databaseUrl,
    clock: systemClock,
    random: () => 0,
    log: silentLog,
    registry,
    listen: { host: '127.0.0.1', port: 0 },
    trustedProxies: [],
    profile: { title: 'Wayleave', updateIntervalHours: 12 },
    // Tests ask far more often than phones do.
    limits: { perToken: { perSecond: 1000, burst: 1000 }, perAddress: { perSecond: 1000, burst: 1000 }, ...limits },
  });
  const stopping = new AbortController();
  const ended = service.run(stopping.signal);
  onTestFinished(async () => {
    stopping.abort();
    await ended;
    await store.close();
  });
  const base = `http://127.0.0.1:${service.address.port}`;
  const ask = (path: string, init?: RequestInit): Promise<Answer> => fetchAnswer(base + path, init);
  const get = (token: string): Promise<Answer> => ask(`/sub/${token}`);
  const stop = (): void => {
    stopping.abort();
  };
  return { operator, base, relay, get, ask, databaseUrl: url, registry, ended, stop };
}

/** A redirect is an answer, not a way to go. */
export async function fetchAnswer(url: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, { redirect: 'manual', ...init });
  const {
    date: _date,
    connection: _connection,
    'keep-alive': _keepAlive,
    ...headers
  } = Object.fromEntries(response.headers);
  return { status: response.status, headers, body: await response.text() };
}

export function endpoint(remark: string): VlessEndpoint {
  return {
    protocol: 'vless',
    address: 'nl1.example.com',
    port: 443,
    remark,
    transport: { type: 'tcp' },
    security: {
      type: 'reality',
      serverName: 'www.example.test',
      fingerprint: 'chrome',
      publicKey: 'QBb690isqnDxzcWkw6l_JX91ZJZsI6pYZaawd6x_dgo',
      shortId: 'ab',
      spiderX: '/',
      minClientVer: '',
    },
    encryption: 'none',
    flow: 'xtls-rprx-vision',
  };
}

export interface Provisioned {
  readonly id: string;
  readonly panelId: string;
  readonly token: string;
  readonly record: SubscriptionRecord;
}

/** What an operator writes for a subscription on one panel with these servers. */
export async function provision(store: Store, name: string, remarks: readonly string[]): Promise<Provisioned> {
  const [record] = await ensureSubscriptions(store, [{ namespace: 'shop', name, source: 'resource' }], tokenKeys);
  if (record?.token === undefined) throw new Error('no subscription');
  const panel = await ensurePanel(store, { namespace: 'shop', name: `panel-${name}` });
  const endpoints = remarks.map((remark) => ({ inbound: remark, endpoint: endpoint(remark) }));
  await savePanelReading(store, panel.id, { identity: `guid of ${name}`, endpoints });
  await confirmClients(store, [
    {
      panelId: panel.id,
      subscriptionId: record.id,
      generation: 1,
      email: `wl-${record.shortId}`,
      inbounds: remarks,
      fingerprint: 'as desired',
      enabled: true,
    },
  ]);
  await entitle(store, record.id);
  return { id: record.id, panelId: panel.id, token: tokenOf(tokenKeys, record.id, record.token), record };
}

export async function entitle(
  store: Store,
  subscriptionId: string,
  change: Partial<DeclaredEntitlement> = {},
): Promise<void> {
  await writeEntitlements(store, [
    {
      subscriptionId,
      title: { default: 'Monthly' },
      expiresAtMs: Date.now() + 30 * day,
      access: 'granted',
      trafficLimitBytes: 50_000_000_000n,
      deviceLimit: undefined,
      ...change,
    },
  ]);
}

export function linksOf(body: string): readonly ParsedVlessLink[] {
  const links = Buffer.from(body, 'base64').toString('utf8').split('\n');
  return links.map((link) => parseVlessLink(link));
}

export function remarksOf(body: string): readonly string[] {
  return linksOf(body).map((link) => link.endpoint.remark);
}
