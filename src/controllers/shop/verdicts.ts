import type { ShopConditionType, VPNShop } from '../../api/index.ts';
import type { MethodVerdict } from './methods.ts';
import { isTimeZone, type ShopObservation, type Verdict } from './observation.ts';
import { judgeWebhook } from './webhook.ts';

type Verdicts = Readonly<Record<ShopConditionType, Verdict>>;

const notServed: Verdict = { status: 'Unknown', reason: 'NotServed', message: 'the shop does not run' };

/** All conditions of a shop, from what was found. Pure: the same findings give the same words. */
export function judgeShop(shop: VPNShop, found: ShopObservation, nowMs: number): Verdicts {
  const isElsewhere = found.stopped?.reason === 'AnotherShop' || found.stopped?.reason === 'Deleting';
  const bot = isElsewhere ? notServed : judgeBot(found);
  const webhook = isElsewhere ? notServed : judgeWebhook(shop, found, nowMs);
  const payments = found.methods === undefined ? notServed : judgePayments(found.methods);
  const causes: readonly (Verdict | undefined)[] = [
    found.stopped,
    bot.status === 'True' ? undefined : bot,
    failed(found),
    webhook.reason === 'NotUsed' || webhook.status !== 'False' ? undefined : webhook,
    payments.status === 'True' ? undefined : payments,
    badTimeZone(shop),
    badTrial(shop, found),
  ];
  return {
    Ready: causes.find((cause) => cause !== undefined) ?? allWell(found),
    OnlyShop:
      found.stopped?.reason === 'AnotherShop' ? found.stopped : { status: 'True', reason: 'OnlyShop', message: '' },
    BotReachable: bot,
    WebhookSet: webhook,
    PaymentsReady: payments,
    RefundsPaused: judgeRefunds(found),
  };
}

function judgeBot({ stopped, probe }: ShopObservation): Verdict {
  if (stopped !== undefined) return stopped;
  if (probe === undefined) return notServed;
  if (probe.outcome === 'Answers') {
    return { status: 'True', reason: 'BotAnswers', message: `the token belongs to @${probe.bot.userName}` };
  }
  return { status: 'False', reason: probe.outcome, message: probe.message };
}

function judgePayments(methods: readonly MethodVerdict[]): Verdict {
  const enabled = methods.filter((method) => method.enabled);
  const broken = enabled.filter(({ usable }) => usable === undefined);
  const why = broken.map(({ name, message }) => `${name}: ${message}`).join('; ');
  if (enabled.length === 0) {
    return { status: 'False', reason: 'NoMethodUsable', message: 'no payment method is enabled' };
  }
  if (broken.length === enabled.length) return { status: 'False', reason: 'NoMethodUsable', message: why };
  if (broken.length > 0) return { status: 'False', reason: 'SomeMethodsBroken', message: why };
  return { status: 'True', reason: 'PaymentsReady', message: `customers can pay with ${namesOf(enabled)}` };
}

function judgeRefunds({ running }: ShopObservation): Verdict {
  if (running === undefined) return notServed;
  if (!running.refundsPaused) return { status: 'False', reason: 'RefundsRunning', message: '' };
  return { status: 'True', reason: 'RefundsPaused', message: 'refunds wait until a person resumes them' };
}

function failed({ failure }: ShopObservation): Verdict | undefined {
  return failure === undefined ? undefined : { status: 'False', reason: 'StartFailed', message: failure };
}

function badTimeZone({ spec }: VPNShop): Verdict | undefined {
  if (isTimeZone(spec.timeZone)) return undefined;
  const message = `there is no time zone ${spec.timeZone}; times are told in UTC`;
  return { status: 'False', reason: 'TimeZoneUnknown', message };
}

function badTrial({ spec }: VPNShop, { trialPlan }: ShopObservation): Verdict | undefined {
  if (spec.trial === undefined || trialPlan?.spec.visibility === 'Trial') return undefined;
  const what = trialPlan === undefined ? 'does not exist' : `has visibility ${trialPlan.spec.visibility}, not Trial`;
  return { status: 'False', reason: 'TrialPlanMissing', message: `VPNPlan ${spec.trial.plan} ${what}` };
}

function allWell({ probe, methods = [] }: ShopObservation): Verdict {
  const who = probe?.outcome === 'Answers' ? `@${probe.bot.userName} answers` : 'the bot answers';
  const usable = methods.filter((method) => method.usable !== undefined);
  return { status: 'True', reason: 'Ready', message: `${who}; customers can pay with ${namesOf(usable)}` };
}

function namesOf(methods: readonly MethodVerdict[]): string {
  return methods.map(({ name }) => name).join(', ');
}
