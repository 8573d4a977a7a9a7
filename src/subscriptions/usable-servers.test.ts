import { describe, expect, it } from 'vitest';

import { endpointOf } from '../../test/support/subscription-service.ts';
import { clientCores } from '../formats/client-core.ts';
import type { Endpoint } from '../formats/endpoint.ts';
import type { SubscriptionServer } from '../formats/format.ts';
import { languages } from './languages.ts';
import { unusableNotice } from './notices.ts';
import { coresThatWork, usableServers } from './usable-servers.ts';

const server = (endpoint: Endpoint): SubscriptionServer => ({ endpoint, credential: { uuid: 'x' } });
const plain = server(endpointOf('plain'));
const xhttp = server(endpointOf('xhttp', { transport: { type: 'xhttp', path: '/', host: '', mode: 'auto' } }));
const strict = server(
  endpointOf('strict', {
    transport: { type: 'tcp' },
    security: {
      type: 'reality',
      serverName: 'www.example.test',
      fingerprint: 'chrome',
      publicKey: 'QBb690isqnDxzcWkw6l_JX91ZJZsI6pYZaawd6x_dgo',
      shortId: 'ab',
      spiderX: '/',
      minClientVer: '26.3.27',
    },
  }),
);
const telegram = server({ protocol: 'mtproto', address: 'a', port: 1, remark: 'tg', secret: '0'.repeat(32) });

const all = [plain, xhttp, strict, telegram];

describe('servers that apps can use', () => {
  it.each([
    ['xray', [plain, xhttp, strict], []],
    ['mihomo', [plain, xhttp], ['reality-min-client-ver']],
    ['sing-box', [plain], ['xhttp', 'reality-min-client-ver']],
    [undefined, [plain, xhttp, strict], []],
  ] as const)('%s', (core, servers, reasons) => {
    expect(usableServers(all, core)).toEqual({ servers, reasons, isLockedOut: false });
  });

  it.each([...clientCores, undefined])('are without those that no app can use (%s)', (core) => {
    const broken = server(endpointOf('broken', { transport: { type: 'ws', path: '/', host: 'é/b' } }));
    expect(usableServers([broken, plain], core)).toEqual({
      servers: [plain],
      reasons: ['invalid'],
      isLockedOut: false,
    });
    expect(usableServers([broken], core)).toMatchObject({ servers: [], isLockedOut: true });
    expect(coresThatWork([broken])).toEqual([]);
  });

  it('are missed only where there are some', () => {
    expect(usableServers([strict], 'mihomo').isLockedOut).toBe(true);
    expect(usableServers([telegram], undefined).isLockedOut).toBe(true);
    expect(usableServers([], 'mihomo').isLockedOut).toBe(false);
  });

  it.each([
    [all, ['xray', 'mihomo', 'sing-box'], /Happ/],
    [[xhttp], ['xray', 'mihomo'], /Happ/],
    [[strict], ['xray'], /Happ/],
    [[telegram], [], /support|поддержку/],
  ] as const)('lead customers of other apps to those that work', (servers, cores, named) => {
    expect(coresThatWork(servers)).toEqual(cores);
    for (const language of languages) expect(unusableNotice(coresThatWork(servers), language)).toMatch(named);
  });
});
