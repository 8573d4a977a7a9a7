import path from 'node:path';
import { webhookPath } from '../../../src/commands/bot/webhook-server.ts';
import { startGuarded, type GuardedProcess } from '../../support/guarded-process.ts';
import { freePort, waitUntil } from '../../support/processes.ts';
import { Metrics } from '../operator/metrics.ts';

export interface BotSettings {
  readonly kubeconfig: string;
  readonly databaseUrl: string;
  /** Its Leases are here, and it serves this namespace only. */
  readonly namespace: string;
  readonly telegramApiUrl: string;
}

/** `wayleave bot` as a process of its own, as production runs it. */
export class BenchBot {
  readonly pid: number;
  readonly #program: GuardedProcess;
  readonly #healthPort: number;
  readonly #port: number;

  private constructor(program: GuardedProcess, healthPort: number, port: number) {
    this.#program = program;
    this.#healthPort = healthPort;
    this.#port = port;
    this.pid = program.pid;
  }

  /** Returns as soon as the process is spawned. @param profileDirectory takes a CPU profile */
  static async spawn(
    settings: BotSettings,
    { directory, profileDirectory }: { directory: string; profileDirectory: string | undefined },
  ): Promise<BenchBot> {
    const [healthPort, port] = [await freePort(), await freePort()];
    const profiling = profileDirectory === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDirectory}`];
    const program = await startGuarded({
      file: process.execPath,
      args: [...profiling, path.resolve(import.meta.dirname, '../../../src/main.ts'), 'bot'],
      env: {
        ...process.env,
        DATABASE_URL: settings.databaseUrl,
        KUBECONFIG: settings.kubeconfig,
        WAYLEAVE_NAMESPACE: settings.namespace,
        WAYLEAVE_WATCH_NAMESPACE: settings.namespace,
        WAYLEAVE_PUBLIC_URL: 'http://127.0.0.1:8080',
        WAYLEAVE_TELEGRAM_API_URL: settings.telegramApiUrl,
        WAYLEAVE_LISTEN: `127.0.0.1:${String(port)}`,
        WAYLEAVE_HEALTH_LISTEN: `127.0.0.1:${String(healthPort)}`,
        WAYLEAVE_LOG_FORMAT: 'json',
      },
      logFile: path.join(directory, `bot-${String(healthPort)}.log`),
      graceMs: 30_000,
    });
    return new BenchBot(program, healthPort, port);
  }

  /** Where Telegram would send updates of a shop. */
  webhookUrl(shopId: string): string {
    return `http://127.0.0.1:${String(this.#port)}${webhookPath(shopId)}`;
  }

  async metrics(): Promise<Metrics> {
    return new Metrics(await (await fetch(`http://127.0.0.1:${String(this.#healthPort)}/metrics`)).text());
  }

  /** Without the secret it answers 401 as soon as it runs the shop, and 503 before. */
  async untilServing(shopId: string): Promise<void> {
    await this.#until('serving the webhook', async () => {
      const body = JSON.stringify({ update_id: 0 });
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(this.webhookUrl(shopId), { method: 'POST', body, headers });
      return answer.status === 401;
    });
  }

  /** @throws Error with the end of its log when it does not come to that */
  async untilMetrics(what: string, holds: (metrics: Metrics) => boolean, timeoutMs: number): Promise<void> {
    await this.#until(what, async () => holds(await this.metrics()), timeoutMs);
  }

  /** SIGTERM, and resolves when it is gone. */
  stop(): Promise<void> {
    return this.#program.stop();
  }

  async #until(what: string, holds: () => Promise<boolean>, timeoutMs = 60_000): Promise<void> {
    const asked = async (): Promise<boolean> => {
      try {
        return await holds();
      } catch (error) {
        if (error instanceof TypeError) return false;
        throw error;
      }
    };
    try {
      await waitUntil(what, asked, { timeoutMs, intervalMs: 100 });
    } catch (cause) {
      throw new Error(`the bot is not ${what}; the end of its log:\n${await this.#program.logTail()}`, { cause });
    }
  }
}
