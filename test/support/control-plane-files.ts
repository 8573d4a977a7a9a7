import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parse, stringify } from 'yaml';
import type { AdminIdentity } from './control-plane-admin.ts';

/** What one run of a control plane leaves for the next one of the same directory. */
export interface ControlPlaneState {
  /** Taken again when it is free, so that a copied kubeconfig goes on working. */
  readonly apiserverPort?: number;
}

const stateFile = (directory: string): string => path.join(directory, 'state.json');

export async function readState(directory: string): Promise<ControlPlaneState> {
  try {
    return JSON.parse(await readFile(stateFile(directory), 'utf8')) as ControlPlaneState;
  } catch (error) {
    // Absent on first use; half-written when a run was killed at the wrong moment. Any port will do.
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
}

export async function writeState(directory: string, state: ControlPlaneState): Promise<void> {
  await writeFile(stateFile(directory), JSON.stringify(state));
}

interface Kubeconfig {
  readonly clusters: readonly {
    readonly cluster: { readonly server: string; readonly 'certificate-authority-data': string };
  }[];
  readonly users: readonly {
    readonly user: { readonly 'client-certificate-data': string; readonly 'client-key-data': string };
  }[];
}

/** Reads a kubeconfig that {@link writeKubeconfig} wrote. */
export async function readKubeconfig(file: string): Promise<AdminIdentity> {
  const { clusters, users } = parse(await readFile(file, 'utf8')) as Kubeconfig;
  const [cluster, user] = [clusters[0]?.cluster, users[0]?.user];
  if (cluster === undefined || user === undefined) throw new Error(`${file} is not a kubeconfig of ours`);
  const text = (base64: string): string => Buffer.from(base64, 'base64').toString('utf8');
  return {
    url: cluster.server,
    ca: text(cluster['certificate-authority-data']),
    certificate: text(user['client-certificate-data']),
    key: text(user['client-key-data']),
  };
}

/** Writes a kubeconfig that carries its certificates, readable by its owner only, in one step. */
export async function writeKubeconfig(file: string, identity: AdminIdentity): Promise<void> {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const name = 'wayleave';
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server: identity.url, 'certificate-authority-data': base64(identity.ca) } }],
    users: [
      {
        name,
        user: { 'client-certificate-data': base64(identity.certificate), 'client-key-data': base64(identity.key) },
      },
    ],
    contexts: [{ name, context: { cluster: name, user: name, namespace: 'default' } }],
    'current-context': name,
  };
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(`${file}.new`, stringify(config), { mode: 0o600 });
  await rename(`${file}.new`, file);
}
