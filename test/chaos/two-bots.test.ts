import { afterEach, describe, expect, it, vi } from 'vitest';
import { examine } from '../support/shop-world/books.ts';
import { startBalancer } from '../support/shop-world/balancer.ts';
import { buys, buysImpatiently, isReady, progressOf, takesTrial } from '../support/shop-world/people.ts';
import { Replicas } from '../support/shop-world/replicas.ts';
import { createShopWorld, type ShopWorld } from '../support/shop-world/shop-world.ts';
import type { Customer } from '../support/simulators/telegram/index.ts';
import { freePort } from '../support/processes.ts';

const customers = 100;
/** So many come at a time. */
const crowd = 25;
const kills = 4;

/** Two replicas, a crowd that clicks twice, and one of the two killed whenever so many have paid again. */
describe('two bots, one of which is killed again and again', () => {
  const cleanups: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
  });

  it('sell to a crowd by webhook', async () => {
    const [entrance, ...ports] = await Promise.all([freePort(), freePort(), freePort()]);
    const balancer = await startBalancer(entrance, ports, Math.random);
    cleanups.push(() => balancer.stop());
    const webhookUrl = `http://127.0.0.1:${String(entrance)}`;
    expect(await sell({ updates: 'Webhook', webhookUrl }, ports)).toEqual({ served: customers, kills });
  });

  it('sell to a crowd by polling', async () => {
    expect(await sell({}, await Promise.all([freePort(), freePort()]))).toEqual({ served: customers, kills });
  });

  async function sell(
    bot: Parameters<typeof createShopWorld>[0],
    ports: readonly number[],
  ): Promise<{ served: number; kills: number }> {
    const shop = await createShopWorld(bot);
    cleanups.push(() => shop.end());
    const replicas = new Replicas(shop, ports);
    cleanups.push(() => replicas.end());
    const everybody = Array.from({ length: customers }, (_, index) =>
      shop.telegram.user({ firstName: `Guest ${String(index)}` }),
    );
    await Promise.all([comes(everybody), killAtRandom(shop, replicas)]);
    await vi.waitFor(
      async () => {
        await replicas.endOldClaims();
        expect(await examine(shop, new Set())).toEqual([]);
        for (const customer of everybody) {
          const messages = progressOf(customer);
          expect(messages.filter(isReady).length).toBeGreaterThan(0);
          // One whose sending was in doubt when a replica died; it may have been sent so late that it said so already.
          expect(messages.length).toBeLessThanOrEqual(2);
        }
      },
      { timeout: 90_000, interval: 500 },
    );
    return { served: everybody.length, kills: replicas.kills };
  }

  /** Everybody takes something, so many at a time. */
  async function comes(everybody: readonly Customer[]): Promise<void> {
    const queue = [...everybody.entries()];
    const lane = async (): Promise<void> => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) await takesSomething(...next);
    };
    await Promise.all(Array.from({ length: crowd }, lane));
  }

  async function takesSomething(index: number, customer: Customer): Promise<void> {
    if (index % 10 === 0) await takesTrial(customer);
    else if (index % 3 === 0) await buys(customer);
    else await buysImpatiently(customer);
  }

  async function killAtRandom(shop: ShopWorld, replicas: Replicas): Promise<void> {
    const { telegram } = shop;
    const step = Math.floor((customers * 0.8) / kills);
    for (let kill = 0; kill < kills; kill += 1) {
      const enough = step * kill + 1 + Math.floor(Math.random() * (step - 1));
      await telegram.until(() => telegram.stars.transactions.length >= enough, {
        timeoutMs: 120_000,
        what: 'payments',
      });
      await replicas.kill(Math.floor(Math.random() * 2));
    }
  }
});
