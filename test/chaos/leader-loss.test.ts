import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Lease, leaseResource } from '../../src/kube/index.ts';
import { publishReliability } from '../support/money/publish-reliability.ts';
import { environmentOf } from '../support/rollout/cluster.ts';
import { thisVersion } from '../support/rollout/next-version.ts';
import { Pod, type Part } from '../support/rollout/pod.ts';
import { createShopWorld, shopName, type ShopWorld } from '../support/shop-world/shop-world.ts';
import { waitUntil } from '../support/processes.ts';
import { stateOf } from '../support/world/conditions.ts';

const isPublished = process.env['WAYLEAVE_TEST_PUBLISH'] === '1';
/** The slowest counts. */
const rounds = isPublished ? { graceful: 5, killed: 3 } : { graceful: 1, killed: 1 };
/** The default, with which both run. */
const leaseDurationS = 15;

/** Two processes of one part; the first of them leads. */
class Pair {
  readonly #start: () => Promise<Pod>;
  readonly #pods: Pod[] = [];

  constructor(part: Part, env: NodeJS.ProcessEnv) {
    this.#start = async () => {
      const pod = await Pod.start({ part, version: thisVersion, env });
      this.#pods.push(pod);
      await pod.until('ready', () => pod.isReady());
      return pod;
    };
  }

  /** A process beside the one that leads, or one that will lead. */
  async add(): Promise<void> {
    await this.#start();
  }

  /** The one that leads goes, and the other is the first. */
  async lose(end: (leader: Pod) => Promise<void>): Promise<void> {
    const leader = this.#pods.shift();
    if (leader === undefined) throw new Error('nobody leads');
    await end(leader);
  }

  async end(): Promise<void> {
    await Promise.all(this.#pods.map((pod) => pod.kill()));
  }
}

/**
 * The leading operator and the bot that polls for a shop end at the same moment, and at that moment somebody applies a
 * subscription and somebody writes to the bot: how long both wait is what the loss costs, work included.
 */
describe('when the operator and the bot that lead are gone, others work', () => {
  let shop: ShopWorld;
  let operators: Pair;
  let bots: Pair;
  let serial = 0;

  beforeAll(async () => {
    let started: Promise<void> | undefined;
    shop = await createShopWorld({}, (world) => {
      operators = new Pair('operator', environmentOf(world, 'http://127.0.0.1:8080'));
      started = operators.add();
    });
    await started;
    const { apiUrl } = shop.telegram;
    bots = new Pair('bot', {
      ...environmentOf(shop.world, 'http://127.0.0.1:8080'),
      WAYLEAVE_TELEGRAM_API_URL: apiUrl,
    });
    await bots.add();
    await Promise.all([provisions(), answers()]);
    await Promise.all([operators.add(), bots.add()]);
  }, 240_000);
  afterAll(async () => {
    await Promise.all([operators.end(), bots.end()]);
    await shop.end();
  });

  it('long before its lease ends, when it ends in order', async () => {
    const before = await holders();
    const slowest = await lose(rounds.graceful, (leader) => leader.terminate());
    expectOthers(before, await holders());
    expect(slowest).toBeLessThan(leaseDurationS);
    if (isPublished) await publishReliability({ failover_graceful_s: slowest });
  });

  it('soon after its lease ended, when it is killed', async () => {
    const before = await holders();
    const slowest = await lose(rounds.killed, (leader) => leader.kill());
    expectOthers(before, await holders());
    if (isPublished) await publishReliability({ failover_killed_s: slowest });
  });

  /** @returns seconds, of the slowest */
  async function lose(times: number, end: (leader: Pod) => Promise<void>): Promise<number> {
    const took: number[] = [];
    for (let round = 0; round < times; round += 1) {
      const startedMs = performance.now();
      const ended = Promise.all([operators.lose(end), bots.lose(end)]);
      await Promise.all(
        [provisions(), answers()].map(async (work) => {
          await work;
          took.push(Math.round(performance.now() - startedMs) / 1000);
        }),
      );
      await ended;
      await Promise.all([operators.add(), bots.add()]);
    }
    return Math.max(...took);
  }

  /** Who leads: the operator, and the bot for this shop. */
  async function holders(): Promise<readonly (string | undefined)[]> {
    const { client, namespace } = shop.world;
    const names = ['wayleave-operator', `wayleave-shop-${namespace}.${shopName}`];
    const leases = await Promise.all(names.map((name) => client.get<Lease>(leaseResource, namespace, name)));
    return leases.map(({ spec }) => spec?.holderIdentity);
  }

  function expectOthers(before: readonly unknown[], after: readonly unknown[]): void {
    for (const [index, holder] of after.entries()) {
      expect(holder).toMatch(/./);
      expect(holder).not.toBe(before[index]);
    }
  }

  async function provisions(): Promise<void> {
    serial += 1;
    const name = `one-${serial}`;
    const { world } = shop;
    await world.subscription(name);
    const isReady = async (): Promise<boolean> => stateOf(await world.get(name)) === 'True/Ready';
    await waitUntil(`${name} is ready`, isReady, { timeoutMs: 90_000, intervalMs: 50 });
  }

  /** Once: an update that a dead process had taken is not taken for answered, and none is answered by both. */
  async function answers(): Promise<void> {
    const customer = shop.telegram.user({ firstName: 'Anna' });
    await customer.sends('/start');
    await customer.sees('Example VPN', { timeoutMs: 90_000 });
    const answered = customer.chat().filter(({ from }) => from === 'bot');
    expect(answered).toHaveLength(1);
  }
});
