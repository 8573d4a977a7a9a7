import type { VPNShop } from '../../api/index.ts';
import type { ShopObservation, Verdict } from './observation.ts';

/** Telegram tries again after at most two minutes: an error that is older was overcome, whatever still waits. */
const failingForMs = 5 * 60_000;

/** How updates come in: the condition `WebhookSet`. */
export function judgeWebhook({ spec }: VPNShop, found: ShopObservation, nowMs: number): Verdict {
  const { probe, running } = found;
  if (probe?.outcome !== 'Answers') return { status: 'Unknown', reason: 'NotAsked', message: 'Telegram was not asked' };
  const { url } = probe.bot.webhook;
  if (spec.bot.updates === 'Polling') {
    if (url !== '') return anotherProgram('a webhook that is not ours is set, so polling gets nothing');
    if (running?.isPolledElsewhere === true) return anotherProgram('another program polls this bot as well');
    return { status: 'False', reason: 'NotUsed', message: 'updates are polled' };
  }
  if (!found.isWebhookSecretValid) {
    const message = `webhookSecret in Secret ${spec.bot.tokenSecretRef.name} is not 1 to 256 letters, digits, - and _; another one is used`;
    return { status: 'False', reason: 'WebhookSecretInvalid', message };
  }
  if (url === '' || running?.webhookUrl === undefined) {
    return { status: 'False', reason: 'WebhookNotSet', message: 'Telegram was not told where to send updates to yet' };
  }
  if (url !== running.webhookUrl) return anotherProgram('a webhook that is not ours is set');
  const { lastErrorAtMs = -Infinity, pendingUpdates } = probe.bot.webhook;
  if (pendingUpdates > 0 && nowMs - lastErrorAtMs < failingForMs) {
    return {
      status: 'False',
      reason: 'WebhookFailing',
      message: 'Telegram cannot deliver updates, see status.webhook',
    };
  }
  return { status: 'True', reason: 'WebhookSet', message: '' };
}

function anotherProgram(message: string): Verdict {
  return { status: 'False', reason: 'AnotherProgram', message };
}
