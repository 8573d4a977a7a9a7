import type { ShopReason, VPNPlan, VPNShop } from '../../api/index.ts';
import type { MethodVerdict } from './methods.ts';
import type { BotProbe, RunningShop } from './ports.ts';

/** What the value of a condition follows from. */
export interface Verdict {
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: ShopReason;
  readonly message: string;
}

/** What one reconcile found out about a shop. */
export interface ShopObservation {
  /** Why the shop is stopped; undefined when it is to run. */
  readonly stopped: Verdict | undefined;
  /** Undefined when Telegram was not asked. */
  readonly probe: BotProbe | undefined;
  readonly isWebhookSecretValid: boolean;
  /** Undefined when its Secrets were not read. */
  readonly methods: readonly MethodVerdict[] | undefined;
  /** Why the runner could not take the settings. */
  readonly failure: string | undefined;
  /** What the runner knows; undefined when the shop does not run here. */
  readonly running: RunningShop | undefined;
  /** The plan that `spec.trial` names. */
  readonly trialPlan: VPNPlan | undefined;
}

/** An observation of a shop that is stopped before anything else was looked at. */
export function stoppedFor(reason: 'Deleting' | 'AnotherShop', message: string): ShopObservation {
  return {
    stopped: { status: 'False', reason, message },
    probe: undefined,
    isWebhookSecretValid: true,
    methods: undefined,
    failure: undefined,
    running: undefined,
    trialPlan: undefined,
  };
}

/** Whether there is a time zone of that name; the schema knows only what such names look like. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch (thrown) {
    if (thrown instanceof RangeError) return false;
    throw thrown;
  }
}

/** Whether Telegram does with updates what the settings say, so that there is no need to look again. */
export function isWebhookAsWanted({ spec }: VPNShop, probe: BotProbe, running: RunningShop | undefined): boolean {
  if (probe.outcome !== 'Answers') return true;
  const wanted = spec.bot.updates === 'Webhook' ? running?.webhookUrl : '';
  return probe.bot.webhook.url === wanted;
}
