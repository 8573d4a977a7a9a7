import { Agent, request } from 'undici';
import { inject } from 'vitest';

import type { ResourceDescriptor } from '../../../src/api/resources.ts';
import { readKubeconfig } from '../../support/control-plane-files.ts';

interface Table {
  readonly columnDefinitions: readonly { readonly name: string; readonly priority: number }[];
  readonly rows: readonly { readonly cells: readonly unknown[] }[];
}

/** One row of what `kubectl get` prints, by column; `wide` is what `-o wide` adds. */
export interface PrintedRow {
  readonly normal: Readonly<Record<string, unknown>>;
  readonly wide: Readonly<Record<string, unknown>>;
}

export async function printedRow(resource: ResourceDescriptor, namespace: string, name: string): Promise<PrintedRow> {
  const { columnDefinitions, rows } = await readTable(resource, namespace, name);
  const columns = (isWanted: (priority: number) => boolean) =>
    Object.fromEntries(
      columnDefinitions.flatMap((column, index) =>
        isWanted(column.priority) ? [[column.name, rows[0]?.cells[index]]] : [],
      ),
    );
  return { normal: columns((priority) => priority === 0), wide: columns((priority) => priority > 0) };
}

/** Asks for a table as kubectl does. Our own client has no use for one, so this does not go through it. */
async function readTable(resource: ResourceDescriptor, namespace: string, name: string): Promise<Table> {
  const { url, ca, certificate, key } = await readKubeconfig(inject('kubeconfig'));
  const { group, version, plural } = resource;
  const dispatcher = new Agent({ connect: { ca, cert: certificate, key } });
  try {
    const { body } = await request(`${url}/apis/${group}/${version}/namespaces/${namespace}/${plural}/${name}`, {
      dispatcher,
      headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
    });
    return (await body.json()) as Table;
  } finally {
    await dispatcher.close();
  }
}
