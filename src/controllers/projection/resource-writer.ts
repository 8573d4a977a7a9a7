import {
  annotations,
  fieldManagers,
  GROUP_VERSION,
  labels,
  vpnSubscriptions,
  type VPNSubscription,
} from '../../api/index.ts';
import type { JsonPatchOperation, KubeClient, KubeObject } from '../../kube/index.ts';
import type { Projection } from '../../ledger/index.ts';
import { isSameJson } from '../same-json.ts';
import { projectionMark } from './ownership.ts';
import { ledgerFields, projectedSpec, type LedgerField, type ProjectedSpec } from './projected-spec.ts';

/** Writes the ledger's part of a VPNSubscription. Whatever is people's stays as they left it. */
export class ResourceWriter {
  readonly #client: KubeClient;

  constructor(client: KubeClient) {
    this.#client = client;
  }

  find({ namespace, name }: Projection): Promise<VPNSubscription | undefined> {
    return this.#client.find<VPNSubscription>(vpnSubscriptions, namespace, name);
  }

  /** Creates the resource or takes the ledger's fields back. @returns it as it is then */
  async apply(projection: Projection): Promise<VPNSubscription> {
    const spec = projectedSpec(projection.entitlement, projection.state.revision);
    const applied = await this.#client.apply<VPNSubscription>(vpnSubscriptions, manifestOf(projection, spec), {
      fieldManager: fieldManagers.ledger,
      force: true,
    });
    return this.#withoutAdditions(applied, spec);
  }

  /** Keys that leaked must not come back: people may raise the generation, nobody gets an older one. */
  async raiseGeneration({ namespace, name, state }: Projection, applied: VPNSubscription): Promise<void> {
    if (applied.spec.credentialsGeneration >= state.generation) return;
    const object = { ...identityOf(namespace, name), spec: { credentialsGeneration: state.generation } };
    await this.#client.apply(vpnSubscriptions, object, { fieldManager: fieldManagers.bot, force: true });
  }

  /** @returns whether it is gone; else it waits for its finalizer */
  async remove(projection: Projection): Promise<boolean> {
    const found = await this.find(projection);
    if (found === undefined) return true;
    const { uid } = found.metadata;
    const onlyThis = uid === undefined ? {} : { uid };
    await this.#client.delete(vpnSubscriptions, projection.namespace, projection.name, onlyThis);
    return (await this.find(projection)) === undefined;
  }

  /** An apply leaves alone what others have added where the ledger says nothing: such a field is taken out. */
  async #withoutAdditions(applied: VPNSubscription, spec: ProjectedSpec): Promise<VPNSubscription> {
    const { name, namespace, resourceVersion } = applied.metadata;
    const changes = differingFields(applied.spec, spec).map((field): JsonPatchOperation => {
      const path = `/spec/${field}`;
      return spec[field] === undefined ? { op: 'remove', path } : { op: 'replace', path, value: spec[field] };
    });
    if (changes.length === 0) return applied;
    const asRead: JsonPatchOperation = { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion };
    return this.#client.patchJson<VPNSubscription>(vpnSubscriptions, namespace, name, [asRead, ...changes]);
  }
}

/** The ledger's fields that a resource shows otherwise than they are projected. */
export function differingFields(shown: ProjectedSpec, projected: ProjectedSpec): LedgerField[] {
  return ledgerFields.filter((field) => !isSameJson(shown[field], projected[field]));
}

function manifestOf({ namespace, name, shop }: Projection, spec: ProjectedSpec): KubeObject & { spec: ProjectedSpec } {
  const { metadata, ...kind } = identityOf(namespace, name);
  const marks = {
    labels: { [labels.source]: 'ledger', [labels.shop]: shop },
    annotations: { [annotations.projected]: projectionMark(spec) },
  };
  return { ...kind, metadata: { ...metadata, ...marks }, spec };
}

function identityOf(namespace: string, name: string): KubeObject {
  return { apiVersion: GROUP_VERSION, kind: vpnSubscriptions.kind, metadata: { namespace, name } };
}
