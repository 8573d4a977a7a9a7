import type { ApplyOptions, CallOptions, DeleteOptions, ListOptions, ListPage, RawOptions } from './calls.ts';
import { isKubeError, KubeError } from './errors.ts';
import { type ListBody, pageOf } from './list-page.ts';
import type { JsonPatchOperation, KubeObject, Resource } from './objects.ts';
import { describeCall, pathOf, withQuery } from './paths.ts';
import { errorOfAnswer } from './status.ts';
import type { Call, Method, OpenAnswer, Transport } from './transport.ts';

const pageSize = 500;
const metadataList = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json';
const metadataEvents = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json';

/**
 * The verbs of the Kubernetes API over one pooled set of connections. Every method but `watch` has a deadline (30 s),
 * and fails with a KubeError that carries the API server's own reason.
 */
export class KubeClient {
  /** The namespace of the kubeconfig's context or of the pod; `default` if neither says. */
  readonly defaultNamespace: string;
  readonly #transport: Transport;

  constructor(transport: Transport, defaultNamespace: string) {
    this.#transport = transport;
    this.defaultNamespace = defaultNamespace;
  }

  get<T>(resource: Resource, namespace: string | undefined, name: string, options: CallOptions = {}): Promise<T> {
    return this.#object<T>('GET', resource, namespace, name, { ...options, idempotent: true });
  }

  /** Like `get`, but `undefined` when the API server itself says NotFound. No other failure means absence. */
  async find<T>(
    resource: Resource,
    namespace: string | undefined,
    name: string,
    options: CallOptions = {},
  ): Promise<T | undefined> {
    try {
      return await this.get<T>(resource, namespace, name, options);
    } catch (thrown) {
      if (isKubeError(thrown, 'KUBE_NOT_FOUND')) {
        return undefined;
      }
      throw thrown;
    }
  }

