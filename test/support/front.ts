import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Front {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * What an ingress is to a Service: each request goes to one of the addresses that are ready at this moment. It repeats
 * nothing, so what a pod loses is lost.
 *
 * @param addresses of ready pods
 * @param port of the pods
 */
export async function startFront(addresses: () => readonly string[], port: number): Promise<Front> {
  let turn = 0;
  const server = createServer((incoming, answer) => {
    const ready = addresses();
    turn += 1;
    const host = ready[turn % Math.max(1, ready.length)];
    if (host === undefined) {
      answer.writeHead(503).end('no pod is ready');
      return;
    }
    const { method, url, headers } = incoming;
    const onward = request({ host, port, method, path: url, headers, agent: false }, (reply) => {
      answer.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(answer);
      reply.on('error', () => answer.destroy());
    });
    onward.on('error', () => {
      if (answer.headersSent) answer.destroy();
      else answer.writeHead(502).end();
    });
    incoming.pipe(onward);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
