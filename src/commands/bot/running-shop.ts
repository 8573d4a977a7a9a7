import { createHash } from 'node:crypto';
import { allowedUpdates } from '../../bot/telegram.ts';
import { NoticeWorker } from '../../bot/notices/worker.ts';
import type { ShopBot } from '../../bot/shop-bot.ts';
import type { Shop, ShopView } from '../../bot/context.ts';
import type { RunningShop, ShopSettings } from '../../controllers/shop/ports.ts';
import { LeaderElector } from '../../kube/index.ts';
import { ensureShop, getShop, setBotId, type ShopRecord } from '../../ledger/index.ts';
import { runJobs } from '../../payments/jobs.ts';
import { openProvider } from '../../payments/open.ts';
import type { PaymentProvider } from '../../payments/provider.ts';
import { starsApiOf } from '../../payments/stars/api.ts';
import { sleep } from '../../base/clock.ts';
import { describeError } from '../../base/errors.ts';
import { CommandError } from '../command-error.ts';
import { BooksWatch } from './books-watch.ts';
import type { Doorbell } from './doorbell.ts';
import { shopLeaseName } from './lease-names.ts';
import type { BotParts } from './parts.ts';
import { standForElection } from './stand-for-election.ts';
import { createShopBot } from './shop-bot.ts';
import { jobsOf } from './shop-jobs.ts';
import { probeBot } from './telegram-probe.ts';
import { webhookPath } from './webhook-server.ts';

export interface RunningShopOptions {
  readonly settings: ShopSettings;
  readonly parts: BotParts;
  /** Rings when something is asked for. */
  readonly bell: Doorbell;
}

/** One shop as this process runs it: its bot, its providers, and, where it holds the shop's Lease, its jobs. */
export class RunningShopBot {
  readonly #options: RunningShopOptions;
  readonly #stop = new AbortController();
  #settings: ShopSettings;
  readonly #books: BooksWatch;
  #record: ShopRecord;
  #userName: string;
  #providers: ReadonlyMap<string, PaymentProvider> = new Map();
  #bot: ShopBot | undefined;
  #webhookUrl: string | undefined;
  #running: Promise<unknown> | undefined;
  /** Aborts what leads when updates come another way than before. */
  #lead = new AbortController();

  private constructor(options: RunningShopOptions, record: ShopRecord, books: BooksWatch, userName: string) {
    this.#options = options;
    this.#settings = options.settings;
    this.#record = record;
    this.#books = books;
    this.#userName = userName;
  }

  /** @throws LedgerError when the shop is of the other mode */
  static async start(options: RunningShopOptions): Promise<RunningShopBot> {
    const { settings, parts } = options;
    const { namespace, name, spec, key, uid } = settings;
    const mode = spec.mode === 'Test' ? 'test' : 'live';
    const { id } = await ensureShop(parts.store, { namespace, name, mode });
    const books = new BooksWatch(parts, { shopId: id, key, shopUid: uid, leaseName: shopLeaseName(settings) });
    await books.pauseIfRestored();
    const record = await getShop(parts.store, id);
    const userName = await identify(options, record);
    const shop = new RunningShopBot(options, record, books, userName);
    shop.#bot = createShopBot(parts, settings, () => shop.#view());
    shop.#openProviders();
    shop.#follow(settings);
    shop.#running = Promise.all([shop.#run(), shop.#tell()]);
    return shop;
  }

  /** Whether new settings can be taken over without a new connection to Telegram. */
  accepts({ token, uid }: ShopSettings): boolean {
    return token === this.#settings.token && uid === this.#settings.uid;
  }

