import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { freshDatabase } from '../support/database.ts';
import { publishReliability } from '../support/money/publish-reliability.ts';
import { dayMs, documentOf, serveDocument, token } from '../support/subscription-service.ts';
import { runFuzz } from './subscriptions/run-fuzz.ts';
import { converse } from './subscriptions/wire.ts';

/**
 * Long: WAYLEAVE_TEST_FUZZ_REQUESTS=1000000 npm test -- test/chaos/subscription-fuzz
 * A failure prints its seed: WAYLEAVE_TEST_SEED=<seed> plays it again first of all.
 * WAYLEAVE_TEST_PUBLISH=1 writes the counts into docs/reliability.json.
 */
const count = Number(process.env['WAYLEAVE_TEST_FUZZ_REQUESTS'] ?? 5000);
const seed = Number(process.env['WAYLEAVE_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const minutes = 60_000;

describe('whatever is said to the subscription service', () => {
  it(
    `${String(count)} requests from seed ${String(seed)}: each known address gets its whole document, nobody else's, and nothing is told`,
    async () => {
      const { url } = await freshDatabase();
      const summary = await runFuzz({ databaseUrl: url, requests: count, seed, say: console.error });
      const failures = [...summary.failures];
      if (process.env['WAYLEAVE_TEST_PUBLISH'] === '1') {
        await publishReliability({ sub_fuzz_requests: summary.requests, sub_fuzz_failures: failures.length });
      }
      expect(failures).toEqual([]);
      // A crowd that only ever meets refusals would prove nothing.
      const answered = Object.values(summary.statuses).reduce((sum, one) => sum + one, 0);
      expect(summary.statuses['200'] ?? 0).toBeGreaterThan(answered / 10);
      const rare = count >= 100_000 ? ['431'] : [];
      for (const status of ['303', '304', '400', '404', ...rare]) {
        expect(summary.statuses[status], status).toBeGreaterThan(0);
      }
    },
    Math.max(5 * minutes, (count / 20_000) * minutes),
  );
});

const burst = 12;
const forged = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.constantFrom('', ' ', 'unknown', '127.0.0.1', '::1', '10.0.0.1', 'for=127.0.0.1', '127.0.0.1:80', '[::1]:80', ','),
  fc.string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCodePoint(code)), maxLength: 20 }),
);
/** Headers of one request, any of them as often as anybody likes. */
const forgedHeaders = fc.array(
  fc.tuple(
    fc.constantFrom('x-forwarded-for', 'X-FORWARDED-FOR', 'forwarded', 'x-real-ip', 'x-client-ip', 'cf-connecting-ip'),
    fc.array(forged, { maxLength: 3 }).map((hops) => hops.join(', ')),
  ),
  { maxLength: 4 },
);
const more = 4;
const attempts = fc.array(forgedHeaders, { minLength: burst + more, maxLength: burst + more });

describe('the limit of an address', () => {
  it('counts who connects, whatever he says of himself', async () => {
    const { port, clock } = await limited([]);
    await fc.assert(
      fc.asyncProperty(attempts, async (headers) => {
        clock.advance(dayMs);
        expect(await statuses(port, headers)).toEqual(withinBurst);
      }),
      { numRuns: 100, seed },
    );
  });

  it('counts whom a trusted proxy saw, whatever that one had put in front', async () => {
    const { port, clock } = await limited(['127.0.0.1', '10.0.0.0/8']);
    const client = fc.oneof(fc.ipV4(), fc.ipV6()).filter((address) => !/^(?:127\.|10\.|::1$|::ffff:)/i.test(address));
    await fc.assert(
      fc.asyncProperty(attempts, client, fc.boolean(), async (headers, address, isTwoProxies) => {
        clock.advance(dayMs);
        // What a proxy adds comes last: his own header, or another item of the one that he was sent.
        const seen = `${address}${isTwoProxies ? ', 10.1.2.3' : ''}`;
        const passed = headers.map((one) => [...one, ['x-forwarded-for', seen] as const]);
        expect(await statuses(port, passed)).toEqual(withinBurst);
      }),
      { numRuns: 100, seed },
    );
  });
});

const withinBurst = Array.from({ length: burst + more }, (_, at) => (at < burst ? 200 : 429));

async function limited(trustedProxies: readonly string[]): ReturnType<typeof serveDocument> {
  const document = documentOf({ expiresAtMs: Date.UTC(2100, 0, 1) });
  return serveDocument(document, { trustedProxies, limits: { perAddress: { perSecond: 1, burst } } });
}

async function statuses(
  port: number,
  attempted: readonly (readonly (readonly [string, string])[])[],
): Promise<readonly number[]> {
  const requests = attempted.map((headers) => {
    const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`);
    return { bytes: `GET /sub/${token} HTTP/1.1\r\nhost: a\r\n${lines.join('')}\r\n`, isHead: false };
  });
  const { answers } = await converse(port, { requests, pipelined: true });
  return answers.map(({ status }) => status);
}
