import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientCores, lockoutOf, type ClientCore } from '../../../src/formats/client-core.ts';
import type { VlessEndpoint, VlessSecurity } from '../../../src/formats/endpoint.ts';
import { refusalOf } from '../../support/client-program.ts';
import { clientPrograms, type ClientProgram } from '../../support/client-documents.ts';
import { ensureTool } from '../../support/toolchain.ts';
import { each, startTrafficWorld, type TrafficWorld } from './world.ts';
import { formatNamed, uuid } from './views.ts';

/** `lockoutOf` says which core cannot use which server. Here the cores say it themselves. */
let world: TrafficWorld;
let server: string;

beforeAll(async () => {
  server = await ensureTool('xray', (line) => {
    console.error(line);
  });
  world = await startTrafficWorld(server);
}, 900_000);

afterAll(async () => {
  await world?.stop();
});

/** One program for each core. */
const programs = clientPrograms.filter(({ format, tool }) => format === tool);

function programFor(core: ClientCore): ClientProgram {
  const program = programs.find(({ tool }) => tool === core);
  if (program === undefined) throw new Error(`nothing runs ${core}`);
  return program;
}

function realityKind(): VlessEndpoint & { readonly security: VlessSecurity & { readonly type: 'reality' } } {
  const [endpoint] = world.kinds;
  if (endpoint?.security.type !== 'reality') throw new Error('the first kind is not REALITY');
  return { ...endpoint, security: endpoint.security };
}

/** Which cores get through, and which ought to. */
async function compare(endpoint: VlessEndpoint): Promise<{ readonly real: unknown; readonly said: unknown }> {
  const outcomes = await each(clientCores, async (core) => {
    const program = programFor(core);
    return world.carries(program, await ensureTool(program.tool), endpoint);
  });
  const cores = (passes: (core: ClientCore, index: number) => boolean): readonly ClientCore[] =>
    clientCores.filter((core, index) => passes(core, index));
  return {
    real: cores((_, index) => outcomes[index] === 'carried'),
    said: cores((core) => lockoutOf(endpoint, core) === undefined),
  };
}

describe('the wall of REALITY', () => {
  it.each(['', '1.0.0', '1.8.0', '1.8.1', '1.8.2', '1.8.3', '26.3.27'])(
    'stands where we say it does, at minClientVer "%s"',
    async (minClientVer) => {
      const endpoint = realityKind();
      const walled = { ...endpoint, security: { ...endpoint.security, minClientVer } };
      const { endpoints } = await world.serve([walled]);
      const { real, said } = await compare(endpoints[0] ?? walled);
      expect(real).toEqual(said);
    },
  );

  it('stands in Xray 26.7.28 by itself, at the version that drivers take for an empty setting', async () => {
    const xray = await ensureTool('xray-next', (line) => {
      console.error(line);
    });
    const endpoint = realityKind();
    const walled = { ...endpoint, security: { ...endpoint.security, minClientVer: '26.3.27' } };
    const { endpoints } = await world.serve([walled], { xray, minClientVer: '' });
    expect(await compare(endpoints[0] ?? walled)).toEqual({ real: ['xray'], said: ['xray'] });
    const opened = await world.serve([endpoint], { xray, minClientVer: '1.0.0' });
    expect((await compare(opened.endpoints[0] ?? endpoint)).real).toEqual(clientCores);
  }, 900_000);
});

/** What would have to be written into sing-box's document if these were not locked out. */
const foreignToSingBox: Readonly<Record<string, object>> = {
  xhttp: { transport: { type: 'xhttp', path: '/xhttp' } },
  'tcp, encrypted': { encryption: 'mlkem768x25519plus.native.0rtt.QBb690isqnDxzcWkw6l_JX91ZJZsI6pYZaawd6x_dgo' },
  'tcp with an HTTP header, tls': { transport: { type: 'tcp', header: { type: 'http' } } },
};

describe.each(['sing-box', 'sing-box-legacy'])('%s', (format) => {
  const program = programs.find((one) => one.format === format);

  it.each(Object.entries(foreignToSingBox))(
    'has no word for %s, and does not connect without it',
    async (kind, more) => {
      if (program === undefined) throw new Error(`nothing runs ${format}`);
      const binary = await ensureTool(program.tool);
      const endpoint = world.kinds.find(({ remark }) => remark === kind);
      if (endpoint === undefined) throw new Error(`there is no kind ${kind}`);
      expect(lockoutOf(endpoint, 'sing-box')).toBeDefined();

      const document = documentFor(format, endpoint);
      const outbounds = document.outbounds.map((one) => (one['type'] === 'vless' ? { ...one, ...more } : one));
      expect(await refusalOf(program, binary, JSON.stringify(document))).toBeUndefined();
      expect(await refusalOf(program, binary, JSON.stringify({ ...document, outbounds }))).toBeTypeOf('string');

      const { endpoints } = await world.serve([endpoint]);
      expect(await world.carries(program, binary, endpoints[0] ?? endpoint)).toHaveProperty('no');
    },
  );

  it('pins no certificate by its hash', async () => {
    if (program === undefined) throw new Error(`nothing runs ${format}`);
    const endpoint = world.kinds.find(({ remark }) => remark === 'tcp, tls, pinned');
    if (endpoint === undefined) throw new Error('there is no such kind');
    expect(lockoutOf(endpoint, 'sing-box')).toBe('certificate-pin');
    const { endpoints } = await world.serve([endpoint]);
    const outcome = await world.carries(program, await ensureTool(program.tool), endpoints[0] ?? endpoint);
    expect(outcome).toHaveProperty('no');
  });
});

function documentFor(
  format: string,
  endpoint: VlessEndpoint,
): { readonly outbounds: readonly Record<string, unknown>[] } {
  const view = { title: 'Wayleave', notices: [], servers: [{ endpoint, credential: { uuid } }] };
  return JSON.parse(formatNamed(format).render(view)) as { readonly outbounds: readonly Record<string, unknown>[] };
}
