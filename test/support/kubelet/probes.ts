import { request } from 'undici';
import type { Container, Probe } from './objects.ts';
import type { RunningContainer } from './runtime.ts';

/** Whether a probe passes now. */
export async function passes(
  probe: Probe,
  container: Container,
  running: RunningContainer,
  podIP: string,
): Promise<boolean> {
  if (probe.exec !== undefined) return (await running.isWell?.()) ?? false;
  if (probe.httpGet === undefined) return true;
  const { path, port } = probe.httpGet;
  const number = typeof port === 'number' ? port : container.ports?.find(({ name }) => name === port)?.containerPort;
  if (number === undefined) throw new Error(`container ${container.name} has no port ${String(port)}`);
  try {
    const signal = AbortSignal.timeout((probe.timeoutSeconds ?? 1) * 1000);
    const answer = await request(`http://${podIP}:${number}${path}`, { signal });
    await answer.body.dump();
    return answer.statusCode >= 200 && answer.statusCode < 400;
  } catch {
    // Refused, reset, too late: all of them mean that it is not well.
    return false;
  }
}
