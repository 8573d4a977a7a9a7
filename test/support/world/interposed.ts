import type { KubeClient } from '../../../src/kube/index.ts';
import type { Store } from '../../../src/store/index.ts';

/** Stands between a caller and the real thing: may refuse before the call, or lose its answer after it. */
export type Interposer = <Answer>(call: () => Promise<Answer>, what: string) => Promise<Answer>;

/** A store whose every statement goes through `through`, named by its text; a transaction is one call, `transaction`. */
export function interposedStore(store: Store, through: Interposer): Store {
  const between = Object.create(store) as Store;
  between.query = (statement, values) =>
    through(() => store.query(statement, values), typeof statement === 'string' ? statement : statement.text);
  between.transaction = (body) => through(() => store.transaction(body), 'transaction');
  return between;
}

const calls = new Set(['get', 'find', 'create', 'apply', 'applyStatus', 'patchJson', 'delete']);

/** A client whose every single-object call goes through `through`, named `<method> <plural>`; lists and watches do not. */
export function interposedClient(client: KubeClient, through: Interposer): KubeClient {
  return new Proxy(client, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== 'function') return value;
      const call = value.bind(target) as (resource: { plural: string }, ...rest: unknown[]) => Promise<unknown>;
      if (!calls.has(String(property))) return call;
      return (resource: { plural: string }, ...rest: unknown[]) =>
        through(() => call(resource, ...rest), `${String(property)} ${resource.plural}`);
    },
  });
}
