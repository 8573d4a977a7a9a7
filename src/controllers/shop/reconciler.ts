import { vpnShops, type VPNPlan, type VPNShop, type VPNShopStatus } from '../../api/index.ts';
import type { Clock, Random } from '../../base/clock.ts';
import { describeError } from '../../base/errors.ts';
import {
  done,
  keyOf,
  requeueAfter,
  type EventRecorder,
  type KubeClient,
  type ObjectCache,
  type Outcome,
} from '../../kube/index.ts';
import type { ShopRendering } from '../../store/index.ts';
import { writeStatus } from '../write-status.ts';
import { botCredentials } from './bot-token.ts';
import { judgeMethods } from './methods.ts';
import { isWebhookAsWanted, stoppedFor, type ShopObservation, type Verdict } from './observation.ts';
import type { BotProbe, ShopRunner, ShopSettings } from './ports.ts';
import { redactError, redactProbe, secretsOf } from './redact.ts';
import { shopRendering } from './rendering.ts';
import { readShopSecrets } from './secrets.ts';
import { servedShop } from './served.ts';
import { shopSettings } from './settings.ts';
import { sameStatus, shopStatus } from './status.ts';

export interface ShopReconcilerOptions {
  readonly client: KubeClient;
  /** With an index `namespace`. */
  readonly shops: ObjectCache<VPNShop>;
  readonly plans: ObjectCache<VPNPlan>;
  readonly runner: ShopRunner;
  /** Tells the subscription service what to show in the shop's name; called at least every minute. */
  readonly saveRendering: (
    shop: { readonly namespace: string; readonly name: string },
    rendering: ShopRendering,
  ) => Promise<void>;
  /** Whether this replica is the one that shows what it sees. */
  readonly mayWriteStatus: (key: string) => boolean;
  /** Where this bot talks to a Telegram on its own machine, which can only be a simulator; undefined for any other. */
  readonly simulatorUrl: string | undefined;
  readonly events: Pick<EventRecorder, 'record'>;
  readonly clock: Clock;
  readonly random: Random;
}

type Applied = Pick<ShopObservation, 'probe' | 'failure' | 'running'> & { readonly thrown?: Error };

/** Secrets have no watch: a rotated one is used this long after at the latest. */
const longestWaitMs = 60_000;
/** Somebody may be mending it right now. */
const unwellWaitMs = 15_000;
const webhookWaitMs = 3_000;

/** Keeps each shop running with what its resource and its Secrets say, and shows whether it sells. */
export class ShopReconciler {
  readonly #options: ShopReconcilerOptions;

  constructor(options: ShopReconcilerOptions) {
    this.#options = options;
  }

  async reconcile(key: string): Promise<Outcome> {
    const { shops, runner } = this.#options;
    const shop = shops.get(key);
    const stopped = shop === undefined ? undefined : this.#whyStopped(shop);
    if (shop === undefined || stopped !== undefined) await runner.stop(key);
    if (shop === undefined) return done;
    if (stopped !== undefined) return this.#show(key, shop, stopped);
    // Side by side: what customers' apps show does not hang on Telegram or a Secret, nor the bot on this being saved.
    const [outcome, saved] = await Promise.allSettled([this.#run(key, shop), this.#saveRendering(shop)]);
    if (outcome.status === 'rejected') throw outcome.reason;
    if (saved.status === 'rejected') throw saved.reason;
    return outcome.value;
  }

  async #saveRendering({ metadata, spec, status }: VPNShop): Promise<void> {
    const { name, namespace = '' } = metadata;
    // A live shop is not served here, and the bot that it had stays its bot.
    const simulatorUrl = spec.mode === 'Test' ? this.#options.simulatorUrl : undefined;
    const bot = { userName: status?.botUserName, simulatorUrl };
    await this.#options.saveRendering({ namespace, name }, shopRendering(spec, bot));
  }

  #whyStopped({ metadata }: VPNShop): ShopObservation | undefined {
    const { namespace = '', name, deletionTimestamp } = metadata;
    if (deletionTimestamp !== undefined) return stoppedFor('Deleting', 'the shop is being deleted');
    const served = servedShop(this.#options.shops.byIndex('namespace', namespace));
    if (served === undefined || served.metadata.name === name) return undefined;
    return stoppedFor('AnotherShop', `VPNShop ${served.metadata.name} of this namespace is older and is served`);
  }

  async #run(key: string, shop: VPNShop): Promise<Outcome> {
    const { client, runner } = this.#options;
    const secrets = await readShopSecrets(client, shop);
    const { name } = shop.spec.bot.tokenSecretRef;
    const credentials = botCredentials(secrets.get(name), name);
    const methods = judgeMethods(shop.spec.payments.methods, secrets);
    const isWebhookSecretValid = credentials.token === undefined || credentials.isWebhookSecretValid;
    const observed = { methods, isWebhookSecretValid, trialPlan: this.#trialPlan(shop) };
    const nothing = { probe: undefined, failure: undefined, running: undefined };
    if (credentials.token === undefined || this.#isLiveAtSimulator(shop)) {
      await runner.stop(key);
      const stopped = credentials.token === undefined ? tokenMissing(credentials.missing) : simulatorInLiveShop;
      return this.#show(key, shop, { ...observed, ...nothing, stopped });
    }
    const settings = shopSettings(key, shop, credentials, methods);
    const { thrown, ...found } = await this.#apply(shop, settings);
    const outcome = await this.#show(key, shop, { ...observed, ...found, stopped: undefined });
    if (thrown !== undefined) throw thrown;
    return outcome;
  }

  /** A token that Telegram refuses is not handed on: the one that a running shop has may still be good. */
  async #apply(shop: VPNShop, settings: ShopSettings): Promise<Applied> {
    const { runner } = this.#options;
    const { key } = settings;
    let probe = await this.#ask(settings);
    if (probe.outcome === 'TokenRefused') return { probe, failure: undefined, running: runner.facts(key) };
    try {
      await runner.apply(settings);
    } catch (failed) {
      const thrown = redactError(failed, secretsOf(settings));
      return { probe, failure: describeError(thrown), running: runner.facts(key), thrown };
    }
    const running = runner.facts(key);
    if (!isWebhookAsWanted(shop, probe, running)) probe = await this.#ask(settings);
    return { probe, failure: undefined, running };
  }

