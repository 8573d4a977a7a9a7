import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Update } from 'grammy/types';
import type { BotMetrics } from './ports.ts';

export interface WebhookOptions {
  /** What Telegram was given with `setWebhook`. */
  readonly secretToken: string;
  /** @throws whatever makes it necessary that the update comes again */
  readonly handle: (update: Update) => Promise<void>;
  readonly metrics: BotMetrics;
}

export type WebhookHandler = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

/**
 * Takes updates from Telegram over HTTP. 200 only after an update was dealt with; 500 makes Telegram send it again, which
 * is asked for only where it tells of money.
 */
export function webhookHandler({ secretToken, handle, metrics }: WebhookOptions): WebhookHandler {
  return async (request, reply) => {
    if (!isSame(request.headers['x-telegram-bot-api-secret-token'], secretToken)) {
      metrics.webhookFailed('secret');
      await reply.code(401).send();
      return;
    }
    if (!isUpdate(request.body)) {
      metrics.webhookFailed('body');
      await reply.code(400).send();
      return;
    }
    try {
      await handle(request.body);
    } catch {
      // It was logged where it happened; Telegram only has to know that it must come again.
      metrics.webhookFailed('payment');
      await reply.code(500).send();
      return;
    }
    await reply.code(200).send();
  };
}

/** In the same time whatever the difference is. */
function isSame(given: string | string[] | undefined, expected: string): boolean {
  if (typeof given !== 'string') return false;
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

function isUpdate(body: unknown): body is Update {
  return typeof body === 'object' && body !== null && 'update_id' in body && typeof body.update_id === 'number';
}
