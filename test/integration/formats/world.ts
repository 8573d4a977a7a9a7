import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { VlessEndpoint } from '../../../src/formats/endpoint.ts';
import { startClient } from '../../support/client-program.ts';
import type { ClientProgram } from '../../support/client-documents.ts';
import { startVlessServer, type VlessServer, type VlessServerOptions } from '../../support/vless-server.ts';
import { startOrigin, startRealityTarget } from '../../support/xray-client.ts';
import { issueTrust, kindsOf, targetName, type Trust } from './kinds.ts';
import { formatNamed, uuid } from './views.ts';

/** A name that only the server at the end of a tunnel answers for: what goes around the tunnel fails. */
const page = 'http://page.example.test/';

/** A page, a target for REALITY and a certificate, for servers of every kind. */
export interface TrafficWorld {
  readonly trust: Trust;
  readonly kinds: readonly VlessEndpoint[];
  serve(endpoints: readonly VlessEndpoint[], more?: Partial<VlessServerOptions>): Promise<VlessServer>;
  /**
   * Renders a document with this one server, has a real client run it, and sends it for the page.
   *
   * @returns whether the page came, and what the client says when it did not
   */
  carries(
    program: ClientProgram,
    binary: string,
    endpoint: VlessEndpoint,
  ): Promise<'carried' | { readonly no: string }>;
  stop(): Promise<void>;
}

/** @param xray the program of the servers */
export async function startTrafficWorld(xray: string): Promise<TrafficWorld> {
  const trust = issueTrust();
  const origin = await startOrigin(20_000);
  const target = await startRealityTarget(targetName);
  const { encryption, decryption } = await newEncryption(xray);
  const servers: VlessServer[] = [];
  return {
    trust,
    kinds: kindsOf(trust, encryption),
    async serve(endpoints, more) {
      const server = await startVlessServer({
        xray,
        uuid,
        endpoints,
        exit: new URL(origin.url).host,
        certificate: trust.server,
        realityTarget: target.address,
        decryption,
        ...more,
      });
      servers.push(server);
      return server;
    },
    async carries(program, binary, endpoint) {
      const format = formatNamed(program.format);
      const view = { title: 'Wayleave', notices: [], servers: [{ endpoint, credential: { uuid } }] };
      const [config = ''] = program.configsIn(format.render(view));
      try {
        const client = await startClient(program, binary, config, {
          trusted: trustedFor(endpoint, trust),
          // Every profile of ours leaves the home network alone; a link has no profile.
          ...(format.core === undefined ? {} : { homePage: origin.url }),
        });
        try {
          return (await client.fetch(page)) === origin.text ? 'carried' : { no: 'another page' };
        } finally {
          await client.stop();
        }
      } catch (error) {
        return { no: error instanceof Error ? error.message : String(error) };
      }
    },
    async stop() {
      for (const server of servers) await server.stop();
      await target.stop();
      await origin.stop();
    },
  };
}

/** Certificates of real servers come from an authority that phones know. Where a pin is to do it, the client knows none. */
function trustedFor({ security }: VlessEndpoint, { authority }: Trust): string {
  return security.type === 'tls' && security.pinnedPeerCertSha256 !== undefined ? '' : authority;
}

/** A fresh pair of VLESS encryption, the smaller of the two kinds that Xray proposes. */
async function newEncryption(xray: string): Promise<{ readonly encryption: string; readonly decryption: string }> {
  const { stdout } = await promisify(execFile)(xray, ['vlessenc']);
  const first = (name: string): string => new RegExp(`"${name}": "([^"]+)"`).exec(stdout)?.[1] ?? '';
  return { encryption: first('encryption'), decryption: first('decryption') };
}

/** Runs `work` for each item, a few at a time: every one starts a program. Results in the items' order. */
export async function each<T, R>(items: readonly T[], work: (item: T) => Promise<R>, lanes = 4): Promise<readonly R[]> {
  const results: R[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < items.length) {
      const index = next;
      next += 1;
      results[index] = await work(items[index] as T);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return results;
}
