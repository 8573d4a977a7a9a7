import { once } from 'node:events';
import { Agent, createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { Endpoints } from './endpoints.ts';
import type { Entrance } from './service.ts';

export interface IngressOptions {
  readonly endpoints: Endpoints;
  /** Hears of each request that was answered, or not: then the status is ours, 502 or 503. */
  readonly onAnswer: (status: number, body: Buffer) => Promise<void>;
}

/**
 * What an ingress controller makes of a Service: each request goes to one of the endpoints, over a connection that is kept
 * for the next one. It asks nobody a second time: a POST may have been done.
 */
export async function startIngress({ endpoints, onAnswer }: IngressOptions): Promise<Entrance> {
  const agent = new Agent({ keepAlive: true });
  const server = createServer((incoming, answer) => {
    void take(incoming, answer);
  });

  async function take(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    const port = endpoints.pick()?.port;
    const [status, reply] = port === undefined ? [503] : await passOn(incoming, body, port);
    await onAnswer(status, body);
    answer.writeHead(status, retryAfterOf(reply)).end();
  }

  async function passOn(
    { method, url, headers }: IncomingMessage,
    body: Buffer,
    port: number,
  ): Promise<readonly [number, IncomingMessage?]> {
    const { connection: _, ...passed } = headers;
    const onward = request({ host: '127.0.0.1', port, method, path: url, headers: passed, agent });
    onward.end(body);
    try {
      const [reply] = (await once(onward, 'response')) as [IncomingMessage];
      await buffer(reply);
      return [reply.statusCode ?? 502, reply];
    } catch {
      // Refused, or cut before an answer: to Telegram it is all the same.
      return [502];
    }
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      agent.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function retryAfterOf(reply: IncomingMessage | undefined): Record<string, string> {
  const value = reply?.headers['retry-after'];
  return value === undefined ? {} : { 'retry-after': value };
}
