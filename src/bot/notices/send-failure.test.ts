import { createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../base/clock.ts';
import { starsApiOf } from '../../payments/stars/api.ts';
import { Telegram } from '../telegram.ts';
import { judgeSendFailure } from './send-failure.ts';

const metrics = {
  updateHandled: () => undefined,
  telegramError: () => undefined,
  webhookFailed: () => undefined,
  chargeRecorded: () => undefined,
  checkoutRefused: () => undefined,
};

/** A port of the loopback where nobody listens any more. */
async function portOfNobody(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => void server.close(() => resolve()));
  return port;
}

/** Through the bot's own client, because what it makes of an error is what is judged. */
describe('a sending that got no answer', () => {
  // Takes the connection and the request, and hangs up without a word.
  const server = createServer((socket) => {
    socket.once('data', () => socket.destroy());
  });
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  afterAll(() => new Promise<void>((resolve) => void server.close(() => resolve())));

  const telegramAt = (port: number): Telegram =>
    new Telegram({ token: '1:secret', apiRoot: `http://127.0.0.1:${port}`, clock: systemClock, metrics });
  const failureAt = async (port: number): Promise<unknown> =>
    telegramAt(port)
      .send(1, { text: 'hello', buttons: [] })
      .catch((thrown: unknown) => thrown);

  it('was surely not sent where no connection came about', async () => {
    expect(judgeSendFailure(await failureAt(await portOfNobody()))).toEqual({ kind: 'unsent' });
  });

  it('is in doubt where the connection broke later', async () => {
    const { port } = server.address() as AddressInfo;
    expect(judgeSendFailure(await failureAt(port))).toEqual({ kind: 'doubt' });
  });

  it('is an error of payments where payments asked, and tells nobody the token', async () => {
    const thrown: unknown = await starsApiOf(telegramAt(1).api)
      .refundStarPayment(1, 'charge')
      .catch((error: unknown) => error);
    expect(thrown).toMatchObject({ code: 'PAYMENT_UNREACHABLE', retry: 'later' });
    expect(String(thrown)).not.toContain('secret');
  });
});
