import { done, found, refused, texts, type Answer } from './answers.ts';
import { bind, BindError } from './binding.ts';
import { isFlowCapable, type InboundRow } from './database.ts';
import { inboundView } from './inbound-view.ts';
import { draftOf, inboundStruct, isKnownProtocol, type Inbounds } from './inbounds.ts';
import { spend } from './latency.ts';
import type { Panel } from './panel.ts';
import type { PanelRequest, Route } from './route.ts';

/** `panel/api/inbounds/*`: whole inbounds, in every release. */
export function inboundRoutes(panel: Panel, inbounds: Inbounds): readonly Route[] {
  const idOf = ({ params }: PanelRequest): number => {
    const text = params['id'] ?? '';
    if (!/^-?\d+$/.test(text)) throw new BindError(`strconv.Atoi: parsing "${text}": invalid syntax`);
    return Number(text);
  };
  const list = async (): Promise<Answer> => {
    await spend(panel.cost, { kind: 'list', clients: panel.allClients() }, panel.version);
    return found(panel.database.inbounds.map((row) => inboundView(panel, row, true)));
  };
  const get = async (request: PanelRequest): Promise<Answer> => {
    const row = panel.database.inbounds.find(({ id }) => id === idOf(request));
    if (row === undefined) return refused(texts.obtain, 'record not found');
    await spend(panel.cost, { kind: 'list', clients: row.settings.clients?.length ?? 0 }, panel.version);
    return found(inboundView(panel, row, false));
  };
  const save = async (request: PanelRequest, action: 'add' | 'update'): Promise<Answer> => {
    const draft = readDraft(panel, request);
    if (draft === undefined) return invalidProtocol();
    const row = action === 'add' ? await inbounds.add(draft) : await inbounds.update(idOf(request), draft);
    return done(action === 'add' ? texts.inboundCreated : texts.inboundUpdated, inboundView(panel, row, false));
  };
  const setEnable = async (request: PanelRequest): Promise<Answer> => {
    const { enable } = bind(request.body, request.contentType, { name: 'form', fields: { enable: 'bool' } });
    await inbounds.setEnable(idOf(request), enable === true);
    return done(texts.inboundUpdated);
  };
  const remove = async (request: PanelRequest): Promise<Answer> => {
    const id = idOf(request);
    await inbounds.delete(id);
    return done(texts.inboundDeleted, id);
  };
  const api = 'panel/api/inbounds';
  const write = { method: 'POST', isWrite: true } as const;
  return [
    { method: 'GET', pattern: `${api}/list`, handle: list },
    { method: 'GET', pattern: `${api}/get/:id`, unreadable: '', handle: get },
    {
      method: 'GET',
      pattern: `${api}/options`,
      since: '3.1.0',
      handle: () => found(panel.database.inbounds.map(option)),
    },
    { ...write, pattern: `${api}/add`, unreadable: texts.inboundCreated, handle: (request) => save(request, 'add') },
    {
      ...write,
      pattern: `${api}/update/:id`,
      unreadable: texts.inboundUpdated,
      handle: (request) => save(request, 'update'),
    },
    { ...write, pattern: `${api}/del/:id`, unreadable: texts.inboundDeleted, handle: remove },
    { ...write, pattern: `${api}/setEnable/:id`, since: '2.9.4', unreadable: texts.inboundUpdated, handle: setEnable },
    { method: 'GET', pattern: 'panel/api/hosts/list', since: '3.4.0', handle: () => found([]) },
    { method: 'GET', pattern: 'panel/api/hosts/byInbound/:id', since: '3.4.0', handle: () => found([]) },
  ];
}

function option(row: InboundRow): object {
  const { id, remark, tag, protocol, port, enable, listen } = row;
  return { id, remark, tag, protocol, port, enable, tlsFlowCapable: isFlowCapable(row), ssMethod: '', listen };
}

/** From v3.1.0 the JSON members may be objects; before, an object where text is expected is an error. */
function readDraft(panel: Panel, request: PanelRequest): ReturnType<typeof draftOf> | undefined {
  const isModern = panel.version.generation === 4;
  const body = isModern && !request.contentType.includes('urlencoded') ? objectsAsText(request.body) : request.body;
  const bound = bind(body, request.contentType, inboundStruct);
  return isModern && !isKnownProtocol(bound['protocol']) ? undefined : draftOf(bound);
}

function objectsAsText(body: string): string {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return body;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return body;
  const fields = Object.entries(value).map(([key, field]) => {
    const isJson = ['settings', 'streamSettings', 'sniffing'].includes(key) && typeof field === 'object';
    return [key, isJson ? JSON.stringify(field) : field] as const;
  });
  return JSON.stringify(Object.fromEntries(fields));
}

function invalidProtocol(): Answer {
  const issue = { field: 'protocol', rule: 'oneof', param: '', message: 'protocol is not one of the known ones' };
  const obj = { issues: [issue], message: 'request body failed validation' };
  return { kind: 'envelope', success: false, msg: 'request body failed validation', obj };
}
