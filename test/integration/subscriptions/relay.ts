import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/**
 * `hang`: connections are taken and stay silent, as behind a dead router. `refuse`: they are cut at once. A number: what
 * the server says arrives so many milliseconds late.
 */
export type RelayMode = 'pass' | 'hang' | 'refuse' | number;

export interface Relay {
  readonly port: number;
  /** Also for connections that exist: hanging ones go on where they stopped, refused ones are gone. */
  set(mode: RelayMode): void;
  /** Where new connections lead from now on. */
  aim(targetPort: number): void;
  stop(): Promise<void>;
}

/** A TCP relay to a server on this machine that can be made to fail. */
export async function startRelay(targetPort: number): Promise<Relay> {
  let mode: RelayMode = 'pass';
  let target = targetPort;
  const pairs = new Set<readonly [Socket, Socket]>();
  const apply = ([client, server]: readonly [Socket, Socket]): void => {
    if (mode === 'refuse') {
      client.destroy();
      server.destroy();
    } else if (mode === 'hang') {
      client.pause();
      server.pause();
    } else {
      client.resume();
      server.resume();
    }
  };
  const relay = createServer((client) => {
    const server = connect(target, '127.0.0.1');
    const pair = [client, server] as const;
    pairs.add(pair);
    for (const [from, to] of [pair, pair.toReversed()] as [Socket, Socket][]) {
      from.on('data', (chunk) => {
        // In order, because timers of one length are.
        if (typeof mode === 'number' && from === server) setTimeout(() => to.write(chunk), mode);
        else to.write(chunk);
      });
      // A cut connection is what these tests are about: the other half goes too, and both sides notice by themselves.
      from.on('error', () => to.destroy());
      from.on('close', () => {
        to.destroy();
        pairs.delete(pair);
      });
    }
    apply(pair);
  });
  relay.listen(0, '127.0.0.1');
  await once(relay, 'listening');
  return {
    port: (relay.address() as AddressInfo).port,
    set(next) {
      mode = next;
      for (const pair of pairs) apply(pair);
    },
    aim(port) {
      target = port;
    },
    async stop() {
      for (const [client, server] of pairs) {
        client.destroy();
        server.destroy();
      }
      relay.close();
      await once(relay, 'close');
    },
  };
}
