import { secretTypes, type VPNPanel } from '../../api/index.ts';
import type { KubeClient } from '../../kube/index.ts';
import type { PanelConnection, PanelCredentials } from '../../panels/driver.ts';
import { PanelError } from '../../panels/errors.ts';
import { secrets, type Secret } from '../kube-resources.ts';

/**
 * Reads the Secret that a VPNPanel names. Only Secrets of our own type are used, or else whoever may write a VPNPanel
 * could have any Secret of the namespace sent to a URL of his own.
 *
 * @throws PanelError PANEL_CREDENTIALS_INVALID that says what is missing; KubeError when the API server does not answer
 */
export async function readConnection(
  client: KubeClient,
  panel: VPNPanel,
  installationId: string,
): Promise<PanelConnection> {
  const { url, caBundle, credentialsSecretRef } = panel.spec;
  const secret = await client.find<Secret>(secrets, panel.metadata.namespace, credentialsSecretRef.name);
  return {
    name: `${panel.metadata.namespace ?? ''}/${panel.metadata.name}`,
    url,
    credentials: credentialsOf(secret, credentialsSecretRef.name),
    installationId,
    ...(caBundle === undefined ? {} : { caBundle }),
  };
}

function credentialsOf(secret: Secret | undefined, name: string): PanelCredentials {
  if (secret === undefined) throw unusable(`Secret ${name} does not exist`, name);
  if (secret.type !== secretTypes.panelCredentials) {
    throw unusable(`Secret ${name} is of type ${secret.type ?? 'Opaque'}, not ${secretTypes.panelCredentials}`, name);
  }
  const value = (key: string): string =>
    Buffer.from(secret.data?.[key] ?? '', 'base64')
      .toString('utf8')
      .trim();
  const token = value('token');
  if (token !== '') return { token };
  const username = value('username');
  const password = value('password');
  if (username !== '' && password !== '') return { username, password };
  throw unusable(`Secret ${name} holds neither token nor username and password`, name);
}

function unusable(what: string, name: string): PanelError {
  const create = `kubectl create secret generic ${name} --type=${secretTypes.panelCredentials} --from-literal=token=…`;
  return new PanelError('PANEL_CREDENTIALS_INVALID', `${what}: create it with ${create}`, { retry: 'later' });
}
