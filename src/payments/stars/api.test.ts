import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Bot } from 'grammy/web';
import { expect, it, onTestFinished } from 'vitest';
import { describeError } from '../../base/errors.ts';
import { errorFields } from '../../telemetry/error-fields.ts';
import { starsApiOf, StarsRefusal, type StarsApi } from './api.ts';

const token = '123456:SeCrEtToKeN';

/** Telegram as it answers everything with this; absent: it hangs up. */
async function telegram(answer?: {
  readonly error_code: number;
  readonly description: string;
  readonly parameters?: object;
}): Promise<StarsApi> {
  const server = createServer((incoming, response) => {
    incoming.resume();
    if (answer === undefined) incoming.socket.destroy();
    else
      response
        .writeHead(answer.error_code, { 'content-type': 'application/json' })
        .end(JSON.stringify({ ok: false, ...answer }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return starsApiOf(new Bot(token, { client: { apiRoot: `http://127.0.0.1:${String(port)}` } }).api);
}

it.each([
  ['nothing', undefined, { code: 'PAYMENT_UNREACHABLE', retry: 'later' }],
  ['502', { error_code: 502, description: 'Bad Gateway' }, { code: 'PAYMENT_UNREACHABLE', retry: 'later' }],
  [
    '429',
    { error_code: 429, description: 'Too Many Requests', parameters: { retry_after: 7 } },
    { code: 'PAYMENT_UNREACHABLE', retry: 'later', retryAfterMs: 7_000 },
  ],
  ['401', { error_code: 401, description: 'Unauthorized' }, { code: 'PAYMENT_REFUSED', retry: 'later' }],
  [
    '400',
    { error_code: 400, description: 'Bad Request: X' },
    { code: 'PAYMENT_REFUSED', retry: 'never', description: 'Bad Request: X' },
  ],
])('says of %s whether another time can help, and never the token', async (_, answer, expected) => {
  const api = await telegram(answer);
  const calls = [() => api.getStarTransactions({ offset: 0, limit: 1 }), () => api.refundStarPayment(7, 'stx')];
  for (const call of calls) {
    const error: unknown = await call().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject(expected);
    expect(error instanceof StarsRefusal).toBe(expected.retry === 'never');
    expect(describeError(error) + JSON.stringify(errorFields(error as Error))).not.toContain('SeCrEt');
  }
});
