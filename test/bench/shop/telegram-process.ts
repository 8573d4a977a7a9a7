import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startTelegramSimulator } from '../../support/simulators/telegram/index.ts';
import { firstTelegramId } from './seed.ts';

interface Ready {
  readonly url: string;
  readonly token: string;
}

/** A simulated Telegram in a process of its own, so that it does not take from the time of whoever measures. */
export class BenchTelegram {
  readonly url: string;
  readonly token: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, { url, token }: Ready) {
    this.#child = child;
    this.url = url;
    this.token = token;
  }

  /** @param people accounts from the first seeded customer on, who have all started the bot */
  static async start(people: number): Promise<BenchTelegram> {
    const child = fork(fileURLToPath(import.meta.url), [String(people)]);
    const ended = once(child, 'exit').then(() => {
      throw new Error('the process of Telegram ended before it was ready');
    });
    const [ready] = (await Promise.race([once(child, 'message'), ended])) as [Ready];
    ended.catch(() => undefined);
    return new BenchTelegram(child, ready);
  }

  async stop(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, 'exit');
  }
}

if (process.send !== undefined) {
  // Never outlives its parent.
  process.on('disconnect', () => process.exit(0));
  const simulator = await startTelegramSimulator();
  // That they have started the bot is between them and Telegram here: updates come from whoever measures.
  simulator.pauseDelivery();
  for (let index = 1; index <= Number(process.argv[2]); index += 1) {
    await simulator.user({ id: firstTelegramId + index, firstName: `Customer ${String(index)}` }).sends('/start');
  }
  const ready: Ready = { url: simulator.apiUrl, token: simulator.token };
  process.send(ready);
}
