import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { KubeClient } from '../../kube/index.ts';
import { listOwnPods, partOf, type OwnPod } from '../own-pods.ts';
import type { Surroundings } from '../surroundings.ts';
import type { Bundle } from './bundle.ts';
import { redactLog } from './log-lines.ts';
import type { Redactor } from './redactor.ts';

const logLines = 5_000;
const logBytes = 2 ** 20;
const answersWithinMs = 10_000;

/** Pods, with their metrics and logs, by way of the API server: pods let nobody else in. */
export async function gatherPods(
  client: KubeClient,
  { namespace }: Surroundings,
  bundle: Bundle,
  redactor: Redactor,
): Promise<void> {
  const pods = await listOwnPods(client, namespace);
  if (pods === undefined) {
    bundle.miss('pods', 'this account may not see them');
    return;
  }
  const facts = pods.map(({ metadata: { name, creationTimestamp }, spec, status }) => ({
    name,
    creationTimestamp,
    spec: { containers: spec?.containers?.map(({ name: container, image }) => ({ name: container, image })) },
    status,
  }));
  bundle.addJson('cluster/pods.json', redactor.value(facts));
  await Promise.all(
    pods.flatMap((pod) => [gatherMetrics(client, pod, bundle, redactor), gatherLog(client, pod, bundle, redactor)]),
  );
}

async function gatherMetrics(client: KubeClient, pod: OwnPod, bundle: Bundle, redactor: Redactor): Promise<void> {
  const { name, namespace = '' } = pod.metadata;
  await bundle.gather(`metrics of ${name}`, async () => {
    const ports = pod.spec?.containers?.flatMap(({ ports: own = [] }) => own) ?? [];
    const port = ports.find(({ name: called = '' }) => called === 'health' || called === 'metrics')?.containerPort;
    if (port === undefined) throw new Error('no container has a port that is called health or metrics');
    bundle.add(
      `metrics/${name}.txt`,
      redactor.figures(
        await textOf(client, `/api/v1/namespaces/${namespace}/pods/${name}:${String(port)}/proxy/metrics`),
      ),
    );
  });
}

async function gatherLog(client: KubeClient, pod: OwnPod, bundle: Bundle, redactor: Redactor): Promise<void> {
  const { name, namespace = '' } = pod.metadata;
  await bundle.gather(`log of ${name}`, async () => {
    const part = partOf(pod);
    const query = new URLSearchParams({ tailLines: String(logLines), ...(part === '' ? {} : { container: part }) });
    const log = await textOf(client, `/api/v1/namespaces/${namespace}/pods/${name}/log?${query.toString()}`);
    bundle.add(`logs/${name}.log`, redactLog(log, redactor));
  });
}

async function textOf(client: KubeClient, path: string): Promise<string> {
  const { status, body } = await client.raw('GET', path, { timeoutMs: answersWithinMs });
  if (status !== 200) throw new Error(`HTTP ${String(status)}`);
  return typeof body === 'string' ? body : JSON.stringify(body);
}

/** The same of parts that "wayleave up" runs on this machine. */
export async function gatherLocalParts(
  { health, logs }: Surroundings,
  bundle: Bundle,
  redactor: Redactor,
): Promise<void> {
  await Promise.all(
    Object.entries(health ?? {}).flatMap(([part, address]) => [
      bundle.gather(`metrics of ${part}`, async () => {
        const answer = await fetch(`http://${address}/metrics`, { signal: AbortSignal.timeout(answersWithinMs) });
        bundle.add(`metrics/${part}.txt`, redactor.figures(await answer.text()));
      }),
      bundle.gather(`log of ${part}`, async () => {
        bundle.add(`logs/${part}.log`, redactLog(await tailOf(join(logs ?? '', `${part}.log`)), redactor));
      }),
    ]),
  );
}

/** The end of a file, from the beginning of a line. */
async function tailOf(file: string): Promise<string> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    const start = Math.max(0, size - logBytes);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - start), 0, size - start, start);
    const text = buffer.toString('utf8', 0, bytesRead);
    return start === 0 ? text : text.slice(text.indexOf('\n') + 1);
  } finally {
    await handle.close();
  }
}
