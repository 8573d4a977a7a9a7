import { isDeepStrictEqual } from 'node:util';
import { Agent, type Dispatcher, ProxyAgent, Socks5ProxyAgent } from 'undici';
import type { Credentials } from './credentials.ts';
import { KubeError } from './errors.ts';

/** Sockets to the API server: a bounded set for calls, and as many as there are watches for watches. */
interface Sockets {
  readonly calls: Dispatcher;
  readonly watches: Dispatcher;
}

/** An idle socket is kept for the next call of a lease renewal or a poll; the API server itself closes at 90 s. */
const keepAliveTimeout = 30_000;
/** The kernel's probes find a peer that vanished. client-go starts them after 30 s as well. */
const keepAliveInitialDelay = 30_000;

/**
 * The one set of pooled connections to the API server. client-node opens a new TLS connection for each request
 * (2.3 ms of CPU instead of 0.15); here it is opened anew only when the TLS material itself changes.
 *
 * Watches get sockets of their own, because each occupies one for minutes: were they counted against the same bound,
 * enough kinds would leave no socket for a lease renewal. HTTP/1.1 throughout, so that one broken socket is one broken
 * watch and not all of them.
 */
export class Connections {
  readonly #limit: number;
  #sockets: Sockets | undefined;
  #builtFor: Credentials | undefined;
  #closed = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * The dispatcher for `use` under `credentials`.
   *
   * @throws KubeError KUBE_TRANSPORT once closed
   */
  for(credentials: Credentials, use: keyof Sockets): Dispatcher {
    if (this.#closed) {
      throw new KubeError('KUBE_TRANSPORT', 'the Kubernetes client is closed');
    }
    if (this.#sockets === undefined || !this.#fits(credentials)) {
      const old = this.#sockets;
      this.#sockets = {
        calls: dispatcherOf(credentials, this.#limit),
        watches: dispatcherOf(credentials, null),
      };
      this.#builtFor = credentials;
      if (old !== undefined) {
        // Calls under way end by themselves; the old sockets go with them.
        void Promise.allSettled([old.calls.close(), old.watches.close()]);
      }
    }
    return this.#sockets[use];
  }

  /** Closes at once; what is under way fails. */
  async close(): Promise<void> {
    const sockets = this.#sockets;
    this.#sockets = undefined;
    this.#closed = true;
    await Promise.all([sockets?.calls.destroy(), sockets?.watches.destroy()]);
  }

  #fits(credentials: Credentials): boolean {
    const known = this.#builtFor;
    return (
      known === credentials ||
      (known !== undefined &&
        known.origin === credentials.origin &&
        known.proxyUrl === credentials.proxyUrl &&
        isDeepStrictEqual(known.tls, credentials.tls))
    );
  }
}

function dispatcherOf({ tls, proxyUrl }: Credentials, connections: number | null): Dispatcher {
  const options = { connections, keepAliveTimeout, allowH2: false, pipelining: 1 };
  if (proxyUrl === undefined) {
    return new Agent({ ...options, connect: { ...tls, keepAlive: true, keepAliveInitialDelay, timeout: 10_000 } });
  }
  return proxyUrl.startsWith('socks')
    ? new Socks5ProxyAgent(proxyUrl, { ...options, requestTls: tls })
    : new ProxyAgent({ ...options, uri: proxyUrl, requestTls: tls });
}
