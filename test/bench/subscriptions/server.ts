import { hash } from 'node:crypto';
import fastify from 'fastify';
import { Registry } from 'prom-client';

import { systemClock } from '../../../src/base/clock.ts';
import { silentLog } from '../../../src/base/log.ts';
import { startSubscriptionService } from '../../../src/subscriptions/service.ts';
import type { SubscriptionDocument } from '../../../src/subscriptions/source.ts';

/** One server in a process of its own, so that its CPU time is its own. Its parent starts, asks and stops it. */
export type ServerKind = 'service' | 'bare';
export type ServerCommand = { readonly ask: 'cpu' } | { readonly ask: 'fail' } | { readonly ask: 'stop' };
export type ServerReply =
  | { readonly port: number }
  | { readonly cpuMicros: number; readonly residentBytes: number }
  | { readonly failing: true };

const serverCount = 4;
const unlimited = { perSecond: 1e9, burst: 1e9 };
let failing = false;

function document(subscriptionId: string): SubscriptionDocument {
  return {
    subscriptionId,
    title: 'Пятёрка',
    token: { revoked: false },
    suspended: false,
    access: 'granted',
    limited: false,
    expiresAtMs: Date.UTC(2100, 0, 1),
    usage: { uploadBytes: 1_234_567, downloadBytes: 987_654_321, limitBytes: 1e12 },
    servers: Array.from({ length: serverCount }, (_, index) => ({
      clientUuid: '5783a3e7-e373-51cd-8642-c83782b807c5',
      endpoint: {
        protocol: 'vless',
        address: `nl${index}.example.com`,
        port: 443,
        remark: `🇳🇱 Amsterdam ${index}`,
        transport: { type: 'tcp' },
        security: {
          type: 'reality',
          serverName: 'www.example.test',
          fingerprint: 'chrome',
          publicKey: 'QBb690isqnDxzcWkw6l_JX91ZJZsI6pYZaawd6x_dgo',
          shortId: 'ab',
          spiderX: '/3da5670adff240a',
          minClientVer: '',
        },
        encryption: 'none',
        flow: 'xtls-rprx-vision',
      },
    })),
  };
}

async function startService(tokens: number): Promise<number> {
  const known = new Set(Array.from({ length: tokens }, (_, index) => tokenHash(benchToken(index))));
  const service = await startSubscriptionService({
    source: {
      async find(wanted) {
        if (failing) throw new Error('connect ECONNREFUSED');
        const key = wanted.toString('base64url');
        return known.has(key) ? document(key) : undefined;
      },
    },

    clock: systemClock,
    log: silentLog,
    registry: new Registry(),
    listen: { host: '127.0.0.1', port: 0 },
    trustedProxies: ['10.0.0.0/8'],
    profile: { title: 'Wayleave', updateIntervalHours: 12, supportUrl: 'https://t.me/support' },
    // Counted like everybody else's, and never used up.
    limits: { perAddress: unlimited, perToken: unlimited },
  });
  return service.address.port;
}

/** The ceiling: fastify with a parameter and a body of the same size, and nothing else. */
async function startBare(): Promise<number> {
  const app = fastify({ logger: false });
  const body = 'a'.repeat(1300);
  app.get('/sub/:token', (_request, reply) => {
    void reply.header('content-type', 'text/plain; charset=utf-8').send(body);
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const address = app.server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on a port');
  return address.port;
}

export function benchToken(index: number): string {
  return tokenHash(`bench ${index}`).slice(0, 32);
}

function tokenHash(token: string): string {
  return hash('sha256', token, 'base64url');
}

if (process.send !== undefined) {
  const send = (reply: ServerReply): void => {
    process.send?.(reply);
  };
  process.on('message', (command: ServerCommand) => {
    if (command.ask === 'stop') process.disconnect();
    else if (command.ask === 'fail') {
      failing = true;
      send({ failing });
    } else {
      const { user, system } = process.cpuUsage();
      send({ cpuMicros: user + system, residentBytes: process.memoryUsage().rss });
    }
  });
  // Never outlives its parent, listening sockets or not.
  process.on('disconnect', () => process.exit(0));
  send({ port: process.argv[2] === 'bare' ? await startBare() : await startService(Number(process.argv[3])) });
}
