import { randomBytes, randomInt } from 'node:crypto';
import { systemClock, type Clock, type Random } from '../../../../src/base/clock.ts';
import { Acts } from './acts.ts';
import { Backend } from './backend.ts';
import { Callbacks } from './callbacks.ts';
import { Calls, type LoggedCall } from './calls.ts';
import { ChatSite } from './chat-site.ts';
import { Chats } from './chats.ts';
import { Checkout } from './checkout.ts';
import { Customer } from './customer.ts';
import { editingMethods } from './editing-methods.ts';
import { CallFaults } from './faults.ts';
import { Files } from './files.ts';
import type { Services } from './method.ts';
import { Params } from './params.ts';
import { People, type PersonOptions } from './people.ts';
import { Polling } from './polling.ts';
import { profileMethods } from './profile-methods.ts';
import { queryMethods } from './query-methods.ts';
import { sendingMethods } from './sending-methods.ts';
import { TelegramServer } from './server.ts';
import { StarsControl } from './stars-control.ts';
import { Stars } from './stars.ts';
import { starsMethods } from './stars-methods.ts';
import { emptyState, type State } from './state.ts';
import { Storage } from './storage.ts';
import { until, type Patience } from './until.ts';
import type { UpdateFaults } from './update-faults.ts';
import { updateMethods } from './update-methods.ts';
import { Updates } from './updates.ts';
import { Webhook, type WebhookTiming } from './webhook.ts';
import type { Update } from './wire.ts';

export interface TelegramOptions {
  /** The bot's token, `<bot id>:<secret>`. Default: a random one, or the stored one. */
  readonly token?: string;
  /** Default `Wayleave`. */
  readonly botName?: string;
  /** Without @. Default `wayleave_bot`. */
  readonly botUsername?: string;
  /** Channels that exist, with their @. */
  readonly channels?: readonly string[];
  /** Default: any that is free. */
  readonly port?: number;
  readonly clock?: Clock;
  /** For the jitter of the webhook's delays. */
  readonly random?: Random;
  /** A JSON file that keeps everything across runs. */
  readonly storage?: string;
  readonly webhook?: WebhookTiming;
}

export interface TelegramSimulator {
  /** grammY's `client.apiRoot`; with a browser, the chat page. */
  readonly apiUrl: string;
  readonly port: number;
  readonly token: string;
  readonly botUsername: string;
  /** Somebody with a Telegram account: a new one, or the one with that id. */
  user(options: PersonOptions): Customer;
  /** Makes a channel that people may join. @param name with its @ */
  channel(name: string): void;
  readonly stars: StarsControl;
  readonly faults: {
    /** Spoils calls that the bot makes. */
    readonly calls: CallFaults;
    /** Spoils updates on their way to the bot. */
    readonly updates: UpdateFaults;
    /** Ends all of them; an outage too. */
    clear(): void;
  };
  /** An outage between Telegram and the bot: updates wait, calls go on. */
  pauseDelivery(): void;
  resumeDelivery(): void;
  /** What is not confirmed yet, the oldest first. */
  readonly pendingUpdates: readonly Update[];
  /** Every call that reached the simulator with the right token. */
  readonly requestLog: readonly LoggedCall[];
  /** Calls of methods or features that the simulator has not. A test should find none. */
  readonly unknownCalls: readonly LoggedCall[];
  /** Waits for a condition, asked again after every change. @throws Error after the timeout, 10 s by default */
  until(isTrue: () => boolean, patience?: Patience & { readonly what?: string }): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a Telegram with one bot on the loopback: its Bot API, and a chat page at the root. */
export async function startTelegramSimulator(options: TelegramOptions = {}): Promise<TelegramSimulator> {
  const { clock = systemClock, random = Math.random, storage: file } = options;
  const stored = file === undefined ? undefined : await Storage.load(file);
  const backend = new Backend(openState(options, stored), clock, random);
  const services = buildServices(backend);
  const callFaults = new CallFaults();
  const calls = new Calls(backend, callFaults, {
    ...sendingMethods(services),
    ...editingMethods(services),
    ...updateMethods(services),
    ...queryMethods(services),
    ...starsMethods(services),
    ...profileMethods(services),
  });
  const { people, updates } = services;
  const acts = new Acts(services);
  const webhook = new Webhook(backend, updates, options.webhook ?? {}, async (method, params) => {
    await calls.make(method, new Params(params), new AbortController().signal);
  });
  const storage = file === undefined ? undefined : new Storage(file, () => backend.state);
  backend.subscribe(() => storage?.saveSoon());
  const site = new ChatSite(services, acts, calls);
  const { token, bot } = backend.state;
  const server = new TelegramServer({ token, calls, files: services.files, site: site.answer });
  const port = await server.listen(options.port ?? 0);
  for (const name of options.channels ?? []) people.channel(name);
  backend.changed();
  return {
    apiUrl: `http://127.0.0.1:${port}`,
    port,
    token,
    botUsername: bot.username,
    user: (person) => new Customer(services, acts, people.add(person)),
    channel: (name) => void people.channel(name),
    stars: new StarsControl(services),
    faults: {
      calls: callFaults,
      updates: updates.faults,
      clear: () => {
        callFaults.clear();
        updates.faults.clear();
        updates.isPaused = false;
      },
    },
    pauseDelivery: () => {
      updates.isPaused = true;
    },
    resumeDelivery: () => {
      updates.isPaused = false;
    },
    get pendingUpdates() {
      return updates.pending().map(({ update }) => update);
    },
    requestLog: calls.log,
    unknownCalls: calls.unknown,
    until: async (isTrue, { what = 'a condition', ...patience } = {}) => {
      await until(backend, isTrue, () => what, patience);
    },
    stop: async () => {
      webhook.stop();
      site.close();
      await server.close();
      await storage?.save();
    },
  };
}

function buildServices(backend: Backend): Services {
  const people = new People(backend);
  const chats = new Chats(backend);
  const files = new Files(backend);
  const updates = new Updates(backend);
  const stars = new Stars(backend);
  return {
    backend,
    people,
    chats,
    files,
    updates,
    polling: new Polling(backend, updates),
    callbacks: new Callbacks(backend, updates),
    stars,
    checkout: new Checkout({ backend, people, chats, updates, stars }),
    typing: new Map(),
  };
}

/** The stored state under the names and the token that are wanted now, or a new one. */
function openState(options: TelegramOptions, stored: State | undefined): State {
  const token = options.token ?? stored?.token ?? `${randomInt(1_000_000_000, 9_999_999_999)}:${newSecret()}`;
  const id = Number(token.split(':')[0]);
  if (!Number.isSafeInteger(id)) throw new Error('a bot token begins with the number of the bot and a colon');
  const { botName, botUsername } = options;
  const bot = {
    id,
    is_bot: true,
    first_name: botName ?? stored?.bot.first_name ?? 'Wayleave',
    username: botUsername ?? stored?.bot.username ?? 'wayleave_bot',
  };
  return stored === undefined ? emptyState(bot, token, randomInt(100_000_000, 900_000_000)) : { ...stored, bot, token };
}

/** 35 characters, as BotFather gives. */
function newSecret(): string {
  return randomBytes(27).toString('base64url').slice(0, 35);
}
