import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lockoutOf } from '../../../src/formats/client-core.ts';
import type { VlessEndpoint } from '../../../src/formats/endpoint.ts';
import { clientPrograms } from '../../support/client-documents.ts';
import { ensureTool, ensureTools, TOOL_NAMES } from '../../support/toolchain.ts';
import { each, startTrafficWorld, type TrafficWorld } from './world.ts';
import { formatNamed } from './views.ts';

/**
 * The documents as the service renders them, run by the real clients, through a real server of each kind. Links are
 * turned into a configuration of Xray, as apps do.
 */
let world: TrafficWorld;
let endpoints: readonly VlessEndpoint[];

beforeAll(async () => {
  const progress = (line: string): void => {
    console.error(line);
  };
  const needed = new Set(clientPrograms.map((program) => program.tool));
  await ensureTools(
    TOOL_NAMES.filter((name) => needed.has(name)),
    progress,
  );
  world = await startTrafficWorld(await ensureTool('xray'));
  endpoints = (await world.serve(world.kinds)).endpoints;
}, 1_800_000);

afterAll(async () => {
  await world?.stop();
});

// The plain list has the same links as the encoded one, and parsers.test.ts reads it.
describe.each(clientPrograms.filter(({ format }) => format !== 'plain'))('$format, run by $tool', (program) => {
  it('carries HTTP through every kind of server that its core can use', async () => {
    const { core } = formatNamed(program.format);
    const usable = endpoints.filter((endpoint) => core === undefined || lockoutOf(endpoint, core) === undefined);
    const binary = await ensureTool(program.tool);
    const outcomes = await each(usable, (endpoint) => world.carries(program, binary, endpoint));
    const outcomeByKind = Object.fromEntries(usable.map(({ remark }, index) => [remark, outcomes[index]]));
    expect(outcomeByKind).toEqual(Object.fromEntries(usable.map(({ remark }) => [remark, 'carried'])));
  });
});
