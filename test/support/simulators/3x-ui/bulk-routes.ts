import { found, type Answer } from './answers.ts';
import { bind } from './binding.ts';
import { createMany } from './client-routes.ts';
import { rowView } from './client-routes.ts';
import type { Clients } from './clients.ts';
import { wireOfRow } from './client-wire.ts';
import type { ClientRow } from './database.ts';
import { spend } from './latency.ts';
import type { Panel } from './panel.ts';
import type { PanelRequest, Route } from './route.ts';
import { trafficOf, trafficView } from './traffic.ts';

const bulkStruct = {
  name: 'bulkRequest',
  fields: {
    emails: '[]string',
    inboundIds: '[]int',
    keepTraffic: 'bool',
    addDays: 'int',
    addBytes: 'int64',
    flow: 'string',
  },
} as const;

interface BulkRequest {
  readonly emails: readonly string[];
  readonly inboundIds: readonly number[];
  readonly keepTraffic: boolean;
  readonly addDays: number;
  readonly addBytes: number;
}

const nullIfEmpty = <Item>(items: readonly Item[]): readonly Item[] | null => (items.length === 0 ? null : items);

/** The calls of v3.1.0 and later for many clients at once, and the lists. */
export function bulkRoutes(panel: Panel, clients: Clients): readonly Route[] {
  /** Does one thing for each e-mail; `missing` collects those without a record. */
  const each = async (
    { body, contentType }: PanelRequest,
    action: (row: ClientRow, request: BulkRequest) => Promise<void> | void,
  ): Promise<{ readonly done: string[]; readonly missing: string[] }> => {
    const defaults: BulkRequest = { emails: [], inboundIds: [], keepTraffic: false, addDays: 0, addBytes: 0 };
    const request = { ...defaults, ...bind(body, contentType, bulkStruct) };
    const counts = panel.clientCount(panel.database.inbounds.map(({ id }) => id));
    await spend(panel.cost, { kind: 'bulk', items: request.emails.length, clients: counts }, panel.version);
    const outcome = { done: [] as string[], missing: [] as string[] };
    for (const email of request.emails) {
      const row = panel.database.clients.find((candidate) => candidate.email === email);
      if (row === undefined) {
        outcome.missing.push(email);
      } else {
        await action(row, request);
        outcome.done.push(email);
      }
    }
    return outcome;
  };
  const skipped = (emails: readonly string[]): unknown =>
    nullIfEmpty(emails.map((email) => ({ email, reason: 'client not found' })));
  const errors = (emails: readonly string[]): unknown =>
    nullIfEmpty(emails.map((email) => `${email}: record not found`));

  const setEnable =
    (enable: boolean) =>
    async (request: PanelRequest): Promise<Answer> => {
      const { done, missing } = await each(request, ({ email }) => clients.setEnable(email, enable));
      return found({ changed: done.length, skipped: skipped(missing) });
    };
  const adjust = async (request: PanelRequest): Promise<Answer> => {
    const { done, missing } = await each(request, async (row, { addDays, addBytes }) => {
      const wasDepleted = row.expiryTime > 0 && row.expiryTime <= panel.clock.now();
      const expiryTime = row.expiryTime > 0 ? row.expiryTime + addDays * 86_400_000 : row.expiryTime;
      const totalGB = row.totalGB > 0 ? row.totalGB + addBytes : row.totalGB;
      const flow = clients.effectiveFlow(row);
      const { updatedAt } = row;
      await clients.update(row.email, {
        ...wireOfRow(row),
        flow,
        expiryTime,
        totalGB,
        enable: row.enable || wasDepleted,
      });
      row.updatedAt = updatedAt;
    });
    return found({ adjusted: done.length, skipped: skipped(missing) });
  };
  const attach = async (request: PanelRequest): Promise<Answer> => {
    const { done, missing } = await each(request, ({ email }, { inboundIds }) => clients.attach(email, inboundIds));
    return found({ attached: done, skipped: null, errors: errors(missing) });
  };
  const detach = async (request: PanelRequest): Promise<Answer> => {
    const { done, missing } = await each(request, ({ email }, { inboundIds }) => clients.detach(email, inboundIds));
    return found({ detached: done, skipped: null, errors: errors(missing) });
  };
  const remove = async (request: PanelRequest): Promise<Answer> => {
    const { done, missing } = await each(request, ({ email }, { keepTraffic }) => clients.delete(email, keepTraffic));
    return found({ deleted: done.length, skipped: skipped(missing) });
  };
  const reset = async (request: PanelRequest): Promise<Answer> => {
    const { done } = await each(request, ({ email }) => clients.resetTraffic(email));
    return found({ affected: done.length });
  };

  const api = 'panel/api/clients';
  const bulk = (name: string, since: string, handle: Route['handle']): Route => {
    return { method: 'POST', pattern: `${api}/${name}`, since, isWrite: true, handle };
  };
  return [
    bulk('bulkAdjust', '3.1.0', adjust),
    bulk('bulkCreate', '3.2.0', (request) => createMany(panel, clients, request)),
    bulk('bulkDel', '3.2.0', remove),
    bulk('bulkAttach', '3.2.0', attach),
    bulk('bulkDetach', '3.2.0', detach),
    bulk('bulkResetTraffic', '3.2.0', reset),
    bulk('bulkEnable', '3.5.0', setEnable(true)),
    bulk('bulkDisable', '3.5.0', setEnable(false)),
    { method: 'GET', pattern: `${api}/list`, since: '3.1.0', handle: () => list(panel, clients) },
    { method: 'GET', pattern: `${api}/list/paged`, since: '3.1.0', handle: ({ query }) => page(panel, clients, query) },
  ];
}

