import { once } from 'node:events';
import type { Socket } from 'node:net';
import { createServer, type Server } from 'node:tls';
import { createAuthority } from '../../../test/support/certificates.ts';

/** The name in the links of the demo panels, which the target's certificate is for. */
export const realityServerName = 'www.example.test';

/**
 * The web server that REALITY pretends to be. Xray asks it for each handshake, so REALITY does not work without one; on a
 * real panel it is a well-known site, and a demo must not lean on the internet.
 */
export async function startRealityTarget(port: number): Promise<{ stop(): Promise<void> }> {
  const { certificate, key } = createAuthority('demo target').issue({
    commonName: realityServerName,
    hosts: [realityServerName],
    usages: ['server'],
  });
  const server: Server = createServer({
    cert: certificate,
    key,
    minVersion: 'TLSv1.3',
    ALPNProtocols: ['h2', 'http/1.1'],
  });
  // Xray leaves in the middle of a handshake once it has seen what it wanted: nothing to mend.
  server.on('tlsClientError', () => undefined);
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    stop: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}
