import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';

/**
 * Stands before replicas as a load balancer does that knows nothing of them: every request goes to any of them, and one that
 * is not there answers 502.
 *
 * @param upstreams ports on the loopback
 */
export async function startBalancer(
  port: number,
  upstreams: readonly number[],
  random: () => number,
): Promise<{ stop(): Promise<void> }> {
  const server: Server = createServer((incoming, answer) => {
    const upstream = upstreams[Math.floor(random() * upstreams.length)] ?? 0;
    pass(incoming, answer, upstream);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function pass(incoming: IncomingMessage, answer: ServerResponse, port: number): void {
  const { method, url, headers } = incoming;
  const onward = request({ host: '127.0.0.1', port, method, path: url, headers, agent: false }, (reply) => {
    answer.writeHead(reply.statusCode ?? 502, reply.headers);
    reply.pipe(answer);
    reply.on('error', () => answer.destroy());
  });
  onward.on('error', () => {
    if (answer.headersSent) answer.destroy();
    else answer.writeHead(502).end();
  });
  incoming.pipe(onward);
}