  async update(settings: ShopSettings): Promise<void> {
    const before = this.#settings;
    this.#settings = settings;
    this.#record = await getShop(this.#options.parts.store, this.#record.id);
    if (this.#userName === '') this.#userName = await identify(this.#options, this.#record);
    const hasSameMethods = JSON.stringify(before.methods) === JSON.stringify(settings.methods);
    if (hasSameMethods && isSameDelivery(before, settings)) return;
    if (!hasSameMethods) this.#openProviders();
    this.#follow(settings);
    // What leads reads the books of the methods that there were, and takes updates the way they came.
    this.#lead.abort();
  }

  /** `namespace/name`. */
  get key(): string {
    return this.#settings.key;
  }

  get record(): ShopRecord {
    return this.#record;
  }

  /** What workers of this process show and send through. */
  get shop(): Shop {
    return this.#opened.shop;
  }

  get providers(): readonly PaymentProvider[] {
    return [...this.#providers.values()];
  }

  facts(): RunningShop {
    return {
      refundsPaused: this.#record.refundsPausedAtMs !== undefined,
      webhookUrl: this.#webhookUrl,
      isPolledElsewhere: this.#opened.isPolledElsewhere,
    };
  }

  /** Resolves when nothing of it runs any more; what is in hand is finished. */
  async stop(): Promise<void> {
    this.#options.parts.webhooks.release(this.#record.id);
    this.#stop.abort();
    this.#lead.abort();
    await this.#running;
  }

  get #opened(): ShopBot {
    if (this.#bot !== undefined) return this.#bot;
    throw new CommandError(`shop ${this.#settings.key} was asked before it was started`, { retry: 'later' });
  }

  #view(): ShopView {
    const { spec, methods } = this.#settings;
    return {
      shop: this.#record,
      spec,
      userName: this.#userName,
      methods: methods.flatMap(({ name, title, currency, provider: kind }) => {
        const provider = this.#providers.get(providerId(kind, name));
        return provider === undefined ? [] : [{ name, title, currency, provider }];
      }),
      opensApps: true,
    };
  }

  #openProviders(): void {
    const stars = starsApiOf(this.#opened.shop.telegram.api);
    const live = this.#record.mode === 'live';
    this.#providers = new Map(
      this.#settings.methods.map((method) => [
        providerId(method.provider, method.name),
        openProvider(method, { stars, live }),
      ]),
    );
  }

  /** Takes webhooks where the shop wants them; every replica does. */
  #follow({ spec, key, token, webhookSecret }: ShopSettings): void {
    const { webhooks } = this.#options.parts;
    const { id } = this.#record;
    if (spec.bot.updates !== 'Webhook' || spec.bot.webhookUrl === undefined) {
      this.#webhookUrl = undefined;
      webhooks.release(id);
      return;
    }
    this.#webhookUrl = `${spec.bot.webhookUrl.replace(/\/+$/, '')}${webhookPath(id)}`;
    webhooks.serve(id, this.#opened.webhookHandler(webhookSecret ?? secretOf(key, token)));
  }

  async #run(): Promise<void> {
    const { parts } = this.#options;
    const elector = new LeaderElector({
      ...parts,
      ...parts.lease,
      namespace: parts.namespace,
      name: shopLeaseName(this.#settings),
      annotations: this.#books.notes,
      metrics: undefined,
    });
    const log = parts.log.child({ shop: this.#settings.key });
    const lead = (leadership: AbortSignal): Promise<void> => this.#leadWhile(leadership);
    const signal = AbortSignal.any([this.#stop.signal, parts.stopping]);
    await standForElection(elector, lead, { clock: parts.clock, log }, signal);
  }

  /** Notices, which any replica may send. */
  async #tell(): Promise<void> {
    const { parts, bell } = this.#options;
    const worker = new NoticeWorker({ shop: this.shop, metrics: parts.metrics.notices });
    const end = bell.listen(() => {
      worker.ring();
    }, 'notice');
    await worker.run(this.#stop.signal);
    end();
  }

  async #leadWhile(leadership: AbortSignal): Promise<void> {
    while (!leadership.aborted) {
      this.#lead = new AbortController();
      await this.#leadOnce(AbortSignal.any([leadership, this.#lead.signal]));
    }
  }

  async #leadOnce(signal: AbortSignal): Promise<void> {
    const { parts } = this.#options;
    const { store, metrics, clock, random, log } = parts;
    const jobs = jobsOf(parts, { record: this.#record, shop: this.shop, providers: this.providers });
    const options = { shop: this.#record, store, metrics: metrics.payments, clock, random, log, signal };
    metrics.notices.expect(this.key);
    try {
      await Promise.all([this.#takeUpdates(signal), runJobs(jobs, options), this.#books.follow(signal)]);
    } finally {
      metrics.notices.forget(this.key);
    }
  }

  /** Tells Telegram how updates come, again until it has heard, and polls where they are polled. */
  async #takeUpdates(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options.parts;
    while (!signal.aborted) {
      try {
        await this.#tellTelegram();
        break;
      } catch (thrown) {
        log.warn(
          { err: describeError(thrown), shop: this.#settings.key },
          'Telegram does not know where updates go yet',
        );
        await sleep(clock, 5_000, signal);
      }
    }
    if (this.#webhookUrl === undefined) await this.#opened.runPolling(signal);
  }

  async #tellTelegram(): Promise<void> {
    const { telegram } = this.#opened.shop;
    const { key, token, webhookSecret } = this.#settings;
    if (this.#webhookUrl === undefined) {
      await telegram.api.deleteWebhook();
    } else {
      const secret = webhookSecret ?? secretOf(key, token);
      await telegram.api.setWebhook(this.#webhookUrl, { secret_token: secret, allowed_updates: [...allowedUpdates] });
    }
    await this.#opened.publishCommands();
  }
}

/**
 * Which bot customers write to is remembered, so that another one is noticed.
 *
 * @returns its user name; empty as long as Telegram does not answer, which must keep nobody from starting
 */
async function identify({ settings, parts }: RunningShopOptions, record: ShopRecord): Promise<string> {
  const probe = await probeBot(settings.token, parts.telegramApiUrl);
  if (probe.outcome !== 'Answers') return '';
  await setBotId(parts.store, record.id, BigInt(probe.bot.botId));
  return probe.bot.userName;
}

/** Stars are one per shop; each card has instructions of its own. */
function providerId(kind: string, method: string): string {
  return kind === 'Stars' ? 'stars' : `${kind}/${method}`;
}

/** The same on every replica and after every restart, and another one with another token. */
function secretOf(key: string, token: string): string {
  return createHash('sha256').update(`wayleave webhook\n${key}\n${token}`).digest('base64url');
}

function isSameDelivery(a: ShopSettings, b: ShopSettings): boolean {
  const of = ({ spec, webhookSecret }: ShopSettings): string =>
    JSON.stringify([spec.bot.updates, spec.bot.webhookUrl, webhookSecret]);
  return of(a) === of(b);
}
