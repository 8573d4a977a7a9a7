import pg from 'pg';
import { sleep, type Clock, type Random } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { connectionConfig } from './connection.ts';
import { toStoreError } from './errors.ts';

export interface DoorbellOptions {
  /** A direct one: a pooler in transaction mode loses LISTEN. */
  readonly databaseUrl: string;
  readonly log: Log;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
}

interface Channel {
  readonly name: string;
  readonly applicationName: string;
  /** For messages: what is listened for. */
  readonly what: string;
  /** @param payload absent after any time in which a ring could be missed */
  readonly onRing: (payload: string | undefined) => void;
}

const firstDelayMs = 500;
const longestDelayMs = 30_000;
/** A connection whose peer vanished without a word is noticed by asking. */
const heartbeatMs = 20_000;

/**
 * Listens on a channel until the signal aborts, connecting again for ever. Resolves on abort, never rejects.
 *
 * A doorbell, not a record: it may ring late, twice or not at all.
 */
export async function listenTo(channel: Channel, options: DoorbellOptions): Promise<void> {
  const { log, clock, random, signal } = options;
  let delayMs = firstDelayMs;
  while (!signal.aborted) {
    try {
      await listenOnce(channel, options, () => {
        delayMs = firstDelayMs;
      });
    } catch (thrown) {
      const what = `listening for ${channel.what}`;
      log.warn({ err: toStoreError(thrown, what), delayMs }, `not ${what}, will try again`);
    }
    await sleep(clock, delayMs * (0.5 + random()), signal);
    delayMs = Math.min(delayMs * 2, longestDelayMs);
  }
}

/** Resolves on abort, rejects when the connection breaks. */
async function listenOnce(
  { name, applicationName, onRing }: Channel,
  { databaseUrl, clock, signal }: DoorbellOptions,
  onListening: () => void,
): Promise<void> {
  const client = new pg.Client(connectionConfig({ databaseUrl, applicationName, statementTimeoutMs: 5_000 }));
  const broken = new Promise<never>((_, reject) => {
    client.on('error', reject);
    client.on('end', () => {
      reject(new Error('connection ended'));
    });
  });
  // Whoever loses the race below must not become an unhandled rejection.
  broken.catch(() => undefined);
  client.on('notification', ({ payload }) => {
    onRing(payload ?? '');
  });
  try {
    await Promise.race([client.connect(), broken]);
    await Promise.race([client.query(`listen ${name}`), broken]);
    onListening();
    onRing(undefined);
    while (!signal.aborted) {
      await Promise.race([sleep(clock, heartbeatMs, signal), broken]);
      if (!signal.aborted) await Promise.race([client.query('select'), broken]);
    }
  } finally {
    await endWithin(client, 1_000, clock);
  }
}

/** A peer that vanished never answers a goodbye. */
async function endWithin(client: pg.Client, patienceMs: number, clock: Clock): Promise<void> {
  const ended = new AbortController();
  const goodbye = client.end().finally(() => {
    ended.abort();
  });
  await Promise.race([goodbye, sleep(clock, patienceMs, ended.signal)]);
}
