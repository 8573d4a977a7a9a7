import { randomUUID } from 'node:crypto';
import { connectAdmin } from '../control-plane-admin.ts';
import { readKubeconfig } from '../control-plane-files.ts';

const mount = '/var/run/secrets/kubernetes.io/serviceaccount';

/** What the kubelet gives a container so that it reaches the API server. */
export interface PodIdentity {
  readonly files: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Makes a ServiceAccount that may do everything, and gives a container what the kubelet would: its token, the CA, and where
 * the API server is.
 */
export async function podIdentity(kubeconfig: string, namespace: string): Promise<PodIdentity> {
  const { url, ca } = await readKubeconfig(kubeconfig);
  const token = await tokenOfAlmighty(kubeconfig, namespace);
  const { hostname, port } = new URL(url);
  return {
    files: { [`${mount}/token`]: token, [`${mount}/ca.crt`]: ca, [`${mount}/namespace`]: namespace },
    env: { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port },
  };
}

async function tokenOfAlmighty(kubeconfig: string, namespace: string): Promise<string> {
  const admin = connectAdmin(await readKubeconfig(kubeconfig));
  const create = async (path: string, body: object): Promise<unknown> => {
    const reply = await admin.request('POST', path, { body, timeoutMs: 30_000 });
    if (reply.status !== 201) throw new Error(`POST ${path}: ${JSON.stringify(reply.body)}`);
    return reply.body;
  };
  const name = `image-${randomUUID().slice(0, 8)}`;
  const accounts = `/api/v1/namespaces/${namespace}/serviceaccounts`;
  try {
    await create(accounts, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name } });
    await create('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'ServiceAccount', name, namespace }],
    });
    const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 3600 } };
    const { status } = (await create(`${accounts}/${name}/token`, request)) as { status: { token: string } };
    return status.token;
  } finally {
    await admin.close();
  }
}
