import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createAuthority, openAuthority, type Authority, type KeyedCertificate, type Subject } from './certificates.ts';

/** Authorities and keys of one control plane. They are kept, so that kubeconfigs and tokens outlive a restart. */
export interface ControlPlaneCredentials {
  /** PEM of the authority that signed the API server's certificate and the users' ones. */
  readonly clusterCa: string;
  /** A client certificate that the API server reads as this user. */
  issueUser(user: string, groups?: readonly string[]): KeyedCertificate;
}

/**
 * Opens the folder of certificates, or fills it on first use. Server certificates are issued anew each time.
 *
 * etcd has an authority of its own: whoever may talk to it may do everything, so no user's certificate opens it.
 */
export async function openCredentials(folder: string): Promise<ControlPlaneCredentials> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const cluster = await keepAuthority(folder, 'ca', 'wayleave-cluster');
  const etcd = await keepAuthority(folder, 'etcd-ca', 'wayleave-etcd');
  await keepServiceAccountKey(folder);
  const issue = async (authority: Authority, name: string, subject: Subject): Promise<void> =>
    writePair(folder, name, authority.issue(subject));
  const hosts = ['127.0.0.1', 'localhost'];
  const services = ['10.0.0.1', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc'];
  await issue(etcd, 'etcd', { commonName: 'etcd', hosts });
  await issue(etcd, 'etcd-client', { commonName: 'kube-apiserver', usages: ['client'] });
  await issue(cluster, 'apiserver', {
    commonName: 'kube-apiserver',
    hosts: [...hosts, ...services, 'kubernetes.default.svc.cluster.local'],
    usages: ['server'],
  });
  return {
    clusterCa: cluster.certificate,
    issueUser: (commonName, organizations = []) => cluster.issue({ commonName, organizations, usages: ['client'] }),
  };
}

async function keepAuthority(folder: string, name: string, commonName: string): Promise<Authority> {
  const certificate = await readIfPresent(path.join(folder, `${name}.crt`));
  const key = await readIfPresent(path.join(folder, `${name}.key`));
  if (certificate !== undefined && key !== undefined) return openAuthority(commonName, { certificate, key });
  const authority = createAuthority(commonName);
  await writePair(folder, name, authority);
  return authority;
}

async function keepServiceAccountKey(folder: string): Promise<void> {
  const file = path.join(folder, 'service-accounts.key');
  const kept = await readIfPresent(file);
  const { privateKey } =
    kept === undefined ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : { privateKey: createPrivateKey(kept) };
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' });
  await writeFile(path.join(folder, 'service-accounts.pub'), publicKey);
  await writeFile(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
}

async function writePair(folder: string, name: string, { certificate, key }: KeyedCertificate): Promise<void> {
  await writeFile(path.join(folder, `${name}.key`), key, { mode: 0o600 });
  await writeFile(path.join(folder, `${name}.crt`), certificate);
}

async function readIfPresent(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
