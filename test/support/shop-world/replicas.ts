import { spawnBot } from '../world/bot-process.ts';
import type { WatchedProcess } from '../world/child-process.ts';
import type { ShopWorld } from './shop-world.ts';

/** Bots that serve one shop side by side; one that is killed is started again. */
export class Replicas {
  readonly #shop: ShopWorld;
  readonly #ports: readonly number[];
  readonly #running: WatchedProcess[];
  kills = 0;

  /** @param ports for webhooks, one for each */
  constructor(shop: ShopWorld, ports: readonly number[]) {
    this.#shop = shop;
    this.#ports = ports;
    this.#running = ports.map((port) => this.#spawn(port));
  }

  /** Kills one without any warning, and starts it again. */
  async kill(index: number): Promise<void> {
    const [bot, port] = [this.#running[index], this.#ports[index]];
    if (bot === undefined || port === undefined) throw new Error(`there is no replica ${String(index)}`);
    await bot.stop('SIGKILL');
    this.kills += 1;
    this.#running[index] = this.#spawn(port);
  }

  /**
   * What time does to claims of processes that were killed, without waiting for all of it: nothing that lives takes 20 s
   * for a call of the simulator.
   */
  async endOldClaims(): Promise<void> {
    for (const table of ['outbox', 'notices', 'transfer_messages']) {
      await this.#shop.owner.query(
        `update wayleave.${table} set claimed_until = wayleave.wall_clock()
         where claimed_until between wayleave.wall_clock() and wayleave.wall_clock() + interval '40 s'`,
      );
    }
  }

  log(): string {
    return this.#running.map((bot) => bot.log()).join('\n');
  }

  async end(): Promise<void> {
    await Promise.all(this.#running.map((bot) => bot.stop('SIGKILL')));
  }

  #spawn(port: number): WatchedProcess {
    const { world, telegram } = this.#shop;
    return spawnBot(world, { telegramUrl: telegram.apiUrl, listen: `127.0.0.1:${String(port)}`, shortLease: true });
  }
}
