import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ManualClock } from '../../manual-clock.ts';
import { startTelegramSimulator, type TelegramSimulator } from './index.ts';
import { callBot } from './testing.ts';

let clock: ManualClock;
let telegram: TelegramSimulator;
let server: Server;
/** What the bot answers next, and what it was asked. */
let answers: { readonly status: number; readonly retryAfter?: string }[];
let asked: number;

beforeEach(async () => {
  clock = new ManualClock();
  telegram = await startTelegramSimulator({ clock, random: () => 0 });
  answers = [];
  asked = 0;
  server = createServer((_, response) => {
    asked += 1;
    const { status, retryAfter } = answers.shift() ?? { status: 200 };
    response.writeHead(status, retryAfter === undefined ? {} : { 'retry-after': retryAfter }).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  await callBot(telegram, 'setWebhook', { url: `http://127.0.0.1:${address.port}/` });
});

afterEach(async () => {
  await telegram.stop();
  server.closeAllConnections();
  server.close();
});

/** The bot is asked when the clock has moved by this much, and not a millisecond earlier. */
async function expectAfter(delayMs: number, times: number): Promise<void> {
  await telegram.until(() => clock.timers === 1, { what: 'the pause before the next attempt' });
  clock.advance(Math.max(0, delayMs - 1));
  expect(asked).toBe(times - 1);
  clock.advance(delayMs === 0 ? 0 : 1);
  await telegram.until(() => asked === times);
}

test('an update is tried again at once, then after 1, 2, 4 … seconds, at most a minute or two', async () => {
  answers = Array.from({ length: 10 }, () => ({ status: 500 }));
  await telegram.user({ firstName: 'Anna' }).sends('/start');
  await telegram.until(() => asked === 1);
  const delays = [0, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000];
  for (const [index, delayMs] of delays.entries()) {
    if (delayMs === 0) {
      await telegram.until(() => clock.timers === 1);
      clock.advance(0);
      await telegram.until(() => asked === 2);
    } else {
      await expectAfter(delayMs, index + 2);
    }
  }
  await telegram.until(() => telegram.pendingUpdates.length === 0);
  expect(asked).toBe(11);
});

test('an update is tried again when the bot says', async () => {
  answers = [{ status: 503, retryAfter: '120' }];
  await telegram.user({ firstName: 'Anna' }).sends('/start');
  await telegram.until(() => asked === 1);
  await expectAfter(120_000, 2);
  await telegram.until(() => telegram.pendingUpdates.length === 0);
});

test('an update that nobody takes within a day is dropped', async () => {
  telegram.pauseDelivery();
  await telegram.user({ firstName: 'Anna' }).sends('/start');
  clock.advance(86_400_000);
  telegram.resumeDelivery();
  expect(telegram.pendingUpdates).toStrictEqual([]);
  expect(asked).toBe(0);
});

test('a webhook is on this machine', async () => {
  const answer = await callBot(telegram, 'setWebhook', { url: 'https://example.org/' });
  expect(answer.description).toContain('loopback only');
});
