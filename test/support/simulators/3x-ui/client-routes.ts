import { done, found, recordNotFound, refused, texts, type Answer } from './answers.ts';
import { bind, bindList } from './binding.ts';
import { ClientIndex } from './client-index.ts';
import type { Clients } from './clients.ts';
import { clientStruct, clientWire, createStruct } from './client-wire.ts';
import type { ClientRow } from './database.ts';
import { spend } from './latency.ts';
import type { Panel } from './panel.ts';
import type { PanelRequest, Route } from './route.ts';
import { trafficOf, trafficView } from './traffic.ts';

const idsStruct = { name: 'attachDetachBody', fields: { inboundIds: '[]int' } } as const;
const trafficStruct = { name: 'trafficUpdate', fields: { upload: 'int64', download: 'int64' } } as const;

/** `panel/api/clients/*` of v3.1.0 and later, one client at a time. */
export function clientRoutes(panel: Panel, clients: Clients): readonly Route[] {
  const emailOf = ({ params }: PanelRequest): string => params['email'] ?? '';
  const idsOf = (request: PanelRequest): number[] =>
    (bind(request.body, request.contentType, idsStruct)['inboundIds'] as number[] | undefined) ?? [];
  const inboundIdsOf = (email: string): number[] => {
    const row = panel.database.clients.find((candidate) => candidate.email === email);
    return row === undefined ? [] : clients.linksOf(row).map(({ inboundId }) => inboundId);
  };
  const write = async (
    kind: 'add' | 'update' | 'delete',
    inboundIds: readonly number[],
    text: string,
    action: () => Promise<void>,
  ): Promise<Answer> => {
    await spend(panel.cost, { kind, clients: panel.clientCount(inboundIds) }, panel.version);
    await action();
    return done(text);
  };
  const add = async (request: PanelRequest): Promise<Answer> => {
    const bound = bind(request.body, request.contentType, createStruct);
    const inboundIds = (bound['inboundIds'] as number[] | undefined) ?? [];
    const client = clientWire((bound['client'] as Record<string, unknown> | undefined) ?? {});
    return write('add', inboundIds, texts.added, () => clients.create(client, inboundIds));
  };
  const update = async (request: PanelRequest): Promise<Answer> => {
    const email = emailOf(request);
    const only = request.query.get('inboundIds');
    const wire = clientWire(bind(request.body, request.contentType, clientStruct));
    const ids = only === null || only === '' ? undefined : only.split(',').map(Number);
    return write('update', inboundIdsOf(email), texts.updated, () => clients.update(email, wire, ids));
  };
  const get = ({ params }: PanelRequest): Answer => {
    const row = panel.database.clients.find(({ email }) => email === params['email']);
    return row === undefined ? refused(texts.obtain, recordNotFound().message) : found(clientView(panel, clients, row));
  };
  const byTelegramId = ({ params }: PanelRequest): Answer =>
    found(
      panel.database.clients
        .filter(({ tgId }) => String(tgId) === params['tgId'])
        .map((row) => clientView(panel, clients, row)),
    );
  const traffic = ({ params }: PanelRequest): Answer => {
    const email = params['email'] ?? '';
    const row = trafficOf(panel.database, email);
    const client = panel.database.clients.find((candidate) => candidate.email === email);
    if (row === undefined) return found(null);
    if (client === undefined) return refused(texts.trafficError, 'Client Not Found In Inbound For Email\n');
    return found(trafficView(row, { uuid: client.uuid, subId: client.subId }, false));
  };
  const setTraffic = (request: PanelRequest): Answer => {
    const { upload = 0, download = 0 } = bind(request.body, request.contentType, trafficStruct);
    const row = trafficOf(panel.database, emailOf(request));
    if (row !== undefined) Object.assign(row, { up: upload, down: download });
    return done(texts.updated);
  };
  const since = '3.1.0';
  const api = 'panel/api/clients';
  return [
    { method: 'GET', pattern: `${api}/get/:email`, since, handle: get },
    { method: 'GET', pattern: `${api}/get/tgId/:tgId`, since: '3.6.0', handle: byTelegramId },
    { method: 'GET', pattern: `${api}/traffic/:email`, since, handle: traffic },
    { method: 'POST', pattern: `${api}/add`, since, isWrite: true, handle: add },
    { method: 'POST', pattern: `${api}/update/:email`, since, isWrite: true, handle: update },
    {
      method: 'POST',
      pattern: `${api}/del/:email`,
      since,
      isWrite: true,
      handle: (request) => {
        const email = emailOf(request);
        const isKept = request.query.get('keepTraffic') === '1';
        return write('delete', inboundIdsOf(email), texts.deleted, () => clients.delete(email, isKept));
      },
    },
    {
      method: 'POST',
      pattern: `${api}/:email/attach`,
      since,
      isWrite: true,
      handle: (request) => {
        const ids = idsOf(request);
        return write('add', ids, texts.added, () => clients.attach(emailOf(request), ids));
      },
    },
    {
      method: 'POST',
      pattern: `${api}/:email/detach`,
      since,
      isWrite: true,
      handle: (request) => {
        const ids = idsOf(request);
        return write('delete', ids, texts.deleted, () => clients.detach(emailOf(request), ids));
      },
    },
    {
      method: 'POST',
      pattern: `${api}/resetTraffic/:email`,
      since,
      isWrite: true,
      handle: (request) => {
        const email = emailOf(request);
        return write('update', inboundIdsOf(email), texts.trafficReset, () => clients.resetTraffic(email));
      },
    },
    { method: 'POST', pattern: `${api}/updateTraffic/:email`, since, isWrite: true, handle: setTraffic },
  ];
}

/** Creates many; an e-mail that is taken is skipped with its reason, an identical one counts as created. */
export async function createMany(panel: Panel, clients: Clients, request: PanelRequest): Promise<Answer> {
  const items = bindList(request.body, createStruct).map((bound) => ({
    client: clientWire((bound['client'] as Record<string, unknown> | undefined) ?? {}),
    inboundIds: (bound['inboundIds'] as number[] | undefined) ?? [],
  }));
  const touched = [...new Set(items.flatMap(({ inboundIds }) => inboundIds))];
  const work = { kind: 'bulk', items: items.length, clients: panel.clientCount(touched) } as const;
  await spend(panel.cost, work, panel.version);
  const index = new ClientIndex(panel);
  let created = 0;
  const skipped: { email: string; reason: string }[] = [];
  for (const { client, inboundIds } of items) {
    try {
      await clients.create(client, inboundIds, index);
      created += 1;
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      skipped.push({ email: client.email, reason: error.message.trimEnd() });
    }
  }
  return found({ created, skipped: skipped.length === 0 ? null : skipped });
}

function clientView(panel: Panel, clients: Clients, row: ClientRow): object {
  const traffic = trafficOf(panel.database, row.email);
  return {
    client: { ...rowView(row), flow: clients.effectiveFlow(row) },
    inboundIds: clients.linksOf(row).map(({ inboundId }) => inboundId),
    externalLinks: [],
    usedTraffic: traffic === undefined ? 0 : traffic.up + traffic.down,
  };
}

/** A record as reads show it: `id` is the row number, the uuid stands in `uuid`. */
export function rowView(row: ClientRow): object {
  return { ...row, reverse: null };
}
