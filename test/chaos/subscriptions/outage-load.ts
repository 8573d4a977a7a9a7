import { setTimeout as delay } from 'node:timers/promises';
import { Agent, request } from 'undici';

import type { Random } from '../../../src/base/clock.ts';
import { quantile } from '../../bench/measurement.ts';
import { faultOfDocument, faultOfPage, type FormatName } from './answer-book.ts';
import type { Customer } from './customers.ts';

/** An app as it asks, and what it is given. */
export interface Way {
  readonly name: string;
  readonly path: (token: string) => string;
  readonly headers: Readonly<Record<string, string>>;
  /** The customer's page otherwise, which is examined each time because it tells the time. */
  readonly format?: FormatName;
  readonly method?: 'HEAD';
  /** Names the version that it has, which is the newest. */
  readonly isConditional?: true;
}

const sub = (token: string): string => `/sub/${token}`;
const apps = {
  v2rayNG: { 'user-agent': 'v2rayNG/2.3.5' },
  hiddify: { 'user-agent': 'HiddifyNext/2.5.7 (android) like ClashMeta v2ray sing-box' },
  clash: { 'user-agent': 'ClashMetaForAndroid/2.11.5.Meta' },
  singBox: { 'user-agent': 'SFA/1.12.2 (Build 510; sing-box 1.12.2; language ru_RU)' },
  singBoxLegacy: { 'user-agent': 'SFI/1.11.4 (Build 1; sing-box 1.11.4; language en)' },
  browser: { 'user-agent': 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X)', accept: 'text/html,*/*;q=0.8' },
} as const;

export const ways: readonly Way[] = [
  { name: 'links', path: sub, headers: apps.v2rayNG, format: 'links' },
  { name: 'links in Russian', path: sub, headers: { ...apps.hiddify, 'accept-language': 'ru' }, format: 'links' },
  { name: 'plain', path: (token) => `/sub/${token}?format=plain`, headers: apps.v2rayNG, format: 'plain' },
  { name: 'mihomo', path: sub, headers: apps.clash, format: 'mihomo' },
  { name: 'mihomo by path', path: (token) => `/clash/${token}`, headers: apps.v2rayNG, format: 'mihomo' },
  { name: 'sing-box', path: sub, headers: apps.singBox, format: 'sing-box' },
  { name: 'sing-box legacy', path: sub, headers: apps.singBoxLegacy, format: 'sing-box-legacy' },
  { name: 'xray', path: (token) => `/json/${token}`, headers: apps.v2rayNG, format: 'xray' },
  { name: 'page', path: sub, headers: apps.browser },
  { name: 'HEAD', path: sub, headers: apps.clash, format: 'mihomo', method: 'HEAD' },
  { name: 'If-None-Match', path: sub, headers: apps.v2rayNG, format: 'links', isConditional: true },
];

/** Without what the connection says and the time brings. */
export interface Told {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly isStale: boolean;
}

/** What is known of the database: whether an address that is not in memory can be looked up. */
export type DatabaseState = 'answers' | 'away' | 'in between';

const unknownPath = (random: Random): string => `/sub/${Array.from({ length: 32 }, () => letter(random)).join('')}`;
const missBody = 'not found\n';
const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-';
const letter = (random: Random): string => letters[Math.floor(random() * letters.length)] ?? 'a';

/** Enough to name every kind of mistake, and a page at most. */
const mistakesKept = 20;

interface PhaseTally {
  readonly latenciesMs: number[];
  stale: number;
  unavailable: number;
  notModified: number;
}

export interface LoadOptions {
  /** Where each replica is. */
  readonly urls: readonly string[];
  readonly known: readonly Customer[];
  /** Requests per second, of all clients together. */
  readonly rate: number;
  readonly clients: number;
  readonly random: Random;
}

/** Apps that never stop asking, and hold every answer against what they were told before anything broke. */
export class OutageLoad {
  readonly wrong: string[] = [];
  wrongCount = 0;
  answers = 0;
  readonly #options: LoadOptions;
  readonly #agent = new Agent({ connections: 32, bodyTimeout: 60_000, headersTimeout: 60_000 });
  readonly #learned = new Map<string, Told>();
  readonly #phases = new Map<string, PhaseTally>();
  readonly #stop = new AbortController();
  #miss: Told | undefined;
  #missPage: Told | undefined;
  #phase = 'calm';
  #state: DatabaseState = 'answers';
  #running: Promise<unknown> = Promise.resolve();

  constructor(options: LoadOptions) {
    this.#options = options;
  }

  /**
   * Asks for everything once, while all is well: what comes is examined, and from then on it is the right answer. The other
   * replicas get to know everybody too.
   *
   * @throws Error when something is not complete to begin with
   */
  async learn(): Promise<void> {
    const [first = '', ...others] = this.#options.urls;
    const { random } = this.#options;
    this.#miss = await this.#ask(first, { path: unknownPath(random) });
    this.#missPage = await this.#ask(first, { path: unknownPath(random), headers: apps.browser });
    for (const customer of this.#options.known) {
      await Promise.all([
        ...ways.filter((way) => way.isConditional === undefined).map((way) => this.#learnOne(first, customer, way)),
        ...others.map((url) => this.#ask(url, { path: sub(customer.token) })),
      ]);
    }
  }

  start(): void {
    const { clients } = this.#options;
    this.#running = Promise.all(Array.from({ length: clients }, (_, at) => this.#client(at)));
  }

  async stop(): Promise<void> {
    if (this.#stop.signal.aborted) return;
    this.#stop.abort();
    await this.#running;
    await this.#agent.close();
  }

  enter(phase: string): void {
    this.#phase = phase;
  }

  set database(state: DatabaseState) {
    this.#state = state;
  }

  /** Whether an address that nobody has is looked up, at each replica. */
  async looksUp(): Promise<boolean> {
    const { urls, random } = this.#options;
    const told = await Promise.all(urls.map((url) => this.#ask(url, { path: unknownPath(random) })));
    return told.every(({ status }) => status === 404);
  }

  /** Whether every replica says that it cannot tell. */
  async saysAway(): Promise<boolean> {
    const { urls, random } = this.#options;
    const told = await Promise.all(urls.map((url) => this.#ask(url, { path: unknownPath(random) })));
    return told.every(isUnavailable);
  }

  /** Whether answers are checked against the database again, at each replica. */
  async isFresh(): Promise<boolean> {
    const [customer] = this.#options.known;
    const told = await Promise.all(
      this.#options.urls.map((url) => this.#ask(url, { path: sub(customer?.token ?? '') })),
    );
    return told.every(({ status, isStale }) => status === 200 && !isStale);
  }

  /**
   * Somebody who is in no memory: his whole document, or that nobody can tell now.
   *
   * @returns whether he got his document
   */
  async askCold(url: string, customer: Customer): Promise<boolean> {
    const before = this.#state;
    const told = await this.#ask(url, { path: sub(customer.token), headers: apps.v2rayNG });
    const fault =
      told.status === 200
        ? faultOfDocument(told.body, customer, { format: 'links', userAgent: 'v2rayNG/2.3.5', language: 'en' })
        : undefined;
    const isRight = told.status === 200 ? fault === undefined : isUnavailable(told);
    const isPossible = told.status !== 200 || before !== 'away' || this.#state !== 'away';
    if (!isRight || !isPossible) this.#note(`a customer who was not in memory: ${fault ?? describe(told)}`);
    return told.status === 200;
  }

  /** One line for each phase, for information. */
  report(): string[] {
    return Array.from(this.#phases, ([phase, { latenciesMs, stale, unavailable, notModified }]) => {
      const [p50, p99] = [quantile(latenciesMs, 0.5), quantile(latenciesMs, 0.99)].map((ms) => ms.toFixed(1));
      const counts = `${String(latenciesMs.length)} answers, ${String(stale)} stale, ${String(notModified)} not modified, ${String(unavailable)} unavailable`;
      return `${phase}: ${counts}; p50 ${p50 ?? ''} ms, p99 ${p99 ?? ''} ms`;
    });
  }

  /** Answers in a phase that came from memory because nothing else could be asked, and those that said so. */
  countsOf(phase: string): { readonly answers: number; readonly stale: number; readonly unavailable: number } {
    const { latenciesMs, stale, unavailable } = this.#tallyOf(phase);
    return { answers: latenciesMs.length, stale, unavailable };
  }

  async #learnOne(url: string, customer: Customer, way: Way): Promise<void> {
    const told = await this.#ask(url, this.#requestOf(customer, way));
    if (customer.kind === 'revoked')
      return this.#expectMiss(way.method === 'HEAD' ? { ...told, body: missBody } : told, way);
    const fault = told.status === 200 ? this.#faultOfFirst(told, customer, way) : describe(told);
    if (fault !== undefined) throw new Error(`${customer.name} (${customer.kind}), ${way.name}: ${fault}`);
    this.#learned.set(keyOf(customer, way), told);
  }

  #expectMiss(told: Told, { headers }: Way): void {
    if (!isSame(told, headers === apps.browser ? this.#missPage : this.#miss))
      throw new Error(`a revoked address does not answer like an unknown one: ${describe(told)}`);
  }

  #faultOfFirst({ body }: Told, customer: Customer, { method, format, headers }: Way): string | undefined {
    if (method === 'HEAD') return undefined;
    if (format === undefined) return faultOfPage(body, customer, this.#options.known);
    const userAgent = headers['user-agent'] ?? '';
    return faultOfDocument(body, customer, { format, userAgent, language: 'en' });
  }

  async #client(at: number): Promise<void> {
    const { urls, known, rate, clients, random } = this.#options;
    const pauseMs = (1000 * clients) / rate;
    for (let turn = at; !this.#stop.signal.aborted; turn += 1) {
      const startedMs = performance.now();
      const customer = known[Math.floor(random() * known.length)];
      const way = ways[Math.floor(random() * ways.length)];
      const isStranger = random() < 0.1;
      const url = urls[turn % urls.length] ?? '';
      if (isStranger || customer === undefined || way === undefined) await this.#beStranger(url, unknownPath(random));
      else if (customer.kind === 'revoked') await this.#beStranger(url, sub(customer.token), 'once known');
      else await this.#beCustomer(url, customer, way);
      await delay(Math.max(0, pauseMs - (performance.now() - startedMs)));
    }
  }

  /** An address that nobody has. Of one that was revoked it may be remembered that it is gone, whatever is away. */
  async #beStranger(url: string, path: string, past: 'never known' | 'once known' = 'never known'): Promise<void> {
    const before = this.#state;
    const told = await this.#measured(url, { path, headers: apps.v2rayNG });
    const cannotTell = past === 'never known' && before === 'away' && this.#state === 'away';
    if (isUnavailable(told) || (isSame(told, this.#miss) && !cannotTell)) return;
    this.#note(`an address that was ${past}: ${describe(told)}`);
  }

  async #beCustomer(url: string, customer: Customer, way: Way): Promise<void> {
    const told = await this.#measured(url, this.#requestOf(customer, way));
    const fault = this.#faultOf(told, customer, way);
    if (fault !== undefined) this.#note(`${customer.name} (${customer.kind}), ${way.name}: ${fault}`);
  }

  #faultOf(told: Told, customer: Customer, way: Way): string | undefined {
    const right = this.#learned.get(keyOf(customer, way.isConditional === undefined ? way : linksWay));
    if (way.format === undefined) {
      return told.status === 200 ? faultOfPage(told.body, customer, this.#options.known) : describe(told);
    }
    if (way.isConditional === undefined) return isSame(told, right) ? undefined : describe(told);
    // Whoever has the newest version is told so, by the ETag that he named.
    return told.status === 304 && told.headers['etag'] === right?.headers['etag'] ? undefined : describe(told);
  }

  #requestOf(customer: Customer, way: Way): Asked {
    const etag = this.#learned.get(keyOf(customer, linksWay))?.headers['etag'];
    const condition = way.isConditional === undefined || etag === undefined ? {} : { 'if-none-match': etag };
    return {
      path: way.path(customer.token),
      headers: { ...way.headers, ...condition },
      ...(way.method === undefined ? {} : { method: way.method }),
    };
  }

  async #measured(url: string, asked: Asked): Promise<Told> {
    const phase = this.#tallyOf(this.#phase);
    const startedMs = performance.now();
    const told = await this.#askAny(url, asked);
    phase.latenciesMs.push(performance.now() - startedMs);
    if (told.isStale) phase.stale += 1;
    if (told.status === 304) phase.notModified += 1;
    if (told.status === 503) phase.unavailable += 1;
    this.answers += 1;
    return told;
  }

  /** Goes to another replica while one is started anew, as a balancer does. */
  async #askAny(url: string, asked: Asked): Promise<Told> {
    const { urls } = this.#options;
    for (const one of [url, ...urls.filter((other) => other !== url)]) {
      try {
        return await this.#ask(one, asked);
      } catch (error) {
        if (!isNoConnection(error)) throw error;
      }
    }
    return { status: 0, headers: {}, body: 'no replica takes connections', isStale: false };
  }

  async #ask(url: string, { path, method = 'GET', headers = {} }: Asked): Promise<Told> {
    const { random } = this.#options;
    // Apps are many, and none of them asks often enough to be told to slow down.
    const address = `10.${[0, 1, 2].map(() => String(Math.floor(random() * 256))).join('.')}`;
    const answer = await request(url + path, {
      method,
      dispatcher: this.#agent,
      headers: { host: 'sub.example.com', 'x-forwarded-for': address, ...headers },
    });
    const { date: _date, connection: _connection, 'keep-alive': _keepAlive, ...told } = answer.headers;
    const { 'x-wayleave-stale-seconds': stale, ...lasting } = told;
    const flat = Object.entries(lasting).map(([name, value]) => [name, String(value)]);
    return {
      status: answer.statusCode,
      headers: Object.fromEntries(flat) as Record<string, string>,
      body: await answer.body.text(),
      isStale: stale !== undefined,
    };
  }

  #tallyOf(phase: string): PhaseTally {
    const known = this.#phases.get(phase);
    if (known !== undefined) return known;
    const fresh = { latenciesMs: [], stale: 0, unavailable: 0, notModified: 0 };
    this.#phases.set(phase, fresh);
    return fresh;
  }

  #note(mistake: string): void {
    this.wrongCount += 1;
    if (this.wrong.length < mistakesKept) this.wrong.push(`${this.#phase}: ${mistake}`);
  }
}

interface Asked {
  readonly path: string;
  readonly method?: 'GET' | 'HEAD';
  readonly headers?: Readonly<Record<string, string>>;
}

const [linksWay] = ways as readonly [Way];

function keyOf({ name }: Customer, way: Way): string {
  return `${name} ${way.name}`;
}

function isSame(told: Told, right: Told | undefined): boolean {
  if (right === undefined || told.status !== right.status || told.body !== right.body) return false;
  const names = Object.keys(right.headers);
  return (
    names.length === Object.keys(told.headers).length &&
    names.every((name) => told.headers[name] === right.headers[name])
  );
}

/** The declared outage: apps keep what they have, and know when to come again. */
function isUnavailable({ status, headers, body }: Told): boolean {
  return status === 503 && /^\d+$/.test(headers['retry-after'] ?? '') && body === 'temporarily unavailable\n';
}

function isNoConnection(error: unknown): boolean {
  const { code = '' } = error as NodeJS.ErrnoException;
  return ['ECONNREFUSED', 'ECONNRESET', 'UND_ERR_SOCKET', 'EPIPE'].includes(code);
}

function describe({ status, headers, body }: Told): string {
  return `${String(status)} ${JSON.stringify(headers)} ${body.slice(0, 200)}`;
}
