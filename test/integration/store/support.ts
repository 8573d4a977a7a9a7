import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { expect, onTestFinished } from 'vitest';
import { silentLog } from '../../../src/base/log.ts';
import {
  createTokenKeyData,
  ensurePanel,
  ensureSubscriptions,
  openStore,
  parseTokenKeys,
  savePanelReading,
  type ConfirmedClient,
  type PanelRecord,
  type Store,
  type StoreRole,
  type SubscriptionRecord,
} from '../../../src/store/index.ts';
import { freshDatabase } from '../../support/database.ts';

/** Matchers in the type of what they stand for. */
export const anyNumber = expect.any(Number) as number;
export const anyBigint = expect.any(BigInt) as bigint;
export const text = (pattern: RegExp | string): string => expect.stringMatching(pattern) as string;

export const tokenKeys = parseTokenKeys(createTokenKeyData());

/**
 * A store on a migrated database of its own, with the operator's rights, and with those of the subscription service to see
 * what phones get of it. That each does its work with its own rights alone is another test's.
 */
export async function freshStore(): Promise<Store> {
  const { url } = await freshDatabase();
  const user = await freshUser(url);
  await execute(url, `grant wayleave_operator, wayleave_subscriptions to ${user.name}`);
  return openAs('operator', user.url);
}

export async function openAs(role: StoreRole, databaseUrl: string): Promise<Store> {
  const store = await openStore({ databaseUrl, role, log: silentLog, applicationName: 'store-test' });
  onTestFinished(() => store.close());
  return store;
}

/** Statements as the user of the URL, on a connection of their own. */
export async function execute(databaseUrl: string, sql: string): Promise<void> {
  const connection = new pg.Client({ connectionString: databaseUrl });
  await connection.connect();
  try {
    await connection.query(sql);
  } finally {
    await connection.end();
  }
}

/** A login role that is gone when the test is, and the URL of the same database for it. Roles belong to the whole server. */
export async function freshUser(
  superuserUrl: string,
  options = '',
): Promise<{ readonly name: string; readonly url: string; readonly password: string }> {
  const name = `user_${randomBytes(6).toString('hex')}`;
  const password = randomBytes(12).toString('hex');
  await execute(superuserUrl, `create role ${name} login password '${password}' ${options}`);
  const url = new URL(superuserUrl);
  url.username = name;
  url.password = password;
  return { name, url: url.href, password };
}

export async function subscription(store: Store, name = 'alice', namespace = 'shop'): Promise<SubscriptionRecord> {
  const [record] = await ensureSubscriptions(store, [{ namespace, name, source: 'resource' }], tokenKeys);
  if (record === undefined) throw new Error('no record');
  return record;
}

/** A panel with an endpoint per tag. */
export async function panel(store: Store, name = 'nl', ...tags: readonly string[]): Promise<PanelRecord> {
  const record = await ensurePanel(store, { namespace: 'shop', name });
  const endpoints = tags.map((inbound) => ({ inbound, endpoint: { address: `${name}.example.org`, remark: inbound } }));
  await savePanelReading(store, record.id, { identity: `guid of ${name}`, endpoints, location: name.toUpperCase() });
  return { ...record, endpoints };
}

export function client(of: SubscriptionRecord, on: PanelRecord, generation = 1): ConfirmedClient {
  return {
    panelId: on.id,
    subscriptionId: of.id,
    generation,
    email: `wl-${of.shortId}${generation > 1 ? `-g${String(generation)}` : ''}`,
    inbounds: on.endpoints.map(({ inbound }) => inbound),
    fingerprint: 'as desired',
    enabled: true,
  };
}

/** Everything that an async iterable gives. */
export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}
