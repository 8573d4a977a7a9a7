import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { Registry } from 'prom-client';
import { expect, vi } from 'vitest';
import { vpnSubscriptions, type VPNSubscription } from '../../../src/api/index.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { silentLog } from '../../../src/base/log.ts';
import { createProjection } from '../../../src/controllers/projection/projection.ts';
import { TokenKeySource } from '../../../src/controllers/token-keys.ts';
import { eventResource, EventRecorder, type KubeClient } from '../../../src/kube/index.ts';
import {
  ensureShop,
  recordCharge,
  resourceName,
  type CustomerRecord,
  type PlanTerms,
} from '../../../src/ledger/index.ts';
import { listenForWork, openStore, type Store } from '../../../src/store/index.ts';
import { installClock, passTime, readClock } from '../../support/money/clock.ts';
import { botLogin, newCustomer, order, starsCharge, type TestShop } from '../../support/money/shop.ts';
import { planTerms } from '../../support/money/terms.ts';
import type { ThreeXuiSimulator } from '../../support/simulators/3x-ui/index.ts';
import { stateOf } from '../../support/world/conditions.ts';
import { createWorld, type World } from '../../support/world/world.ts';

export const soon = { timeout: 40_000, interval: 100 };
export const onMain = { matchLabels: { tier: 'main' } };

export interface ProjectionChanges {
  readonly client?: KubeClient;
  readonly store?: Store;
  readonly sweepEveryMs?: number;
  readonly concurrency?: number;
  readonly failpoint?: (name: string) => Promise<void> | void;
}

export interface RunningProjection {
  readonly registry: Registry;
  stop(): Promise<void>;
}

export interface Bought {
  readonly customer: CustomerRecord;
  readonly subscriptionId: string;
  /** Of the resource. */
  readonly name: string;
  readonly chargeId: string;
}

/** A world with a shop in it, whose database's clock a test can move. */
export interface SellingWorld extends World {
  readonly shop: TestShop;
  /** With the rights of the bot and no others. */
  readonly botStore: Store;
  readonly nl: ThreeXuiSimulator;
  startProjection(changes?: ProjectionChanges): RunningProjection;
  buy(terms?: Partial<PlanTerms>, more?: { readonly of: Bought }): Promise<Bought>;
  becomes(bought: Pick<Bought, 'name'>, state: string): Promise<VPNSubscription>;
  /** What stands in the way of projections, for messages. */
  complaints(): Promise<string>;
  /** Notes of the Events of that reason about a resource. */
  eventsOf(name: string, reason: string): Promise<string[]>;
}

