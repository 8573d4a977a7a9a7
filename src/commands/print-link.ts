import { silentLog } from '../base/log.ts';
import { loadKubeClient } from '../kube/index.ts';
import { buildVersion } from './build.ts';
import { deriveLink } from './derive-link.ts';
import type { Host } from './host.ts';
import { renderQr } from './qr.ts';
import { withRunningUp } from './running-up.ts';
import { UsageError } from './usage-error.ts';

export interface LinkSettings {
  readonly qr: boolean | undefined;
  readonly databaseUrl: string | undefined;
  readonly kubeconfig: string | undefined;
  readonly namespace: string;
  readonly publicUrl: string | undefined;
  readonly data: string | undefined;
  /** Give a new one instead of telling the one that is alive. */
  readonly renew?: boolean;
}

/**
 * Writes the address alone to standard output, with the QR code after it when asked for.
 *
 * @throws UsageError when a setting is missing; CommandError when the subscription is unknown
 */
export async function printLink(host: Host, subscription: string, settings: LinkSettings): Promise<void> {
  const wanted = splitName(subscription);
  const { databaseUrl, kubeconfig, publicUrl, why } = await withRunningUp(settings);
  if (publicUrl === undefined) throw new UsageError(`--public-url (WAYLEAVE_PUBLIC_URL) is required: ${why}.`);
  const client = await loadKubeClient({
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    userAgent: `wayleave-link/${buildVersion}`,
    log: silentLog,
  });
  try {
    const { name, namespace = client.defaultNamespace } = wanted;
    const url = await deriveLink({
      client,
      databaseUrl,
      tokenKeyNamespace: settings.namespace,
      publicUrl,
      subscription: { namespace, name },
      renew: settings.renew === true,
      log: silentLog,
    });
    host.stdout.write(settings.qr === true ? `${url}\n\n${await renderQr(url)}\n` : `${url}\n`);
  } finally {
    await client.close();
  }
}

function splitName(subscription: string): { readonly name: string; readonly namespace?: string } {
  const [first = '', second, ...rest] = subscription.split('/');
  if (rest.length > 0 || first === '' || second === '') {
    throw new UsageError(`"${subscription}" must be the name of a VPNSubscription, or namespace/name.`);
  }
  return second === undefined ? { name: first } : { namespace: first, name: second };
}
