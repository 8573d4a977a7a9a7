import type { Clock } from '../base/clock.ts';
import type { KubeClient } from './client.ts';
import { KubeError } from './errors.ts';
import { LineSplitter } from './lines.ts';
import type { KubeObject, Resource } from './objects.ts';
import { describeCall } from './paths.ts';
import { errorOfAnswer, isStatus } from './status.ts';
import { asKubeError } from './transport.ts';
import { Watchdog } from './watchdog.ts';

/** One line of a watch that changes something or moves the resource version. */
export interface WatchEvent<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: T;
}

interface WatchOptions {
  readonly client: KubeClient;
  readonly resource: Resource;
  readonly namespace: string | undefined;
  readonly parameters: Record<string, string | number | boolean | undefined>;
  /** Only `metadata` of each object. */
  readonly metadataOnly?: boolean;
  /** Without a byte for this long the peer is believed gone. */
  readonly inactivityMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * The events of one watch, a batch for each piece that arrives. Ends when the server closes the stream between lines.
 *
 * @throws KubeError KUBE_TIMEOUT after `inactivityMs` of silence, KUBE_TRANSPORT when cut, also inside a line,
 *   KUBE_NONSENSE for a line that is no event, or the API server's own error, from the answer or from an ERROR event
 */
export async function* watchEvents<T extends KubeObject>(options: WatchOptions): AsyncGenerator<WatchEvent<T>[]> {
  const what = describeCall('WATCH', options.resource, options.namespace);
  const watchdog = new Watchdog(options.clock, options.inactivityMs, options.signal);
  try {
    const { client, resource, namespace, parameters, metadataOnly = false } = options;
    const body = await client.watch(resource, namespace, parameters, watchdog.signal, { metadataOnly });
    watchdog.feed();
    const lines = new LineSplitter(what);
    for await (const chunk of body) {
      watchdog.feed();
      const batch = lines.push(chunk).map((line) => eventOf<T>(what, line));
      if (batch.length > 0) {
        yield batch;
      }
    }
    if (lines.partial) {
      throw new KubeError('KUBE_TRANSPORT', `${what}: the stream ended inside a line`);
    }
  } catch (thrown) {
    throw asKubeError(what, thrown, watchdog.barked);
  } finally {
    watchdog.stop();
  }
}

function eventOf<T>(what: string, line: string): WatchEvent<T> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch (cause) {
    throw new KubeError('KUBE_NONSENSE', `${what}: a line is not JSON`, { cause });
  }
  const { type, object } = (typeof parsed === 'object' && parsed !== null ? parsed : {}) as Partial<WatchEvent<T>>;
  switch (type as string | undefined) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
    case 'BOOKMARK':
      if (isVersioned(object)) {
        return { type, object } as WatchEvent<T>;
      }
      break;
    case 'ERROR':
      if (isStatus(object)) {
        throw errorOfAnswer({ what, status: object.code ?? 500, body: object });
      }
      break;
    default:
  }
  throw new KubeError('KUBE_NONSENSE', `${what}: a line of type ${JSON.stringify(type)} is not a watch event`);
}

function isVersioned(object: unknown): object is KubeObject {
  const metadata = (object as Partial<KubeObject> | null | undefined)?.metadata;
  return typeof metadata?.resourceVersion === 'string' && metadata.resourceVersion !== '';
}
