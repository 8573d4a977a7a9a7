import type { Registry } from 'prom-client';
import { type Clock, systemClock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { KubeClient } from './client.ts';
import { Connections } from './connections.ts';
import { CredentialSource, loadKubeConfig } from './credentials.ts';
import { KubeError } from './errors.ts';
import { Transport } from './transport.ts';

export interface LoadKubeClientOptions {
  /** Path of a kubeconfig; by default `KUBECONFIG`, `~/.kube/config`, or the pod's service account. */
  readonly kubeconfig?: string | undefined;
  readonly userAgent: string;
  readonly log: Log;
  /** Sockets for calls; watches have their own. */
  readonly connections?: number | undefined;
  readonly metrics?: Registry | undefined;
  readonly clock?: Clock | undefined;
}

/**
 * Reads the kubeconfig and makes the process's one client. Opens no connection yet.
 *
 * @throws KubeError KUBE_UNAUTHORIZED if there is no usable kubeconfig
 */
export async function loadKubeClient(options: LoadKubeClientOptions): Promise<KubeClient> {
  const { kubeconfig, userAgent, log, connections = 16, metrics, clock = systemClock } = options;
  const config = await loadUsable(kubeconfig);
  const context = config.getContextObject(config.getCurrentContext());
  const credentials = new CredentialSource(config, () => loadKubeConfig(kubeconfig), clock);
  const { origin } = await credentials.get();
  log.debug({ server: origin, context: config.getCurrentContext() }, 'Kubernetes credentials loaded');
  const sockets = new Connections(connections);
  const transport = new Transport({ connections: sockets, credentials, userAgent, clock, metrics });
  return new KubeClient(transport, context?.namespace?.trim() || 'default');
}

async function loadUsable(kubeconfig: string | undefined): ReturnType<typeof loadKubeConfig> {
  try {
    return await loadKubeConfig(kubeconfig);
  } catch (cause) {
    if (cause instanceof KubeError) {
      throw cause;
    }
    throw new KubeError('KUBE_UNAUTHORIZED', `kubeconfig ${kubeconfig ?? '(default)'} is not usable`, { cause });
  }
}
