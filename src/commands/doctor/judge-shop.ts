import { shopReasons, type VPNShop } from '../../api/index.ts';
import type { BotProbe } from '../../controllers/shop/ports.ts';
import type { ShopRecord } from '../../ledger/index.ts';
import { fail, ok, warn, type Seen } from './finding.ts';

/** What Telegram said about the token of a bot, or why it was not asked. */
export type TelegramAnswer = BotProbe | { readonly outcome: 'TokenMissing' | 'NotAsked'; readonly message: string };

/** Customers notice: Telegram keeps what the bot does not take. */
const manyUpdates = 100;

/** @param record of the ledger; undefined as long as no bot has opened the shop */
export function judgeShop(shop: VPNShop, record: ShopRecord | undefined, answer: TelegramAnswer): readonly Seen[] {
  const seen = [...judgeConditions(shop), ...judgeTelegram(shop, answer), ...judgeRefunds(record)];
  const bot =
    answer.outcome === 'Answers'
      ? `@${answer.bot.userName} answers; updates by ${shop.spec.bot.updates}`
      : answer.message;
  return seen.length > 0 ? seen : [ok(`${shop.spec.mode}; ${bot}`)];
}

function judgeConditions({ status }: VPNShop): Seen[] {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  if (ready === undefined)
    return [warn('no bot has looked at it yet', 'see the Lease wayleave-bot and the log of the bot')];
  if (ready.status === 'True') return [];
  const remedy = (shopReasons as Readonly<Record<string, string>>)[ready.reason];
  return [fail(`${ready.reason}${ready.message === '' ? '' : `: ${ready.message}`}`, remedy)];
}

function judgeTelegram({ spec, status }: VPNShop, answer: TelegramAnswer): Seen[] {
  switch (answer.outcome) {
    case 'NotAsked':
      return [];
    case 'TokenMissing':
      return [fail(answer.message, shopReasons.TokenMissing)];
    case 'TokenRefused':
      return [fail(`Telegram refuses the token: ${answer.message}`, shopReasons.TokenRefused)];
    case 'TelegramUnreachable': {
      const isReached = status?.conditions?.some(
        ({ type, status: value }) => type === 'BotReachable' && value === 'True',
      );
      const says = `Telegram does not answer from here: ${answer.message}`;
      return [isReached === true ? warn(`${says}; it answers the bot`) : fail(says, shopReasons.TelegramUnreachable)];
    }
    case 'Answers':
      return judgeUpdates(spec.bot.updates, answer.bot.webhook);
  }
}

function judgeUpdates(
  updates: VPNShop['spec']['bot']['updates'],
  webhook: (BotProbe & { outcome: 'Answers' })['bot']['webhook'],
): Seen[] {
  const seen: Seen[] = [];
  if (updates === 'Webhook' && webhook.url === '')
    seen.push(fail('Telegram knows no webhook', shopReasons.WebhookNotSet));
  if (updates === 'Polling' && webhook.url !== '') {
    seen.push(fail('a webhook is set, so nothing can be polled', shopReasons.AnotherProgram));
  }
  if (webhook.pendingUpdates > manyUpdates) {
    const why = webhook.lastErrorMessage === undefined ? '' : `: ${webhook.lastErrorMessage}`;
    seen.push(
      warn(
        `${String(webhook.pendingUpdates)} updates wait${why}`,
        'see the log of the bot, and whether its webhook can be reached',
      ),
    );
  }
  return seen;
}

function judgeRefunds(record: ShopRecord | undefined): Seen[] {
  if (record?.refundsPausedAtMs === undefined) return [];
  const since = new Date(record.refundsPausedAtMs).toISOString().slice(0, 16).replace('T', ' ');
  const mend = `look at "wayleave ledger queue", then "wayleave ledger refunds resume --shop ${record.namespace}/${record.name}"`;
  return [warn(`refunds are paused since ${since} UTC`, mend)];
}
