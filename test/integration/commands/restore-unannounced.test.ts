import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { silentLog } from '../../../src/base/log.ts';
import { BooksWatch } from '../../../src/commands/bot/books-watch.ts';
import { LeaderElector, type Lease, leaseResource } from '../../../src/kube/index.ts';
import { getShop, noteJobSuccess, pauseRefundsByPerson, readBooks } from '../../../src/ledger/index.ts';
import { createSellingWorld, type SellingWorld } from '../projection/support.ts';

/** A bot that starts on a database which went back to a backup, where nobody ran "wayleave restore". */
describe('a restore that nobody announced', () => {
  const leaseName = 'wayleave-shop-drill';
  let world: SellingWorld;
  beforeAll(async () => {
    world = await createSellingWorld({ operator: false });
  });
  afterAll(() => world.end());

  function bot(shopUid: string): BooksWatch {
    const { client, botStore: store, namespace, shop } = world;
    const parts = { client, store, namespace, version: '1.2.3', clock: systemClock, log: silentLog };
    return new BooksWatch(parts, { shopId: shop.shop.id, key: `${namespace}/main`, shopUid, leaseName });
  }

  async function isPaused(): Promise<boolean> {
    return (await getShop(world.botStore, world.shop.shop.id)).refundsPausedAtMs !== undefined;
  }

  async function resume(): Promise<void> {
    const act = { author: 'ann', reason: 'looked at it', requestId: randomUUID() };
    await pauseRefundsByPerson(world.botStore, world.shop.shop.id, 'resume', act);
  }

  /** A bot that leads for a moment, until its Lease says how far it saw the books. */
  async function leads(): Promise<Lease> {
    const { client, namespace } = world;
    const stop = new AbortController();
    const watch = bot('first');
    const common = { client, namespace, clock: systemClock, random: Math.random, log: silentLog };
    const elector = new LeaderElector({
      ...common,
      name: leaseName,
      identity: randomUUID(),
      retryPeriodMs: 100,
      annotations: watch.notes,
    });
    const running = Promise.all([
      watch.follow(stop.signal),
      elector.run(stop.signal, () => new Promise((resolve) => stop.signal.addEventListener('abort', () => resolve()))),
    ]);
    const { untilMs = 0 } = await readBooks(world.botStore, world.shop.shop.id);
    const lease = await vi.waitFor(
      async () => {
        const found = await client.get<Lease>(leaseResource, namespace, leaseName);
        expect(found.metadata.annotations?.['wayleave.dev/books-until']).toBe(new Date(untilMs).toISOString());
        return found;
      },
      { timeout: 30_000 },
    );
    stop.abort();
    await running;
    return lease;
  }

  it('a shop that has sold nothing starts as it is', async () => {
    await bot('first').pauseIfRestored();
    expect(await isPaused()).toBe(false);
  });

  it('a cluster that never ran a shop with payments pauses refunds, once', async () => {
    await world.buy();
    await bot('first').pauseIfRestored();
    expect(await isPaused()).toBe(true);
    await resume();
    await bot('first').pauseIfRestored();
    expect(await isPaused()).toBe(false);
    await bot('of another cluster').pauseIfRestored();
    expect(await isPaused()).toBe(true);
    await resume();
  });

  it('a Lease says the version of who leads and how far the books go, and books that go on are let be', async () => {
    const { id } = world.shop.shop;
    await noteJobSuccess(world.botStore, id, 'reconcile-stars');
    const lease = await leads();
    expect(lease.metadata.annotations).toMatchObject({ 'wayleave.dev/version': '1.2.3' });
    await noteJobSuccess(world.botStore, id, 'reconcile-stars');
    await bot('first').pauseIfRestored();
    expect(await isPaused()).toBe(false);
  });

  it('books that end before what the Lease says were restored: refunds wait for a person', async () => {
    await world.shop.owner.query(`update wayleave.jobs set last_success_at = last_success_at - interval '1 minute'`);
    await bot('first').pauseIfRestored();
    expect(await isPaused()).toBe(true);
    const { rows } = await world.shop.owner.query<{ reason: string }>(
      `select detail ->> 'reason' as reason from wayleave.audit where action = 'pause-refunds' order by id desc limit 1`,
    );
    expect(rows[0]?.reason).toContain('the database was restored');
  });
});
