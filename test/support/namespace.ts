import { inject } from 'vitest';
import { connectAdmin } from './control-plane-admin.ts';
import { readKubeconfig } from './control-plane-files.ts';

/**
 * Makes a namespace that no other test uses and returns its name.
 *
 * @param prefix told apart by a suffix; at most 50 characters of a DNS label
 * @param kubeconfig of another API server than the one of this run
 */
export async function freshNamespace(prefix = 'test', kubeconfig = inject('kubeconfig')): Promise<string> {
  const admin = connectAdmin(await readKubeconfig(kubeconfig));
  try {
    const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { generateName: `${prefix}-` } };
    const reply = await admin.request('POST', '/api/v1/namespaces', { body, timeoutMs: 30_000 });
    if (reply.status !== 201) throw new Error(`no namespace ${prefix}-…: ${JSON.stringify(reply.body)}`);
    return (reply.body as { metadata: { name: string } }).metadata.name;
  } finally {
    await admin.close();
  }
}
