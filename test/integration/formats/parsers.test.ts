import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lockoutOf } from '../../../src/formats/client-core.ts';
import type { Endpoint, VlessEndpoint } from '../../../src/formats/endpoint.ts';
import { noticesFor } from '../../../src/subscriptions/notices.ts';
import { refusalOf } from '../../support/client-program.ts';
import { clientPrograms } from '../../support/client-documents.ts';
import { publishReliability } from '../../support/money/publish-reliability.ts';
import { ensureTool } from '../../support/toolchain.ts';
import { generatedEndpoint } from './generated.ts';
import { cells } from './matrix.ts';
import { formatNamed, hostile, hostileRemarks, viewFor } from './views.ts';

/**
 * The real parsers judge what we render. WAYLEAVE_TEST_PUBLISH=1 writes the count into docs/reliability.json.
 *
 * Programs that take a whole list look at one document with every cell in it; when they refuse it, each cell is tried
 * alone, so that the failure names what is wrong.
 */
const judged = { documents: 0, servers: 0, refused: 0 };

afterAll(async () => {
  console.log(
    `${judged.documents} documents with ${judged.servers} servers, ${judged.refused} refused by real parsers`,
  );
  if (process.env['WAYLEAVE_TEST_PUBLISH'] === '1') {
    await publishReliability({ documents_refused_by_real_parsers: judged.refused });
  }
});

describe.each(clientPrograms)('$format, read by $tool', (program) => {
  const format = formatNamed(program.format);
  let binary: string;

  beforeAll(async () => {
    binary = await ensureTool(program.tool, (line) => {
      console.error(line);
    });
  }, 900_000);

  /** What is refused, by the name of the cell or of the whole: none of it is how it should be. */
  async function refusals(
    what: string,
    endpoints: readonly Endpoint[],
    options: { readonly title?: string; readonly notices?: readonly string[] } = {},
  ): Promise<readonly string[]> {
    const view = viewFor(format, endpoints, options);
    judged.documents += 1;
    judged.servers += view.servers.length;
    const refusal = await refusalOfDocument(format.render(view));
    if (refusal === undefined) return [];
    judged.refused += 1;
    const culprits: string[] = [];
    for (const server of view.servers) {
      const alone = await refusalOfDocument(format.render({ ...view, servers: [server] }));
      if (alone !== undefined) culprits.push(`${what}: ${server.endpoint.remark}: ${alone}`);
    }
    return culprits.length === 0 ? [`${what}: ${refusal}`] : culprits;
  }

  async function refusalOfDocument(document: string): Promise<string | undefined> {
    const configs = program.configsIn(document);
    // A list without links has nothing that a core would see.
    if (configs.length === 0) return undefined;
    return refusalOf(program, binary, program.mergedFrom(configs));
  }

  it('takes every transport with every security', async () => {
    expect(
      await refusals(
        'the matrix',
        cells.map((cell) => cell.endpoint),
      ),
    ).toEqual([]);
  });

  it.each([0, 1, 50])('takes %i servers under hostile names and addresses', async (count) => {
    expect(
      await refusals(
        `${count} servers`,
        hostile(
          cells.map((cell) => cell.endpoint),
          count,
        ),
      ),
    ).toEqual([]);
  });

  it('takes what nobody would think of', async () => {
    const seed = Number(process.env['WAYLEAVE_TEST_SEED'] ?? Date.now() % 2 ** 31);
    const endpoints = fc.sample(generatedEndpoint, { numRuns: 300, seed });
    // A list of links is for every core; this one is for the core that reads it here.
    const readable = endpoints.filter((endpoint) => lockoutOf(endpoint, format.core ?? 'xray') === undefined);
    expect(await refusals(`WAYLEAVE_TEST_SEED=${seed}`, readable)).toEqual([]);
  });

  it('refuses a document with a broken key', async () => {
    const document = program.mergedFrom(program.configsIn(format.render(viewFor(format, usualEndpoints))));
    expect(await refusalOf(program, binary, document)).toBeUndefined();
    expect(await refusalOf(program, binary, document.replace(/QBb690isqnDx/, ''))).toBeTypeOf('string');
  });

  it('takes any title', async () => {
    const some = hostile(usualEndpoints, 3);
    // Only these have a name in them; one is enough for the others.
    const titles = format.core === undefined || format.core === 'xray' ? ['Wayleave'] : hostileTitles;
    for (const title of titles) {
      expect(await refusals(`title ${JSON.stringify(title)}`, some, { title })).toEqual([]);
    }
  });

  it('takes every standing, with servers and without', async () => {
    const standings = ['active', 'preparing', 'expired', 'limited', 'suspended', 'denied', 'moved'] as const;
    for (const standing of standings) {
      for (const endpoints of [[], hostile(usualEndpoints, 2)]) {
        const notices = noticesFor(standing, 'en');
        expect(await refusals(standing, endpoints, { notices })).toEqual([]);
      }
    }
    expect(await refusals('hostile notices', usualEndpoints, { notices: hostileRemarks })).toEqual([]);
    expect(await refusals('hostile notices alone', [], { notices: hostileRemarks })).toEqual([]);
  });
});

const hostileTitles = ['DIRECT', 'direct', '⚡ Auto', 'mixed', 'local', 'remote', ...hostileRemarks];

const usualEndpoints: readonly VlessEndpoint[] = cells
  .filter((cell) => cell.name === 'tcp, reality, plain, vision' || cell.name === 'ws, tls, plain')
  .map((cell) => cell.endpoint);
