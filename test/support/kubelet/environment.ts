import type { Container, EnvVariable, KeyReference, Pod } from './objects.ts';

/** Reads a value of a Secret or ConfigMap; undefined when the object or the key is not there. */
export type ReadKey = (kind: 'secrets' | 'configmaps', reference: KeyReference) => Promise<string | undefined>;

/**
 * The environment of a container as the kubelet makes it: in order, a later variable may use an earlier one as `$(NAME)`.
 *
 * @throws Error naming what a variable refers to that is not there, as the kubelet refuses to start a container for it
 */
export async function resolveEnvironment(
  variables: readonly EnvVariable[],
  facts: Readonly<Record<string, string>>,
  readKey: ReadKey,
): Promise<Record<string, string>> {
  const resolved: Record<string, string> = {};
  for (const variable of variables) {
    const value = await valueOf(variable, resolved, facts, readKey);
    if (value !== undefined) resolved[variable.name] = value;
  }
  return resolved;
}

async function valueOf(
  { name, value, valueFrom }: EnvVariable,
  earlier: Readonly<Record<string, string>>,
  facts: Readonly<Record<string, string>>,
  readKey: ReadKey,
): Promise<string | undefined> {
  if (valueFrom === undefined) return expand(value ?? '', earlier);
  const { fieldRef, secretKeyRef, configMapKeyRef } = valueFrom;
  if (fieldRef !== undefined) {
    const fact = facts[fieldRef.fieldPath];
    if (fact === undefined) throw new Error(`variable ${name}: this kubelet knows no ${fieldRef.fieldPath}`);
    return fact;
  }
  const reference = secretKeyRef ?? configMapKeyRef;
  if (reference === undefined) throw new Error(`variable ${name}: this kubelet knows no such source`);
  const found = await readKey(secretKeyRef === undefined ? 'configmaps' : 'secrets', reference);
  if (found === undefined && reference.optional !== true) {
    throw new Error(`variable ${name}: there is no key ${reference.key} in ${reference.name}`);
  }
  return found;
}

/** `$(NAME)` becomes a known variable's value, `$$(NAME)` stays as `$(NAME)`, an unknown one stays as it is. */
export function expand(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$?\$\(([\w.-]+)\)/g, (written, name: string) =>
    written.startsWith('$$') ? written.slice(1) : (variables[name] ?? written),
  );
}

/** What `fieldRef` may name. */
export function factsOf(pod: Pod, podIP: string): Record<string, string> {
  return {
    'metadata.name': pod.metadata.name,
    'metadata.namespace': pod.metadata.namespace,
    'metadata.uid': pod.metadata.uid,
    'spec.nodeName': pod.spec.nodeName ?? '',
    'spec.serviceAccountName': pod.spec.serviceAccountName ?? '',
    'status.podIP': podIP,
  };
}

/** Puts the folder of a volume in the place of the path at which a container would have it. */
export function translatePaths(
  text: string,
  { volumeMounts = [] }: Container,
  folders: ReadonlyMap<string, string>,
): string {
  return volumeMounts.reduce((translated, { name, mountPath }) => {
    const folder = folders.get(name);
    return folder === undefined ? translated : translated.replaceAll(mountPath, folder);
  }, text);
}
