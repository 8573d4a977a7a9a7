import fastify from 'fastify';
import type { Update } from 'grammy/types';
import { describe, expect, it, onTestFinished } from 'vitest';
import { webhookHandler } from './webhook.ts';

function open(handle: (update: Update) => Promise<void>): {
  readonly post: (body: object, secret?: string) => Promise<number>;
  readonly failures: readonly string[];
} {
  const failures: string[] = [];
  const metrics = {
    updateHandled: () => undefined,
    telegramError: () => undefined,
    chargeRecorded: () => undefined,
    checkoutRefused: () => undefined,
    webhookFailed: (cause: string) => void failures.push(cause),
  };
  const app = fastify();
  app.post('/hook', webhookHandler({ secretToken: 'right', handle, metrics }));
  onTestFinished(() => app.close());
  const post = async (payload: object, secret?: string): Promise<number> => {
    const headers = secret === undefined ? {} : { 'x-telegram-bot-api-secret-token': secret };
    return (await app.inject({ method: 'POST', url: '/hook', headers, payload })).statusCode;
  };
  return { post, failures };
}

describe('a webhook', () => {
  it('takes nothing without the secret, and nothing that is no update', async () => {
    let handled = 0;
    const { post, failures } = open(async () => {
      handled += 1;
    });
    expect(await post({ update_id: 1 })).toBe(401);
    expect(await post({ update_id: 1 }, 'wrong')).toBe(401);
    expect(await post({ id: 1 }, 'right')).toBe(400);
    expect(handled).toBe(0);
    expect(failures).toEqual(['secret', 'secret', 'body']);
  });

  it('answers 200 only when the update was dealt with, and 500 when it has to come again', async () => {
    const order: string[] = [];
    const { post } = open(async ({ update_id: id }) => {
      await new Promise((resolve) => setImmediate(resolve));
      order.push('dealt with');
      if (id === 2) throw new Error('not on record');
    });
    const status = await post({ update_id: 1 }, 'right');
    order.push('answered');
    expect([status, order]).toEqual([200, ['dealt with', 'answered']]);
    expect(await post({ update_id: 2 }, 'right')).toBe(500);
  });
});