/** All records. Their flow is empty here, and so are uuid and subId of their traffic. */
async function list(panel: Panel, clients: Clients): Promise<Answer> {
  await spend(panel.cost, { kind: 'list', clients: panel.allClients() }, panel.version);
  const traffic = new Map(panel.database.traffic.map((row) => [row.email, row]));
  return found(
    panel.database.clients.map((row) => {
      const counters = traffic.get(row.email);
      return {
        ...rowView(row),
        flow: '',
        inboundIds: clients.linksOf(row).map(({ inboundId }) => inboundId),
        ...(counters === undefined ? {} : { traffic: trafficView(counters, { uuid: '', subId: '' }, false) }),
      };
    }),
  );
}

async function page(panel: Panel, clients: Clients, query: URLSearchParams): Promise<Answer> {
  await spend(panel.cost, { kind: 'read' }, panel.version);
  const size = Math.min(200, Math.max(1, Number(query.get('pageSize') ?? '25')));
  const number = Math.max(1, Number(query.get('page') ?? '1'));
  const search = (query.get('search') ?? '').toLowerCase();
  const filtered = panel.database.clients.filter(({ email }) => email.toLowerCase().includes(search));
  const items = filtered.slice((number - 1) * size, number * size).map((row) => {
    const { id, email, subId, enable, totalGB, expiryTime, limitIp, reset, group, comment, createdAt, updatedAt } = row;
    const slim = {
      id,
      email,
      subId,
      enable,
      totalGB,
      expiryTime,
      limitIp,
      reset,
      group,
      comment,
      createdAt,
      updatedAt,
    };
    const counters = trafficOf(panel.database, email);
    return {
      ...slim,
      inboundIds: clients.linksOf(row).map(({ inboundId }) => inboundId),
      ...(counters === undefined ? {} : { traffic: trafficView(counters, { uuid: '', subId: '' }, false) }),
    };
  });
  const total = panel.database.clients.length;
  const active = panel.database.clients.filter(({ enable }) => enable).length;
  const online = panel.online ?? [];
  const summary = { total, active, onlineCount: online.length, online, deactiveCount: total - active };
  return found({ items, total, filtered: filtered.length, page: number, pageSize: size, summary, groups: [] });
}