  /** One page. Items carry `apiVersion` and `kind`, which the API server leaves out inside lists. */
  async list<T>(resource: Resource, options: ListOptions = {}): Promise<ListPage<T>> {
    const what = describeCall('LIST', resource, options.namespace);
    const answer = await this.#json<ListBody<T>>(resource, {
      method: 'GET',
      path: withQuery(pathOf(resource, options.namespace), {
        labelSelector: options.labelSelector,
        fieldSelector: options.fieldSelector,
        limit: options.limit,
        continue: options.continue,
        resourceVersion: options.resourceVersion,
      }),
      accept: options.metadataOnly === true ? metadataList : undefined,
      signal: options.signal,
      timeoutMs: options.timeoutMs,
      idempotent: true,
      what,
    });
    return pageOf(what, resource, answer);
  }

  /** All objects, in pages of 500 at one resource version. */
  async *listAll<T>(resource: Resource, options: Omit<ListOptions, 'continue'> = {}): AsyncGenerator<T, void, void> {
    let next: string | undefined;
    do {
      const page: ListPage<T> = await this.list<T>(resource, { limit: pageSize, ...options, continue: next });
      yield* page.items;
      next = page.continue;
    } while (next !== undefined);
  }

  create<T>(resource: Resource, object: KubeObject, options: CallOptions = {}): Promise<T> {
    const { namespace, name } = object.metadata;
    return this.#json<T>(resource, {
      ...options,
      method: 'POST',
      path: pathOf(resource, namespace),
      body: JSON.stringify(object),
      what: describeCall('POST', resource, namespace, name),
    });
  }

  /** Replaces the whole object; its `resourceVersion`, if set, must still be the stored one (else KUBE_CONFLICT). */
  replace<T>(resource: Resource, object: KubeObject, options: CallOptions = {}): Promise<T> {
    const { namespace, name } = object.metadata;
    return this.#object<T>('PUT', resource, namespace, name, { ...options, body: JSON.stringify(object) });
  }

  /** Server-side apply: creates or changes exactly the fields in `object`, which `fieldManager` owns from then on. */
  apply<T>(resource: Resource, object: KubeObject, options: ApplyOptions): Promise<T> {
    return this.#apply<T>(resource, object, options, undefined);
  }

  /** Server-side apply of `status` through its subresource; the object must exist. */
  applyStatus<T>(resource: Resource, object: KubeObject, options: Omit<ApplyOptions, 'dryRun'>): Promise<T> {
    return this.#apply<T>(resource, object, options, 'status');
  }

  /** A JSON patch. KUBE_INVALID when one of its `test` operations fails. */
  patchJson<T>(
    resource: Resource,
    namespace: string | undefined,
    name: string,
    operations: readonly JsonPatchOperation[],
    { subresource, ...options }: CallOptions & { readonly subresource?: string | undefined } = {},
  ): Promise<T> {
    return this.#json<T>(resource, {
      ...options,
      method: 'PATCH',
      path: pathOf(resource, namespace, name, subresource),
      body: JSON.stringify(operations),
      contentType: 'application/json-patch+json',
      what: describeCall('PATCH', resource, namespace, name),
    });
  }

  /** Deletes, or has deleted before: no object, or another incarnation than `uid`, is success. */
  async delete(
    resource: Resource,
    namespace: string | undefined,
    name: string,
    { uid, propagation, ...options }: DeleteOptions = {},
  ): Promise<void> {
    const body = JSON.stringify({
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      ...(propagation !== undefined && { propagationPolicy: propagation }),
      ...(uid !== undefined && { preconditions: { uid } }),
    });
    try {
      await this.#object('DELETE', resource, namespace, name, { ...options, body, idempotent: true });
    } catch (thrown) {
      const gone = isKubeError(thrown, 'KUBE_NOT_FOUND') || (uid !== undefined && isKubeError(thrown, 'KUBE_CONFLICT'));
      if (!gone) {
        throw thrown;
      }
    }
  }

  /** Any request and its answer, whatever the status: JSON where it is JSON, else the text; `date` by the API server's clock. */
  async raw(
    method: Method,
    path: string,
    options: RawOptions = {},
  ): Promise<{ status: number; body: unknown; date: string | undefined }> {
    const { body, contentType, ...rest } = options;
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    const answer = await this.#transport.send({
      ...rest,
      method,
      path,
      body: text,
      contentType,
      what: `${method} ${path.split('?', 1)[0]}`,
    });
    return { status: answer.status, body: parsedOrText(answer.text), date: answer.date };
  }

  /**
   * Opens a watch stream: bytes of one JSON document per line. It has no deadline; `signal` ends it.
   *
   * @param options.metadataOnly only `metadata` of each object, by the API server's own projection
   */
  async watch(
    resource: Resource,
    namespace: string | undefined,
    parameters: Record<string, string | number | boolean | undefined>,
    signal: AbortSignal,
    { metadataOnly = false }: { readonly metadataOnly?: boolean } = {},
  ): Promise<OpenAnswer['body']> {
    const what = describeCall('WATCH', resource, namespace);
    const path = withQuery(pathOf(resource, namespace), { ...parameters, watch: true });
    const answer = await this.#transport.open({
      method: 'GET',
      path,
      signal,
      what,
      accept: metadataOnly ? metadataEvents : undefined,
    });
    if (answer.status === 200) {
      return answer.body;
    }
    const body = parsedOrText(await answer.body.text());
    throw errorOfAnswer({ what, status: answer.status, body, retryAfter: answer.retryAfter });
  }

  /** Closes all connections; calls and watches under way fail with KUBE_TRANSPORT. */
  close(): Promise<void> {
    return this.#transport.close();
  }

  #apply<T>(resource: Resource, object: KubeObject, options: ApplyOptions, subresource?: string): Promise<T> {
    const { fieldManager, force, dryRun, ...rest } = options;
    const { namespace, name } = object.metadata;
    const path = withQuery(pathOf(resource, namespace, name, subresource), {
      fieldManager,
      force: force === true ? true : undefined,
      dryRun: dryRun === true ? 'All' : undefined,
    });
    return this.#json<T>(resource, {
      ...rest,
      method: 'PATCH',
      path,
      body: JSON.stringify(object),
      contentType: 'application/apply-patch+yaml',
      idempotent: true,
      what: describeCall('APPLY', resource, namespace, name),
    });
  }

  #object<T>(
    method: Method,
    resource: Resource,
    namespace: string | undefined,
    name: string,
    rest: Omit<Call, 'method' | 'path' | 'what'>,
  ): Promise<T> {
    const path = pathOf(resource, namespace, name);
    return this.#json<T>(resource, { ...rest, method, path, what: describeCall(method, resource, namespace, name) });
  }

  async #json<T>(resource: Resource, call: Call): Promise<T> {
    const { status, text, retryAfter } = await this.#transport.send(call);
    if (status < 200 || status > 299) {
      const secret = resource.group === '' && resource.plural === 'secrets';
      throw errorOfAnswer({ what: call.what, status, body: parsedOrText(text), retryAfter, secret });
    }
    try {
      return JSON.parse(text) as T;
    } catch (cause) {
      throw new KubeError('KUBE_NONSENSE', `${call.what}: the answer is not JSON`, { status, cause });
    }
  }
}

function parsedOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A proxy's HTML or the API server's plain "404 page not found": the caller judges by the status.
    return text;
  }
}
