import { entriesOf, type InboundRow } from './database.ts';
import type { Panel } from './panel.ts';
import { trafficView } from './traffic.ts';

/** An inbound as `list` (with its clients' traffic) and `get`, `add`, `update` (without) show it. */
export function inboundView(panel: Panel, row: InboundRow, withStats: boolean): object {
  const { version, database } = panel;
  const isObject = version.generation === 4;
  const json = (value: object): unknown =>
    isObject ? value : Object.keys(value).length === 0 ? '' : JSON.stringify(value, null, 2);
  const entries = new Map(entriesOf(row).map((entry) => [entry.email, entry]));
  const linked = new Set(
    database.links.filter(({ inboundId }) => inboundId === row.id).map(({ clientId }) => clientId),
  );
  const emails = isObject
    ? new Set(database.clients.filter(({ id }) => linked.has(id)).map(({ email }) => email))
    : new Set(database.traffic.filter(({ inboundId }) => inboundId === row.id).map(({ email }) => email));
  const stats = database.traffic
    .filter(({ email }) => emails.has(email))
    .map((traffic) => {
      const entry = entries.get(traffic.email);
      return trafficView(traffic, { uuid: entry?.id ?? '', subId: entry?.subId ?? '' }, !isObject);
    });
  return {
    id: row.id,
    up: row.up,
    down: row.down,
    total: row.total,
    ...(isObject ? {} : { allTime: row.allTime }),
    remark: row.remark,
    ...(isObject ? { subSortIndex: 0 } : {}),
    enable: row.enable,
    expiryTime: row.expiryTime,
    trafficReset: 'never',
    ...(isObject ? { trafficResetDay: 1 } : {}),
    lastTrafficResetTime: 0,
    clientStats: withStats && stats.length > 0 ? stats : null,
    listen: row.listen,
    port: row.port,
    protocol: row.protocol,
    settings: json(row.settings),
    streamSettings: json(row.streamSettings),
    tag: row.tag,
    sniffing: json(row.sniffing),
    ...(isObject ? { shareAddrStrategy: 'node', shareAddr: '' } : {}),
  };
}
