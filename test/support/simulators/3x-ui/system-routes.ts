import { done, found, refused, texts, type Answer } from './answers.ts';
import { bind } from './binding.ts';
import { coreConfig } from './core-config.ts';
import { nextId, type TokenRow } from './database.ts';
import { lastOnline, onlineEmails } from './legacy-routes.ts';
import type { Panel } from './panel.ts';
import type { PanelRequest, Route } from './route.ts';
import type { Upkeep } from './upkeep.ts';

/** Status, the core's life, who is online, tokens. */
export function systemRoutes(panel: Panel, upkeep: Upkeep, newToken: () => string): readonly Route[] {
  const status = (): Answer => found(statusView(panel, upkeep));
  const restart = async (): Promise<Answer> => {
    // Success is all that one hears, even when the core then dies of its configuration.
    await panel.restartCore();
    return done(texts.coreRestarted);
  };
  const stop = async (): Promise<Answer> => {
    panel.stoppedByHand = true;
    await panel.core.stop();
    return done(texts.coreStopped);
  };
  const config = (): Answer => found(coreConfig(panel.coreInbounds()));
  const write = { method: 'POST', isWrite: true } as const;
  const modern = { since: '2.7.0' } as const;
  const early = { until: '2.7.0' } as const;
  const online = { method: 'POST', since: '3.1.0' } as const;
  return [
    { method: 'POST', pattern: 'server/status', ...early, handle: status },
    { ...write, pattern: 'server/restartXrayService', ...early, handle: restart },
    { ...write, pattern: 'server/stopXrayService', ...early, handle: stop },
    { method: 'GET', pattern: 'panel/api/server/status', ...modern, handle: status },
    { method: 'GET', pattern: 'panel/api/server/getConfigJson', ...modern, handle: config },
    { ...write, pattern: 'panel/api/server/restartXrayService', ...modern, handle: restart },
    { ...write, pattern: 'panel/api/server/stopXrayService', ...modern, handle: stop },
    { ...online, pattern: 'panel/api/clients/onlines', handle: () => found(onlineEmails(panel)) },
    { ...online, pattern: 'panel/api/clients/lastOnline', handle: () => found(lastOnline(panel)) },
    ...tokenRoutes(panel, newToken),
  ];
}

function statusView(panel: Panel, upkeep: Upkeep): object | null {
  const { version, database } = panel;
  if (upkeep.coreStatus === undefined) return null;
  const identity = !version.atLeast('3.0.0')
    ? {}
    : version.atLeast('3.2.0')
      ? { panelVersion: version.text, panelGuid: database.guid }
      : { panelVersion: version.generation === 4 ? version.text : null, panelGuid: null };
  return {
    cpu: 3.2,
    cpuCores: 2,
    mem: { current: 845_037_568, total: 25_276_502_016 },
    swap: { current: 0, total: 0 },
    disk: { current: 20_174_577_664, total: 270_553_174_016 },
    xray: upkeep.coreStatus,
    ...identity,
    uptime: 1445,
    loads: [0.74, 1.29, 1.35],
    tcpCount: 12,
    udpCount: 2,
    netIO: { up: 0, down: 0 },
    netTraffic: { sent: 0, recv: 0 },
    publicIP: { ipv4: 'N/A', ipv6: 'N/A' },
    appStats: { threads: 11, mem: 35_756_296, uptime: 67 },
  };
}

/** Where tokens are managed has moved three times; only from v3.3.0 on may a token manage tokens. */
function tokenRoutes(panel: Panel, newToken: () => string): readonly Route[] {
  const list = (): Answer =>
    found(panel.database.tokens.map(({ id, name, enabled, createdAt }) => ({ id, name, enabled, createdAt })));
  const create = (request: PanelRequest): Answer => {
    const { name = '' } = bind(request.body, request.contentType, { name: 'TokenForm', fields: { name: 'string' } });
    if (panel.database.tokens.some((row) => row.name === name)) {
      return refused(texts.wrong, 'a token with that name already exists\n');
    }
    const row: TokenRow = {
      id: nextId(panel.database, 'token'),
      name: String(name),
      token: newToken(),
      enabled: true,
      scope: 'admin',
      createdAt: Math.floor(panel.clock.now() / 1000),
    };
    panel.database.tokens.push(row);
    const { scope: _scope, ...shown } = row;
    return done('', shown);
  };
  const remove = ({ params }: PanelRequest): Answer => {
    panel.database.tokens = panel.database.tokens.filter(({ id }) => String(id) !== params['id']);
    return done('');
  };
  const setEnabled = (request: PanelRequest): Answer => {
    const { enabled } = bind(request.body, request.contentType, { name: 'TokenForm', fields: { enabled: 'bool' } });
    const row = panel.database.tokens.find(({ id }) => String(id) === request.params['id']);
    if (row !== undefined) row.enabled = enabled === true;
    return done('');
  };
  const single = (): Answer => found(panel.database.tokens[0]?.token ?? '');
  const named = (prefix: string, range: { readonly since: string; readonly until?: string }): readonly Route[] => [
    { method: 'GET', pattern: prefix, ...range, handle: list },
    { method: 'POST', pattern: `${prefix}/create`, ...range, handle: create },
    { method: 'POST', pattern: `${prefix}/delete/:id`, ...range, handle: remove },
    { method: 'POST', pattern: `${prefix}/setEnabled/:id`, ...range, handle: setEnabled },
  ];
  return [
    { method: 'GET', pattern: 'panel/setting/getApiToken', since: '3.0.0', until: '3.0.2', handle: single },
    ...named('panel/setting/apiTokens', { since: '3.0.2', until: '3.3.0' }),
    ...named('panel/api/setting/apiTokens', { since: '3.3.0' }),
  ];
}
