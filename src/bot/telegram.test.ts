import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../base/clock.ts';
import { Telegram } from './telegram.ts';

/** Telegram, as far as it says no to the first method and yes to the others. */
async function refusing(
  method: string,
  description: string,
): Promise<{ readonly url: string; readonly calls: string[] }> {
  const calls: string[] = [];
  const server = createServer((request, response) => {
    const called = request.url?.split('/').at(-1) ?? '';
    calls.push(called);
    const answer =
      called === method ? { ok: false, error_code: 400, description } : { ok: true, result: { message_id: 7 } };
    request.resume().on('end', () => response.end(JSON.stringify(answer)));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, calls };
}

it.each([
  ["Bad Request: can't use file of type Document as Photo", ['sendPhoto', 'sendDocument'], undefined],
  ['Bad Request: wrong file identifier', ['sendPhoto', 'sendMessage'], 'Bad Request: wrong file identifier'],
])('a picture that is refused with "%s" is sent by %j', async (description, calls, refusal) => {
  const server = await refusing('sendPhoto', description);
  const metrics = { telegramError: () => undefined } as unknown as ConstructorParameters<typeof Telegram>[0]['metrics'];
  const telegram = new Telegram({ token: '1:a', apiRoot: server.url, clock: systemClock, metrics });
  expect(await telegram.sendKnownPhoto(1, 'BQACx', { text: 'Bob' })).toEqual({ messageId: 7, refusal });
  expect(server.calls).toEqual(calls);
});