/** A shop with one panel, an operator unless told otherwise, and no projection yet. */
export async function createSellingWorld({
  operator = true,
}: { readonly operator?: boolean } = {}): Promise<SellingWorld> {
  const world = await createWorld();
  const cleanups: (() => Promise<void>)[] = [];
  const owner = new pg.Pool({ connectionString: world.databaseUrl, max: 2 });
  owner.on('error', () => undefined);
  await installClock(owner);
  const databaseUrl = await botLogin(owner, world.databaseUrl);
  const openReplica = async (): Promise<Store> => {
    const opened = await openStore({
      databaseUrl,
      role: 'bot',
      log: silentLog,
      applicationName: 'bot-test',
      poolSize: 20,
    });
    cleanups.unshift(() => opened.close());
    return opened;
  };
  const botStore = await openReplica();
  const shop: TestShop = {
    store: botStore,
    shop: await ensureShop(botStore, { namespace: world.namespace, name: 'main', mode: 'live' }),
    databaseUrl,
    owner,
    ownerUrl: world.databaseUrl,
    openReplica,
    passTime: (seconds) => passTime(owner, seconds),
    now: () => readClock(owner),
  };
  const nl = await world.addPanel('nl');
  if (operator) world.startOperator();

  function startProjection({
    client = world.client,
    store = botStore,
    failpoint,
    ...changes
  }: ProjectionChanges = {}): RunningProjection {
    const stop = new AbortController();
    const registry = new Registry();
    const common = { clock: systemClock, random: Math.random, log: silentLog };
    const keys = new TokenKeySource({ client, store, namespace: world.namespace, clock: systemClock });
    const events = new EventRecorder({ client, component: 'wayleave-bot', instance: randomUUID(), ...common });
    const projection = createProjection({
      ...common,
      ...changes,
      client,
      store,
      tokenKeys: () => keys.get(),
      events,
      watchNamespace: world.namespace,
      registry,
      failpoint: failpoint ?? (() => undefined),
    });
    const onRing = (): void => {
      projection.ring();
    };
    const running = Promise.all([
      projection.run(stop.signal),
      listenForWork({ ...common, databaseUrl, onRing, signal: stop.signal }),
    ]);
    const end = async (): Promise<void> => {
      stop.abort();
      await running;
      await events.flush();
    };
    cleanups.push(end);
    return { registry, stop: end };
  }

  return {
    ...world,
    shop,
    botStore,
    nl,
    startProjection,
    async buy(terms = {}, more) {
      const customer = more?.of.customer ?? (await newCustomer(shop));
      const placed = await order(shop, customer, {
        terms: planTerms(terms.plan, { panelSelector: onMain, ...terms }),
        ...(more === undefined ? {} : { subscriptionId: more.of.subscriptionId }),
      });
      const charge = starsCharge(placed, customer);
      expect(await recordCharge(botStore, charge)).toMatchObject({ disposition: 'granted' });
      const { subscriptionId } = placed.order;
      return { customer, subscriptionId, name: resourceName(subscriptionId), chargeId: charge.chargeId };
    },
    async becomes({ name }, state) {
      return vi.waitFor(async () => {
        const found = await world.get(name);
        expect(stateOf(found)).toBe(state);
        expect(found.status?.observedGeneration).toBe(found.metadata.generation);
        return found;
      }, soon);
    },
    async complaints() {
      const rows = await world.store.query(
        `select o.*, wayleave.wall_clock() as now from wayleave.outbox o where topic = 'project'`,
      );
      return JSON.stringify(rows, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
    },
    async eventsOf(name, reason) {
      const { items } = await world.client.list<
        { reason: string; note: string; regarding: { name: string } } & VPNSubscription
      >(eventResource, { namespace: world.namespace });
      return items.filter((one) => one.reason === reason && one.regarding.name === name).map(({ note }) => note);
    },
    async end() {
      for (const cleanup of cleanups.toReversed()) await cleanup();
      await owner.end();
      await world.end();
    },
  };
}

/** Revision and end of the entitlement as Postgres has them. */
export async function entitlementOf(
  store: Store,
  subscriptionId: string,
): Promise<{ readonly revision: number; readonly provisioned: number; readonly expiresAtMs: number }> {
  const [row] = await store.query<{ revision: bigint; provisioned: bigint; expiresAtMs: number }>(
    `select revision, provisioned_revision as provisioned, expires_at as "expiresAtMs"
     from wayleave.entitlements where subscription_id = $1`,
    [subscriptionId],
  );
  if (row === undefined) throw new Error(`${subscriptionId} has no entitlement`);
  return { revision: Number(row.revision), provisioned: Number(row.provisioned), expiresAtMs: row.expiresAtMs };
}

/** How many projections wait or are in hand. */
export async function outboxDepth(store: Store): Promise<number> {
  const [row] = await store.query<{ n: number }>(
    `select count(*)::integer as n from wayleave.outbox where topic = 'project'`,
  );
  return row?.n ?? 0;
}

export async function metric(
  registry: Registry,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): Promise<number> {
  const found = (await registry.getMetricsAsJSON()).find((one) => one.name === name);
  const value = found?.values.find((one) =>
    Object.entries(labels).every(([key, wanted]) => (one.labels as Record<string, unknown>)[key] === wanted),
  );
  if (value === undefined) throw new Error(`there is no ${name} ${JSON.stringify(labels)}`);
  return value.value;
}

/** As a person would with kubectl: a plain update, which takes the field away from whoever owned it. */
export async function editByHand(world: World, name: string, spec: object): Promise<void> {
  await world.patch(vpnSubscriptions, name, { spec });
}