  async #ask(settings: ShopSettings): Promise<BotProbe> {
    const secrets = secretsOf(settings);
    try {
      return redactProbe(await this.#options.runner.probe(settings.token), secrets);
    } catch (thrown) {
      throw redactError(thrown, secrets);
    }
  }

  #isLiveAtSimulator({ spec }: VPNShop): boolean {
    return this.#options.simulatorUrl !== undefined && spec.mode === 'Live';
  }

  #trialPlan({ metadata, spec }: VPNShop): VPNPlan | undefined {
    if (spec.trial === undefined) return undefined;
    const { namespace = '' } = metadata;
    return this.#options.plans.get(keyOf({ metadata: { namespace, name: spec.trial.plan } }));
  }

  async #show(key: string, shop: VPNShop, found: ShopObservation): Promise<Outcome> {
    const { client, clock, random, mayWriteStatus } = this.#options;
    const status = shopStatus(shop, found, new Date(clock.now()));
    if (mayWriteStatus(key) && !sameStatus(shop.status, status)) {
      await writeStatus(client, vpnShops, shop, status);
      this.#tell(shop, status);
    }
    const waitMs = waitMsFor(status);
    return requeueAfter(waitMs * (1 - random() / 4));
  }

  /** A shop that became well or unwell is worth an Event; `kubectl describe` shows when. */
  #tell(shop: VPNShop, status: VPNShopStatus): void {
    const { events } = this.#options;
    if (shop.status?.botId !== undefined && status.botId !== undefined && shop.status.botId !== status.botId) {
      const message = `the token belongs to @${status.botUserName ?? ''} now, before it was @${shop.status.botUserName ?? ''}: customers have to start that bot`;
      events.record({ object: shop, type: 'Warning', reason: 'BotReplaced', message });
    }
    const ready = readyOf(status);
    if (ready === undefined || ready.status === 'Unknown' || ready.reason === readyOf(shop.status)?.reason) return;
    const type = ready.status === 'True' ? 'Normal' : 'Warning';
    events.record({ object: shop, type, reason: ready.reason, message: ready.message });
  }
}

const simulatorInLiveShop: Verdict = {
  status: 'False',
  reason: 'SimulatorInLiveShop',
  message: 'this bot talks to a simulated Telegram on its own machine, and the shop is Live: it is not served',
};

function tokenMissing(message: string): Verdict {
  return { status: 'False', reason: 'TokenMissing', message };
}

function readyOf(status: VPNShopStatus | undefined): NonNullable<VPNShopStatus['conditions']>[number] | undefined {
  return status?.conditions?.find(({ type }) => type === 'Ready');
}

function waitMsFor(status: VPNShopStatus): number {
  const ready = readyOf(status);
  if (ready?.reason === 'WebhookNotSet') return webhookWaitMs;
  return ready?.status === 'True' || ready?.reason === 'AnotherShop' ? longestWaitMs : unwellWaitMs;
}
