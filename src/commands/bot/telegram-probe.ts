import { Api, GrammyError, HttpError } from 'grammy/web';
import { describeError } from '../../base/errors.ts';
import type { BotProbe } from '../../controllers/shop/ports.ts';

const answerSeconds = 8;

/** Asks Telegram who the bot of a token is, and where its updates go. */
export async function probeBot(token: string, apiRoot: string): Promise<BotProbe> {
  const api = new Api(token, { apiRoot, timeoutSeconds: answerSeconds });
  try {
    const [me, webhook] = await Promise.all([api.getMe(), api.getWebhookInfo()]);
    return {
      outcome: 'Answers',
      bot: {
        botId: me.id,
        userName: me.username,
        webhook: {
          url: webhook.url ?? '',
          pendingUpdates: webhook.pending_update_count,
          ...(webhook.last_error_date === undefined ? {} : { lastErrorAtMs: webhook.last_error_date * 1000 }),
          ...(webhook.last_error_message === undefined ? {} : { lastErrorMessage: webhook.last_error_message }),
        },
      },
    };
  } catch (thrown) {
    // 404 is what Telegram says to a token that has not the form of one.
    if (thrown instanceof GrammyError && [401, 404].includes(thrown.error_code)) {
      return { outcome: 'TokenRefused', message: thrown.description };
    }
    const isNoAnswer = thrown instanceof HttpError || thrown instanceof GrammyError;
    if (!isNoAnswer) throw thrown;
    // The message of an HttpError holds the URL, and that the token.
    const message = thrown instanceof GrammyError ? thrown.description : describeError(thrown.error);
    return { outcome: 'TelegramUnreachable', message };
  }
}
