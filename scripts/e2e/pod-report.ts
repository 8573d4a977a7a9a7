import type { KubeClient } from '../../src/kube/index.ts';
import { troubleOf, type PodView } from '../../test/e2e/story/pod-trouble.ts';
import { pods } from '../../test/e2e/story/resources.ts';
import { shopOf } from '../../test/e2e/story/site.ts';

const linesOfLog = 8;

/** The pods of a story that failed, and the last words of those that are not well. */
export async function reportPods(client: KubeClient, system: string): Promise<string> {
  const lines: string[] = [];
  for (const namespace of [system, shopOf(system)]) {
    const { items } = await client.list<PodView>(pods, { namespace });
    for (const pod of items) lines.push(...(await reportPod(client, namespace, pod)));
  }
  return lines.map((line) => `  ${line}`).join('\n');
}

async function reportPod(client: KubeClient, namespace: string, pod: PodView): Promise<readonly string[]> {
  const { phase = 'unknown', conditions = [], initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {};
  const isReady = conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
  const trouble = troubleOf(pod)?.sentence;
  const head = `pod ${namespace}/${pod.metadata.name}: ${phase}, ${isReady ? 'ready' : (trouble ?? 'not ready')}`;
  if (isReady) return [head];
  const containers = [...initContainerStatuses, ...containerStatuses].map(({ name }) => name);
  const logs = await Promise.all(containers.map((container) => logOf(client, namespace, pod.metadata.name, container)));
  return [head, ...logs.flat()];
}

/** Our programs mask secrets in what they log. A container that never ran has no log. */
async function logOf(
  client: KubeClient,
  namespace: string,
  pod: string,
  container: string,
): Promise<readonly string[]> {
  const path = `/api/v1/namespaces/${namespace}/pods/${pod}/log?container=${container}&tailLines=${linesOfLog}`;
  const { status, body } = await client.raw('GET', path);
  if (status !== 200) return [];
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return text
    .trim()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => `  ${container}: ${line}`);
}
