import {
  clip,
  SHORT_MESSAGE_LENGTH,
  type Condition,
  type ShopMethodStatus,
  type ShopWebhookStatus,
  type VPNShop,
  type VPNShopStatus,
} from '../../api/index.ts';
import { maskText } from '../../base/mask.ts';
import { setCondition } from '../../kube/index.ts';
import { isSameJson } from '../same-json.ts';
import type { MethodVerdict } from './methods.ts';
import type { ShopObservation } from './observation.ts';
import { judgeShop } from './verdicts.ts';

/** What a VPNShop shows. Pure: the same findings give the same status, so that nothing is written when nothing changed. */
export function shopStatus(shop: VPNShop, found: ShopObservation, now: Date): VPNShopStatus {
  const { generation } = shop.metadata;
  const observed = generation === undefined ? {} : { observedGeneration: generation };
  let conditions: Condition[] = [...(shop.status?.conditions ?? [])];
  for (const [type, verdict] of Object.entries(judgeShop(shop, found, now.getTime()))) {
    const message = clip(verdict.message, 4096);
    conditions = setCondition(conditions, { type, ...verdict, message, ...observed }, now);
  }
  return {
    ...observed,
    ...identityOf(shop, found),
    ...(found.running === undefined ? {} : { updates: shop.spec.bot.updates }),
    ...(found.methods === undefined ? {} : methodsOf(found.methods)),
    ...webhookOf(shop, found),
    conditions,
  };
}

/** Equal but for figures of the webhook that grow by themselves, which are never written for their own sake. */
export function sameStatus(a: VPNShopStatus | undefined, b: VPNShopStatus): boolean {
  return isSameJson(withoutFigures(a), withoutFigures(b));
}

function withoutFigures(status: VPNShopStatus | undefined): object {
  const webhook = {
    ...status?.webhook,
    pendingUpdates: undefined,
    lastErrorAt: undefined,
    lastErrorMessage: undefined,
  };
  return { ...status, webhook };
}

/** Which bot it was is still worth knowing while Telegram does not answer, or the token is being replaced. */
function identityOf({ status }: VPNShop, { probe, stopped }: ShopObservation): Partial<VPNShopStatus> {
  if (probe?.outcome === 'Answers') {
    return { botUserName: clip(probe.bot.userName, 64), botId: probe.bot.botId };
  }
  if (stopped?.reason === 'AnotherShop' || status?.botId === undefined) return {};
  return { botId: status.botId, ...(status.botUserName === undefined ? {} : { botUserName: status.botUserName }) };
}

function methodsOf(verdicts: readonly MethodVerdict[]): Pick<VPNShopStatus, 'methods' | 'summary'> {
  const enabled = verdicts.filter((verdict) => verdict.enabled);
  const usable = enabled.filter((verdict) => verdict.usable !== undefined);
  return {
    summary: `${String(usable.length)}/${String(enabled.length)}`,
    methods: verdicts.map(({ name, provider, reason, message, ...verdict }): ShopMethodStatus => ({
      name,
      provider,
      usable: verdict.usable !== undefined,
      reason,
      ...(message === '' ? {} : { message: clip(message, SHORT_MESSAGE_LENGTH) }),
    })),
  };
}

/** Shown only where updates come in that way. That of another program may hold a token in its path: it is masked. */
function webhookOf({ spec, status }: VPNShop, { probe, stopped }: ShopObservation): { webhook?: ShopWebhookStatus } {
  if (spec.bot.updates !== 'Webhook' || stopped !== undefined) return {};
  if (probe?.outcome !== 'Answers') return status?.webhook === undefined ? {} : { webhook: status.webhook };
  const { url, pendingUpdates, lastErrorAtMs, lastErrorMessage } = probe.bot.webhook;
  if (url === '') return {};
  return {
    webhook: {
      url: clip(maskText(url), 4096),
      pendingUpdates,
      ...(lastErrorAtMs === undefined ? {} : { lastErrorAt: secondsOf(lastErrorAtMs) }),
      ...(lastErrorMessage === undefined ? {} : { lastErrorMessage: clip(lastErrorMessage, SHORT_MESSAGE_LENGTH) }),
    },
  };
}

function secondsOf(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/\.\d+Z$/, 'Z');
}
