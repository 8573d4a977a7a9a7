import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { Endpoints } from './endpoints.ts';

/** Somewhere that requests go to. */
export interface Entrance {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * What kube-proxy makes of a Service: each new connection goes to one of the endpoints and stays there, also when that one
 * is ready no more. Nobody to send it to, or nobody there: the connection ends without a word.
 */
export async function startService(endpoints: Endpoints): Promise<Entrance> {
  const open = new Set<Socket>();
  const server = createServer({ noDelay: true }, (incoming) => {
    const endpoint = endpoints.pick();
    if (endpoint === undefined) {
      incoming.resetAndDestroy();
      return;
    }
    const onward = connect({ port: endpoint.port, host: '127.0.0.1', noDelay: true });
    for (const [socket, other] of [
      [incoming, onward],
      [onward, incoming],
    ] as const) {
      open.add(socket);
      socket.pipe(other);
      socket.on('error', () => other.resetAndDestroy());
      socket.once('close', () => open.delete(socket));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
