import { done, found, recordNotFound, refused, ServiceError, texts, type Answer } from './answers.ts';
import { bind } from './binding.ts';
import type { ClientEntry } from './database.ts';
import { jsonObject } from './inbounds.ts';
import type { LegacyClients } from './legacy-clients.ts';
import type { Panel } from './panel.ts';
import type { PanelRequest, Route } from './route.ts';
import { trafficOf, trafficView } from './traffic.ts';

const bodyStruct = { name: 'Inbound', fields: { id: 'int', settings: 'string' } } as const;
const trafficStruct = { name: 'TrafficUpdateRequest', fields: { upload: 'int64', download: 'int64' } } as const;

const UNTIL = '3.1.0';

/** `panel/api/inbounds/*Client*` below v3.1.0. */
export function legacyRoutes(panel: Panel, clients: LegacyClients): readonly Route[] {
  const read = (request: PanelRequest): { readonly inboundId: number; readonly entries: readonly ClientEntry[] } => {
    const { id = 0, settings } = bind(request.body, request.contentType, bodyStruct);
    const entries = jsonObject(settings)['clients'];
    return { inboundId: Number(id), entries: Array.isArray(entries) ? (entries as ClientEntry[]) : [] };
  };
  const idOf = ({ params }: PanelRequest): number => Number.parseInt(params['id'] ?? '', 10);

  const add = async (request: PanelRequest): Promise<Answer> => {
    const { inboundId, entries } = read(request);
    await clients.add(inboundId, entries);
    return done(texts.added);
  };
  const update = async (request: PanelRequest): Promise<Answer> => {
    const { inboundId, entries } = read(request);
    await clients.update(inboundId, request.params['clientId'] ?? '', entries[0]);
    return done(texts.updated);
  };
  const remove = async (request: PanelRequest): Promise<Answer> => {
    await clients.delete(idOf(request), request.params['clientId'] ?? '');
    return done(texts.deleted);
  };
  const removeByEmail = async (request: PanelRequest): Promise<Answer> => {
    try {
      await clients.deleteByEmail(idOf(request), request.params['email'] ?? '');
    } catch (error) {
      if (error instanceof ServiceError) return refused(texts.deleteByEmail, error.message);
      throw error;
    }
    return done(texts.deletedByEmail);
  };
  const rowView = (email: string): object | undefined => {
    const row = trafficOf(panel.database, email);
    const entry = clients.find(email)?.entry;
    if (row === undefined || entry === undefined) return undefined;
    return trafficView(row, { uuid: entry.id ?? '', subId: entry.subId ?? '' }, true);
  };
  const traffic = ({ params }: PanelRequest): Answer => {
    const view = rowView(params['email'] ?? '');
    return view === undefined
      ? refused(texts.trafficError, `Inbound Not Found For Email: ${String(params['email'])}\n`)
      : found(view);
  };
  const trafficByUuid = ({ params }: PanelRequest): Answer => {
    const emails = panel.database.inbounds.flatMap(({ settings }) =>
      (settings.clients ?? []).filter(({ id }) => id === params['uuid']).map(({ email }) => email ?? ''),
    );
    return found(emails.map(rowView).filter((view) => view !== undefined));
  };
  const resetTraffic = async (request: PanelRequest): Promise<Answer> => {
    await clients.resetTraffic(idOf(request), request.params['email'] ?? '');
    return done(texts.trafficReset);
  };
  const setTraffic = (request: PanelRequest): Answer => {
    const { upload = 0, download = 0 } = bind(request.body, request.contentType, trafficStruct);
    const row = trafficOf(panel.database, request.params['email'] ?? '');
    if (row !== undefined) {
      const [up, down] = [Number(upload), Number(download)];
      Object.assign(row, { up, down, allTime: Math.max(row.allTime, up + down) });
    }
    return done(texts.updated);
  };
  const resetAll = (request: PanelRequest): Answer => {
    const row = panel.database.inbounds.find(({ id }) => id === idOf(request));
    if (row === undefined) throw recordNotFound();
    for (const counters of panel.database.traffic.filter(({ inboundId }) => inboundId === row.id)) {
      Object.assign(counters, { up: 0, down: 0, enable: true });
    }
    return done(texts.trafficReset);
  };

  const api = 'panel/api/inbounds';
  const route = (method: 'GET' | 'POST', path: string, handle: Route['handle'], since = '0'): Route => {
    const isWrite = method === 'POST';
    return {
      method,
      pattern: `${api}/${path}`,
      since,
      until: UNTIL,
      isWrite,
      unreadable: texts.inboundUpdated,
      handle,
    };
  };
  return [
    route('POST', 'addClient', add),
    route('POST', 'updateClient/:clientId', update),
    route('POST', ':id/delClient/:clientId', remove),
    route('POST', ':id/delClientByEmail/:email', removeByEmail, '2.8.0'),
    route('GET', 'getClientTraffics/:email', traffic),
    route('GET', 'getClientTrafficsById/:uuid', trafficByUuid, '2.5.0'),
    route('POST', ':id/resetClientTraffic/:email', resetTraffic),
    route('POST', 'resetAllClientTraffics/:id', resetAll),
    route('POST', 'updateClientTraffic/:email', setTraffic, '2.7.0'),
    { ...route('POST', 'onlines', () => found(onlineEmails(panel))), isWrite: false },
    { ...route('POST', 'lastOnline', () => found(lastOnline(panel)), '2.7.0'), isWrite: false },
  ];
}

/** Nobody online is an empty list, a core that does not run is null; so is, below v3.1.0, the time before the first poll. */
export function onlineEmails(panel: Panel): readonly string[] | null {
  if (panel.core.status().state !== 'running') return null;
  return panel.online ?? (panel.version.generation === 4 ? [] : null);
}

export function lastOnline(panel: Panel): Readonly<Record<string, number>> {
  return Object.fromEntries(panel.database.traffic.map(({ email, lastOnline: atMs }) => [email, atMs]));
}
