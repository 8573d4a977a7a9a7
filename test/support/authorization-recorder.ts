import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { writeFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { stringify } from 'yaml';

/** One thing that somebody asked to do. */
export interface AskedRight {
  readonly user: string;
  readonly verb: string;
  readonly group: string;
  /** With its subresource: `vpnpanels/status`. */
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
}

export interface AuthorizationRecorder {
  /** For the API server: it asks us first and RBAC then, which alone decides. */
  readonly flags: readonly string[];
  /** What was asked for so far by users whose name passes, each thing once. */
  asked(isWanted: (user: string) => boolean): readonly AskedRight[];
  stop(): Promise<void>;
}

interface Review {
  readonly spec: {
    readonly user?: string;
    readonly resourceAttributes?: {
      readonly verb?: string;
      readonly group?: string;
      readonly resource?: string;
      readonly subresource?: string;
      readonly namespace?: string;
      readonly name?: string;
    };
  };
}

/**
 * Writes down every question about rights that an API server asks itself, also those that are no request of their own:
 * an apply that creates needs the right to create. Has no opinion.
 *
 * @param file where to put the kubeconfig by which the API server finds it
 */
export async function startAuthorizationRecorder(file: string): Promise<AuthorizationRecorder> {
  const asked = new Map<string, AskedRight>();
  const server = createServer((request, response) => {
    void (async () => {
      const review = JSON.parse(await text(request)) as Review;
      note(review, asked);
      const answer = { ...review, status: { allowed: false, reason: 'RBAC decides' } };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'recorder', cluster: { server: `http://127.0.0.1:${port}/` } }],
    users: [{ name: 'api-server', user: {} }],
    contexts: [{ name: 'recorder', context: { cluster: 'recorder', user: 'api-server' } }],
    'current-context': 'recorder',
  };
  await writeFile(file, stringify(config));
  return {
    flags: [
      '--authorization-mode=Webhook,RBAC',
      `--authorization-webhook-config-file=${file}`,
      '--authorization-webhook-version=v1',
      // The same question again tells nothing new.
      '--authorization-webhook-cache-unauthorized-ttl=1h',
    ],
    asked: (isWanted) => [...asked.values()].filter(({ user }) => isWanted(user)),
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function note({ spec: { user = '', resourceAttributes } }: Review, asked: Map<string, AskedRight>): void {
  if (resourceAttributes === undefined) return;
  const { verb = '', group = '', resource = '', subresource, namespace = '', name = '' } = resourceAttributes;
  const right = {
    user,
    verb,
    group,
    resource: subresource === undefined || subresource === '' ? resource : `${resource}/${subresource}`,
    namespace,
    name,
  };
  asked.set(JSON.stringify(right), right);
}
