import { readFile } from 'node:fs/promises';
import type { RequestOptions } from 'node:https';
import { dirname } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import type { Clock } from '../base/clock.ts';
import { KubeError } from './errors.ts';

/** How to reach the API server as somebody, as of one moment. */
export interface Credentials {
  /** Scheme, host and port. */
  readonly origin: string;
  /** Prefix of every path: some hosted clusters share one host. Empty, or starts with a slash and does not end in one. */
  readonly basePath: string;
  readonly headers: Readonly<Record<string, string>>;
  /** `ca`, `cert`, `key`, `servername`, `rejectUnauthorized` as `node:tls` names them. */
  readonly tls: Readonly<Record<string, unknown>>;
  readonly proxyUrl: string | undefined;
}

/** Long enough to spare file reads at a thousand requests a second, short enough to follow a rotated token. */
const freshForMs = 10_000;
/** A refused credential is read again at once, but an exec plugin is not started more often than this. */
const reloadEveryMs = 1_000;

const nowhere = 'http://localhost:8080';

const tlsKeys = ['ca', 'cert', 'key', 'pfx', 'passphrase', 'rejectUnauthorized', 'servername'] as const;

/**
 * Credentials through client-node's KubeConfig, which knows client certificates, tokens, token files, exec plugins, OIDC
 * and the in-cluster account. Read again every 10 s, and from the file up when the API server refused them.
 */
export class CredentialSource {
  readonly #load: () => Promise<KubeConfig>;
  readonly #clock: Clock;
  #config: KubeConfig | undefined;
  #current: { readonly value: Credentials; readonly atMs: number } | undefined;
  #pending: Promise<Credentials> | undefined;
  #loadedAtMs: number;

  /**
   * @param config loaded just now
   * @param load loads it anew
   */
  constructor(config: KubeConfig, load: () => Promise<KubeConfig>, clock: Clock) {
    this.#config = config;
    this.#load = load;
    this.#clock = clock;
    this.#loadedAtMs = clock.monotonic();
  }

  /** @throws KubeError KUBE_UNAUTHORIZED if a file, a plugin or the configuration gives no credentials */
  get(): Credentials | Promise<Credentials> {
    const current = this.#current;
    if (current !== undefined && this.#clock.monotonic() - current.atMs < freshForMs) {
      return current.value;
    }
    this.#pending ??= this.#read().finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  /** Tells that the API server refused `used`. Returns whether asking again can give anything else. */
  refused(used: Credentials): boolean {
    if (this.#current !== undefined && this.#current.value !== used) {
      return true;
    }
    if (this.#clock.monotonic() - this.#loadedAtMs < reloadEveryMs) {
      return false;
    }
    this.#config = undefined;
    this.#current = undefined;
    return true;
  }

  async #read(): Promise<Credentials> {
    try {
      if (this.#config === undefined) {
        this.#config = await this.#load();
        this.#loadedAtMs = this.#clock.monotonic();
      }
      const value = await credentialsOf(this.#config);
      this.#current = { value, atMs: this.#clock.monotonic() };
      return value;
    } catch (cause) {
      if (cause instanceof KubeError) {
        throw cause;
      }
      throw new KubeError('KUBE_UNAUTHORIZED', 'no credentials for the API server', { cause });
    }
  }
}

async function credentialsOf(config: KubeConfig): Promise<Credentials> {
  const cluster = config.getCurrentCluster();
  if (cluster === null) {
    throw new KubeError('KUBE_UNAUTHORIZED', `context "${config.getCurrentContext()}" names no known cluster`);
  }
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    headers[name.toLowerCase()] = String(value).trim();
  }
  if (typeof options.auth === 'string') {
    headers['authorization'] = `Basic ${Buffer.from(options.auth).toString('base64')}`;
  }
  const server = new URL(cluster.server);
  return {
    origin: server.origin,
    basePath: server.pathname.replace(/\/+$/, ''),
    headers,
    tls: Object.fromEntries(tlsKeys.filter((key) => options[key] !== undefined).map((key) => [key, options[key]])),
    proxyUrl: cluster.proxyUrl,
  };
}

/**
 * Loads a kubeconfig: the file given, else what client-node finds by itself (`KUBECONFIG`, `~/.kube/config`, in-cluster).
 *
 * @throws KubeError KUBE_UNAUTHORIZED if there is none
 *
 * client-node is imported here, on first use: it costs half a second, which commands without a cluster need not pay.
 */
export async function loadKubeConfig(path: string | undefined): Promise<KubeConfig> {
  const { KubeConfig } = await import('@kubernetes/client-node/dist/config.js');
  const config = new KubeConfig();
  if (path === undefined) {
    config.loadFromDefault();
    // What client-node makes up where it finds nothing, and no server of ours is to be asked in the clear.
    if (config.getCurrentCluster()?.server === nowhere) {
      throw new KubeError('KUBE_UNAUTHORIZED', 'no kubeconfig: set KUBECONFIG or --kubeconfig');
    }
    return config;
  }
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new KubeError('KUBE_UNAUTHORIZED', `kubeconfig ${path} cannot be read`, { cause });
  }
  config.loadFromString(text);
  config.makePathsAbsolute(dirname(path));
  return config;
}
