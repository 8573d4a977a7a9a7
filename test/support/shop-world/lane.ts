import { expect } from 'vitest';
import { isKubeError, type Lease, leaseResource } from '../../../src/kube/index.ts';
import { waitUntil } from '../processes.ts';
import { spawnBot, type BotPoint } from '../world/bot-process.ts';
import type { WatchedProcess } from '../world/child-process.ts';
import { createShopWorld, shopName, type ShopWorld } from './shop-world.ts';

/** Starting a process, and everything that a customer does before the point, on a busy machine. */
const deathWithinMs = 90_000;

/** A shop and its one bot, which a test kills and starts again. */
export class Lane {
  readonly shop: ShopWorld;
  /** Charges whose money a person asked to be sent back. */
  readonly refunded = new Set<string>();
  #bot: WatchedProcess | undefined;
  #people = 0;

  private constructor(shop: ShopWorld) {
    this.shop = shop;
  }

  static async open(): Promise<Lane> {
    const lane = new Lane(await createShopWorld());
    lane.calm();
    // Telegram lets nobody write to her before she wrote.
    await lane.shop.admin.sends('/start');
    await lane.shop.admin.sees('Example VPN', { timeoutMs: 60_000 });
    await lane.#bot?.stop();
    lane.#bot = undefined;
    return lane;
  }

  newcomer(): ReturnType<ShopWorld['telegram']['user']> {
    this.#people += 1;
    return this.shop.telegram.user({ firstName: `Guest ${String(this.#people)}` });
  }

  /** A bot runs that nothing happens to. */
  calm(): void {
    this.#bot ??= spawnBot(this.shop.world, { telegramUrl: this.shop.telegram.apiUrl });
  }

  /** Starts a bot that will die at this point. */
  doom(failpoint: BotPoint): void {
    if (this.#bot !== undefined) throw new Error('the lane has a bot already');
    this.#bot = spawnBot(this.shop.world, { telegramUrl: this.shop.telegram.apiUrl, failpoint });
  }

  /** Waits until the bot died by itself. @param acting whose failure would be the reason why it does not */
  async dies(acting: Promise<unknown>): Promise<void> {
    const bot = this.#bot;
    if (bot === undefined) throw new Error('there is no bot that could die');
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<string>((resolve) => {
      timer = setTimeout(resolve, deathWithinMs, 'does not die');
    });
    // Somebody who has got all that he wants says nothing about the point.
    const failed = acting.then(() => new Promise<never>(() => undefined));
    try {
      expect(await Promise.race([bot.ended, tooLate, failed]), bot.log()).toBe('SIGKILL');
    } finally {
      clearTimeout(timer);
      await this.kill();
    }
  }

  /** Kills the bot, if there is one, without any warning, and ends what it held. */
  async kill(): Promise<void> {
    await this.#bot?.stop('SIGKILL');
    this.#bot = undefined;
    await this.#bury();
  }

  /** What it said, for whoever looks for the reason of a failure. */
  log(): string {
    return this.#bot?.log() ?? 'no bot runs';
  }

  async end(): Promise<void> {
    await this.#bot?.stop('SIGKILL');
    await this.shop.end();
  }

  /** What time does to the Leases and claims of a process that was killed, without waiting for it. */
  async #bury(): Promise<void> {
    const { world, owner } = this.shop;
    // A claim that was on its way when the process was killed is still made.
    const bots = `select from pg_stat_activity where datname = current_database() and application_name like 'wayleave-bot/%'`;
    await waitUntil('Postgres has heard of the death', async () => (await owner.query(bots)).rowCount === 0);
    for (const name of ['wayleave-bot', `wayleave-shop-${world.namespace}.${shopName}`]) await endLease(world, name);
    for (const table of ['outbox', 'notices', 'transfer_messages']) {
      await owner.query(
        `update wayleave.${table} set claimed_until = wayleave.wall_clock() where claimed_until > wayleave.wall_clock()`,
      );
    }
  }
}

/**
 * Lets go of it in the place of its holder. What else it says stays: without it, a bot takes the cluster for a new one. The
 * last word of a process that was killed may still be on its way to the API server, and come between.
 */
async function endLease({ client, namespace }: ShopWorld['world'], name: string): Promise<void> {
  for (;;) {
    const lease = await client.find<Lease>(leaseResource, namespace, name);
    if (lease === undefined) return;
    try {
      await client.replace(leaseResource, { ...lease, spec: { ...lease.spec, holderIdentity: '' } } as Lease);
      return;
    } catch (thrown) {
      if (!isKubeError(thrown, 'KUBE_CONFLICT')) throw thrown;
    }
  }
}

/** Some lanes, each for one schedule at a time. */
export class Lanes {
  readonly all: readonly Lane[];
  readonly #free: Lane[];
  readonly #waiting: ((lane: Lane) => void)[] = [];

  constructor(lanes: readonly Lane[]) {
    this.all = lanes;
    this.#free = [...lanes];
  }

  async borrow<Result>(use: (lane: Lane) => Promise<Result>): Promise<Result> {
    const lane = this.#free.pop() ?? (await new Promise<Lane>((resolve) => this.#waiting.push(resolve)));
    try {
      return await use(lane);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free.push(lane);
      else next(lane);
    }
  }
}
